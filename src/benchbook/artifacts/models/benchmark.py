"""The model of a report of the suite that measures benchbook itself.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Environment, Host, Seconds, Sha256, Timestamp

Name = Annotated[str, Field(min_length=1)]


class BenchmarkCheck(Model):
    """Something that must hold."""

    name: Name
    """Short name, unique in the report."""
    text: str
    """What is measured."""
    measured: float | None
    """What was measured; null where it was no finite number, which does not hold."""
    limit: float
    """The greatest value that is right."""
    detail: str
    """What else a reader should know."""


class BenchmarkQuality(Model):
    """How well an optimizer solves a function."""

    name: Name
    """Short name, unique in the report."""
    text: str
    """What is measured; 1 is best."""
    value: float = Field(ge=0, le=1)
    """Mean over the runs."""
    error: float = Field(ge=0)
    """Standard error of the mean."""
    runs: int = Field(ge=2)
    """How many runs."""
    digest: Sha256
    """Digest over what they did."""


class BenchmarkSpeed(Model):
    """Processor seconds of a fixed piece of work."""

    name: Name
    """Short name, unique in the report."""
    text: str
    """What is done."""
    amount: float = Field(gt=0)
    """How much of it, in `unit`."""
    unit: str
    """Unit of the amount."""
    startup_s: Seconds
    """Seconds of the first time."""
    repeats_s: list[Seconds] = Field(min_length=1)
    """Seconds of each time after it."""
    median_s: Seconds
    """Median of these."""
    noise: float = Field(ge=0)
    """Half of the distance between their quartiles, divided by their median."""


class BenchmarkReport(Model):
    """One run of `benchbook benchmark`."""

    kind: Literal["benchmark-report"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
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
    preset: Literal["quick", "balanced", "full"]
    """How much was measured."""
    duration_s: Seconds
    """Wall-clock seconds of all of it."""
    host: Host
    environment: Environment
    checks: list[BenchmarkCheck] = Field(min_length=1)
    """What must hold."""
    quality: list[BenchmarkQuality] = Field(min_length=1)
    """What is held against earlier reports, strictly."""
    speed: list[BenchmarkSpeed] = Field(min_length=1)
    """What is held against earlier reports, as advice."""
