"""How much the suite measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """How much is measured.

    Attributes:
        repeats: Repetitions of each measurement of speed, after its start-up.
        dims: Dimensions in which BBOB is compared with the reference.
        instances: Its instances.
        seeds: Runs of each cell of the measurements of quality.
    """

    name: str
    repeats: int
    dims: tuple[int, ...]
    instances: tuple[int, ...]
    seeds: int
