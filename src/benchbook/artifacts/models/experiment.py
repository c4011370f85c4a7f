"""The data model of an experiment's record: one call with all of its branches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Count, Seconds, Timestamp

Name = Annotated[str, Field(min_length=1)]


class BranchError(Model):
    """Why a branch failed."""

    type: str
    """Name of the exception's class."""
    message: str
    """Its text."""
    traceback: str
    """Its traceback."""


class BranchMetric(Model):
    """A number that the function reported while it ran."""

    name: str
    """What it is."""
    value: float | Literal["nan", "inf", "-inf"]
    """The number; JSON has no infinity and no NaN, so these are texts."""
    step: int | None
    """The step it belongs to; null if there is none."""


class Branch(Model):
    """The function called once with one configuration."""

    branch_id: Name
    """Unique name of the branch."""
    config_id: Name
    """Name of the configuration: the user's, else the first 16 hex digits of the SHA-256 of its canonical JSON."""
    parent_id: str | None
    """The branch inside of which the call was made; null at the top."""
    role: Literal["branch", "primary", "shadow"]
    """Its part in the call."""
    config: dict[str, JsonValue]
    """The configuration, with secrets masked."""
    status: Literal["pending", "success", "failed", "skipped"]
    """What has become of it."""
    started_at: Timestamp | None
    """When it started, UTC; null if it never did."""
    ended_at: Timestamp | None
    """When it ended, UTC; null if it has not."""
    started_monotonic_s: float | None
    """When it started, in seconds of the machine's monotonic clock."""
    ended_monotonic_s: float | None
    """When it ended, in seconds of the machine's monotonic clock."""
    duration_s: Seconds | None
    """Seconds it took; null if it has not ended."""
    attempts: Count
    """How often the function was called."""
    output: JsonValue
    """What the function returned; what has no JSON form is text."""
    exception: BranchError | None
    """Why it failed; null if it did not."""
    reason: str | None
    """Why it was skipped; null if it was not."""
    metrics: list[BranchMetric]
    """Numbers that the function reported, in order."""
    artifacts: list[str]
    """Names of the files that the function reported."""


class Experiment(Model):
    """One call of an experiment: a function under several configurations, by a strategy."""

    kind: Literal["experiment"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    experiment: Name
    """Name of the experiment."""
    strategy: Name
    """Name of the strategy."""
    call_id: Name
    """Unique name of the call."""
    parent_id: str | None
    """The branch inside of which the call was made; null at the top."""
    version: str
    """Version of benchbook."""
    created_at: Timestamp
    """When the call began, UTC."""
    duration_s: Seconds | None
    """Seconds from there to the end of its last branch; null if it has not ended."""
    status: Literal["pending", "success", "failed", "skipped"]
    """Success where a branch that the caller waited for succeeded."""
    branches: list[Branch] = Field(min_length=1)
    """All branches, in configuration order."""
