"""The record of a tracked pipeline: it grows event by event, in its own process and in those that read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from benchbook.records.fields import (
    MAY_BE_ABSENT,
    NOT_IN_DOCUMENT,
    Count,
    Limits,
    Name,
    OneOf,
    Positive,
    Seconds,
    Share,
    Timestamp,
)

VERSION = 1  # of the manifest; a reader refuses later ones


class StepStatus(StrEnum):
    """What has become of a step, or of a pipeline."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


DIED = "died"  # what a reader calls a running pipeline whose process is gone; it never stands in a manifest
UNREADABLE = "unreadable"
NOT_REACHED = "the pipeline ended before it"  # reason of a step that was skipped implicitly
FINAL = (StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.CANCELLED, StepStatus.SKIPPED)


@dataclass(slots=True, kw_only=True)
class Metric:
    """What was reported under one name in a step."""

    last: float | None = None
    """The last value; null if it was not a finite number."""
    low: float | None = None
    """Least finite value; null without one."""
    high: float | None = None
    """Greatest finite value; null without one."""
    count: Count = 0
    """How many values there were."""

    def add(self, value: float | None) -> None:
        """Take in one more value."""
        self.count += 1
        self.last = value
        if value is not None:
            self.low = value if self.low is None else min(self.low, value)
            self.high = value if self.high is None else max(self.high, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Eta:
    """How long a pipeline will still take.

    Attributes:
        remaining_s: Seconds from the moment of the estimate to the end.
        low_s: Lower end of the interval.
        high_s: Upper end of the interval.
        earlier: Number of earlier pipelines of the same shape it is based on; 0: only on its own steps.
    """

    remaining_s: float
    low_s: float
    high_s: float
    earlier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """An estimate of the pipeline's duration, made at the start or the end of a step."""

    done: Count
    """Steps that were over."""
    t: Seconds
    """Seconds since the start when it was made."""
    total_s: Seconds
    """Predicted duration of the whole pipeline."""
    low_s: Seconds
    """Lower end of its interval."""
    high_s: Seconds
    """Upper end of its interval."""
    earlier: Count
    """Number of earlier runs it is based on; 0: only on this run's own steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionError:
    """A prediction compared with the actual time."""

    done: Count
    """Steps that were over when it was made."""
    predicted_s: Seconds
    """Predicted duration of the whole pipeline."""
    error: float
    """Relative error; 0.1: it predicted a tenth too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepArtifact:
    """A file that a step made."""

    path: Name
    """Its location."""
    bytes: Count | None
    """Its size; null if there was no such file."""


@dataclass(slots=True, kw_only=True)
class StepState:
    """One step of a pipeline."""

    index: Positive
    """Its number, from 1."""
    label: str
    """What it does."""
    weight: Annotated[float, Limits(ge=0)] | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Amount of work relative to other steps, in any unit; null if not given."""
    status: StepStatus = StepStatus.PENDING
    """What has become of it."""
    started_at: Timestamp | None = None
    """When it started, UTC; null if it has not."""
    started_t: Seconds | None = None
    """Seconds from the pipeline's start to its own."""
    duration_s: Seconds | None = None
    """Seconds it took; null if it is not over."""
    fraction: Share | None = None
    """Share of its work that is done; null if it said nothing."""
    fraction_t: Seconds | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Seconds from the pipeline's start to when it said so."""
    evaluations: Count = 0
    """Evaluations done in it."""
    metrics: dict[str, Metric] = field(default_factory=dict)
    """Numbers it reported; the series are in the manifest."""
    artifacts: list[StepArtifact] = field(default_factory=list)
    """Files it made."""
    signal: str | None = None
    """Signal that came while it ran."""
    reason: str | None = None
    """Why it failed, was cancelled or was skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSummary:
    """A value of the telemetry over the whole pipeline."""

    mean: float
    """Mean of the samples."""
    max: float
    """Greatest of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a rule found in the telemetry."""

    rule: Name
    """Name of the rule."""
    severity: Annotated[str, OneOf("info", "warning", "critical")]
    """How much it matters."""
    message: str
    """What was found."""
    actions: tuple[str, ...]
    """What can be done."""
    evidence: dict[str, float | str | None]
    """The numbers that made the rule speak: since when, for how long, mean and limit of each value."""
    t: Seconds
    """Seconds since the start when it spoke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceTest:
    """A small fixed piece of work that was timed when the pipeline began."""

    name: Name
    """What was done."""
    amount: Annotated[float, Limits(gt=0)]
    """How much of it each time, in `unit`."""
    unit: str
    """Unit of the amount."""
    startup_s: Seconds
    """Seconds of the first time: imports and caches."""
    repeats_s: Annotated[tuple[Seconds, ...], Limits(min_length=1)]
    """Seconds of each time after it."""
    median_s: Seconds
    """Median of these: the steady state."""
    noise: Annotated[float, Limits(ge=0)]
    """Half of the distance between their quartiles, divided by their median."""
    earlier_median_s: Seconds | None
    """Median of the medians of earlier runs on this machine; null without one."""
    earlier: Count
    """How many earlier runs that were."""
    t: Seconds
    """Seconds since the pipeline's start when it was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the sensors said at one moment: a line of `telemetry.jsonl`."""

    event: Annotated[str, OneOf("sample")] = "sample"
    """What this line is."""
    t: Seconds
    """Seconds since the pipeline's start."""
    at: Timestamp
    """When, UTC."""
    step: Positive | None
    """Number of the step that ran; null between steps."""
    values: dict[str, float | None]
    """Value by name, with its unit at the end of the name; null if it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedClaim:
    """A claim that was checked in the pipeline."""

    text: str
    """The sentence."""
    verdict: str
    """Whether it holds."""


@dataclass(slots=True, kw_only=True)
class PipelineState:
    """One run of a tracked pipeline."""

    run_id: Name
    """Unique name of this run; also that of its folder."""
    name: Name
    """Name of the pipeline."""
    parent: str | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Id of the pipeline that this one is part of, as in the notebook of a spec; null if there is none."""
    spec: str | None = None
    """Spec that ran in it; null without one."""
    total: Positive | None = None
    """Steps that were announced; null if none were."""
    status: StepStatus = StepStatus.RUNNING
    """What has become of it; a reader calls it died where it is running and its process is gone."""
    created_at: Timestamp = ""
    """When it started, UTC."""
    ended_at: Timestamp | None = None
    """When it ended, UTC; null if it has not."""
    duration_s: Seconds | None = None
    """Seconds it took; null if it is not over."""
    t: Seconds = 0.0
    """Seconds since the start at the last event."""
    last_at: Timestamp = ""
    """When the last event was, UTC."""
    pid: Count = 0
    """Process that ran it."""
    host: str = ""
    """Machine that ran it."""
    version: str = ""
    """Version of benchbook."""
    reason: str | None = None
    """Why it failed or was cancelled."""
    steps: list[StepState] = field(default_factory=list)
    """Its steps, in order."""
    predictions: list[Prediction] = field(default_factory=list)
    """What was predicted at each boundary of a step."""
    eta_errors: list[PredictionError] = field(default_factory=list)
    """How wrong these were, once it is completed."""
    telemetry: dict[str, SensorSummary] = field(default_factory=dict)
    """Summary of each value of the telemetry, once it has ended."""
    missing: dict[str, str] = field(default_factory=dict)
    """Sensors without values, and why."""
    advice: list[Advice] = field(default_factory=list)
    """What the rules found."""
    performance: list[PerformanceTest] = field(default_factory=list, metadata=MAY_BE_ABSENT)
    """Performance smoke tests."""
    claims: list[TrackedClaim] = field(default_factory=list)
    """The last claims that were checked."""
    signals: list[str] = field(default_factory=list)
    """Signals that came."""
    torn: Count = 0
    """Lines of the manifest that could not be read."""
    lost: Count = 0
    """Events that could never be written."""
    labels: int = field(default=0, metadata=NOT_IN_DOCUMENT)
    """Steps that were named beforehand."""

    @property
    def done(self) -> int:
        """Steps that were done: to their end, well or not, or left out on purpose; see `was_done`."""
        return sum(was_done(step.status, step.reason) for step in self.steps)

    @property
    def running(self) -> list[StepState]:
        """Steps that run now."""
        return [step for step in self.steps if step.status is StepStatus.RUNNING]

    @property
    def planned(self) -> int:
        """Steps there will be, as far as known."""
        return max(self.total or 0, len(self.steps))

    @property
    def planned_text(self) -> str:
        """Number of planned steps as text; a question mark if unknown."""
        known = self.total is not None or self.status in FINAL
        return str(self.planned) if known else "?"

    def place_of(self, label: str) -> int:
        """Return the number of a step that starts: that which was named so beforehand and waits, else the next."""
        pending = [step for step in self.steps[: self.labels] if step.status is StepStatus.PENDING]
        named = next((step.index for step in pending if step.label == label), None)
        if named is not None:
            return named
        return pending[0].index if pending else len(self.steps) + 1


def was_done(status: str, reason: str | None) -> bool:
    """Return whether a step counts as done: not one that was cancelled, and not one that the end came before.

    Examples:
        >>> was_done("completed", None), was_done("cancelled", "SIGINT"), was_done("skipped", NOT_REACHED)
        (True, False, False)
    """
    return status in (StepStatus.COMPLETED, StepStatus.FAILED) or (
        status == StepStatus.SKIPPED and reason != NOT_REACHED
    )
