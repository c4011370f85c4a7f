"""What the suite measures, as data."""

from __future__ import annotations

from dataclasses import dataclass

from benchbook.records import Environment, Host


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that must hold: a measured value within its limit.

    Attributes:
        measured: What was measured; at most `limit` is right.
        limit: The greatest value that is right.
        detail: Additional information for the reader.
    """

    name: str
    text: str
    measured: float
    limit: float
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether it does; NaN does not."""
        return self.measured <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well an optimizer solves a function: the area over its convergence curve, 1 at best.

    Attributes:
        value: Mean over the runs.
        error: Standard error of the mean.
        runs: How many runs.
        digest: Digest over what they did; equal digests: the same to the last bit.
    """

    name: str
    text: str
    value: float
    error: float
    runs: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Processor seconds of a fixed piece of work.

    Attributes:
        amount: How much of it, in `unit`.
        startup_s: Seconds of the first time.
        repeats_s: Seconds of each time after it.
        median_s: Median of these.
        noise: Half of the distance between their quartiles, divided by their median.
    """

    name: str
    text: str
    amount: float
    unit: str
    startup_s: float
    repeats_s: tuple[float, ...]
    median_s: float
    noise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run of the suite."""

    report_id: str
    created_at: str
    version: str
    commit: str | None
    dirty: bool | None
    preset: str
    duration_s: float
    host: Host
    environment: Environment
    checks: tuple[Check, ...]
    quality: tuple[Quality, ...]
    speed: tuple[Speed, ...]

    @property
    def failures(self) -> list[Check]:
        """Checks that do not hold."""
        return [check for check in self.checks if not check.holds]
