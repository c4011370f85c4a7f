"""The record of an experiment: one call with all of its branches."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from benchbook.records.fields import NOT_IN_DOCUMENT, Count, Limits, Name, OrText, Seconds, Timestamp

if TYPE_CHECKING:
    from benchbook.typing import JsonValue


class BranchStatus(StrEnum):
    """What has become of a branch."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"


class Role(StrEnum):
    """The part a branch plays in its call."""

    BRANCH = "branch"
    PRIMARY = "primary"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchException:
    """Why a branch failed."""

    type: str
    """Name of the exception's class."""
    message: str
    """Its text."""
    traceback: str
    """Its traceback."""
    original: BaseException | None = field(default=None, repr=False, compare=False, metadata=NOT_IN_DOCUMENT)
    """The exception itself, in the process where it was raised."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that the function reported while it ran."""

    name: str
    """What it is."""
    value: Annotated[float, OrText("nan", "inf", "-inf")]
    """The number; JSON has no infinity and no NaN, so these are texts."""
    step: int | None = None
    """The step it belongs to; null if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRecord:
    """The function called once with one configuration."""

    branch_id: Name
    """Unique name of the branch."""
    config_id: Name
    """Name of the configuration: the user's, else the first 16 hex digits of the SHA-256 of its canonical JSON."""
    parent_id: str | None
    """The branch inside of which the call was made; null at the top."""
    role: Role
    """Its part in the call."""
    config: dict[str, JsonValue]
    """The configuration, with secrets masked."""
    status: BranchStatus
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
    exception: BranchException | None
    """Why it failed; null if it did not."""
    reason: str | None
    """Why it was skipped; null if it was not."""
    metrics: list[Metric]
    """Numbers that the function reported, in order."""
    artifacts: list[str]
    """Names of the files that the function reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentRecord:
    """One call of an experiment: a function under several configurations, by a strategy."""

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
    status: BranchStatus
    """Success where a branch that the caller waited for succeeded."""
    branches: Annotated[list[BranchRecord], Limits(min_length=1)]
    """All branches, in configuration order."""
