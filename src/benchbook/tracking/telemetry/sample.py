"""One telemetry snapshot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the sensors said at one moment.

    Attributes:
        t: Seconds since the pipeline's start.
        step: Number of the step that ran; None between steps.
        values: Value by name, with its unit; None if it is missing.
    """

    t: float
    at: str
    step: int | None
    values: dict[str, float | None]
