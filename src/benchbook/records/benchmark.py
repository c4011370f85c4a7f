"""The record of a run of the suite that measures benchbook itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from benchbook.records.fields import Limits, Name, OneOf, Seconds, Sha256, Timestamp, missing_as
from benchbook.records.run import Environment, Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that must hold."""

    name: Name
    """Short name, unique in the report."""
    text: str
    """What is measured."""
    measured: float = field(metadata=missing_as(float("inf")))
    """What was measured; null if it was not a finite number, which does not hold."""
    limit: float
    """The greatest value that is right."""
    detail: str = ""
    """Additional information for the reader."""

    @property
    def holds(self) -> bool:
        """Whether it does; NaN does not."""
        return self.measured <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How well an optimizer solves a function."""

    name: Name
    """Short name, unique in the report."""
    text: str
    """What is measured; 1 is best."""
    value: Annotated[float, Limits(ge=0, le=1)]
    """Mean over the runs."""
    error: Annotated[float, Limits(ge=0)]
    """Standard error of the mean."""
    runs: Annotated[int, Limits(ge=2)]
    """How many runs."""
    digest: Sha256
    """Digest over what they did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Processor seconds of a fixed piece of work."""

    name: Name
    """Short name, unique in the report."""
    text: str
    """What is done."""
    amount: Annotated[float, Limits(gt=0)]
    """How much of it, in `unit`."""
    unit: str
    """Unit of the amount."""
    startup_s: Seconds
    """Seconds of the first time."""
    repeats_s: Annotated[tuple[Seconds, ...], Limits(min_length=1)]
    """Seconds of each time after it."""
    median_s: Seconds
    """Median of these."""
    noise: Annotated[float, Limits(ge=0)]
    """Half of the distance between their quartiles, divided by their median."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One run of `benchbook benchmark`."""

    report_id: Name
    """Unique name of this report."""
    created_at: Timestamp
    """When it was begun, UTC."""
    version: str
    """Version of benchbook."""
    commit: str | None
    """Commit of the repository in which benchbook was called; null outside one."""
    dirty: bool | None
    """Whether that repository had uncommitted changes; null outside one."""
    preset: Annotated[str, OneOf("quick", "balanced", "full")]
    """How much was measured."""
    duration_s: Seconds
    """Wall-clock seconds of all of it."""
    host: Host
    environment: Environment
    checks: Annotated[tuple[Check, ...], Limits(min_length=1)]
    """What must hold."""
    quality: Annotated[tuple[Quality, ...], Limits(min_length=1)]
    """What is compared strictly with earlier reports."""
    speed: Annotated[tuple[Speed, ...], Limits(min_length=1)]
    """What is compared with earlier reports for information."""

    @property
    def failures(self) -> list[Check]:
        """Checks that do not hold."""
        return [check for check in self.checks if not check.holds]
