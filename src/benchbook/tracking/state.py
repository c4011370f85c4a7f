"""What is known of a tracked pipeline: it grows event by event, in its own process and in those that read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

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
    """What was reported under one name in a step; the whole series is in the manifest.

    Attributes:
        last: The last value; None if it was not a finite number.
        low: Least finite value.
        high: Greatest finite value.
        count: How many values there were.
    """

    last: float | None = None
    low: float | None = None
    high: float | None = None
    count: int = 0

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
        earlier: Earlier pipelines of the same shape it rests on; 0: on this pipeline's own steps alone.
    """

    remaining_s: float
    low_s: float
    high_s: float
    earlier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """An estimate, kept to be compared with the truth.

    Attributes:
        done: Steps that were over.
        t: Seconds since the start when it was made.
        total_s: Predicted duration of the whole pipeline.
        low_s: Lower end of its interval.
        high_s: Upper end of its interval.
        earlier: Earlier pipelines it rests on.
    """

    done: int
    t: float
    total_s: float
    low_s: float
    high_s: float
    earlier: int


@dataclass(slots=True, kw_only=True)
class StepState:
    """One step.

    Attributes:
        index: Number of the step in this pipeline, from 1.
        weight: Amount of work relative to the others, in any unit; None if not given.
        started_t: Seconds from the pipeline's start to its own; None if it has not started.
        duration_s: Seconds it took; None if it is not over.
        fraction: Share of its work that is done, as it said itself; None if it said nothing.
        fraction_t: Seconds from the pipeline's start to when it said so.
        signal: Signal that came while it ran.
        reason: Why it failed, was cancelled or was skipped.
    """

    index: int
    label: str
    weight: float | None = None
    status: StepStatus = StepStatus.PENDING
    started_at: str | None = None
    started_t: float | None = None
    duration_s: float | None = None
    fraction: float | None = None
    fraction_t: float | None = None
    evaluations: int = 0
    metrics: dict[str, Metric] = field(default_factory=dict)
    artifacts: list[tuple[str, int | None]] = field(default_factory=list)
    signal: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a rule found in the telemetry; `evidence` holds the numbers that made it speak."""

    rule: str
    severity: str
    message: str
    actions: tuple[str, ...]
    evidence: dict[str, float | str | None]
    t: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceTest:
    """What a performance smoke test measured; see `benchbook.tracking.performance`.

    Attributes:
        amount: How much is done each time, in `unit`.
        startup_s: Seconds of the first time.
        repeats_s: Seconds of each time after it.
        median_s: Median of these.
        noise: Half of the distance between their quartiles, divided by their median.
        earlier_median_s: Median of the medians of earlier runs on this machine; None without one.
        earlier: How many earlier runs that were.
        t: Seconds since the pipeline's start when it was over.
    """

    name: str
    amount: float
    unit: str
    startup_s: float
    repeats_s: tuple[float, ...]
    median_s: float
    noise: float
    earlier_median_s: float | None
    earlier: int
    t: float


@dataclass(slots=True, kw_only=True)
class PipelineState:
    """One pipeline.

    Attributes:
        parent: Id of the pipeline whose step this one is a part of, as in the notebook of a spec; None without one.
        t: Seconds since its start at the last event or heartbeat.
        last_at: When that was, as the machine's clock told.
        claims: Claims that were checked in it: text and verdict, the last ones.
        telemetry: Summary of the telemetry by sensor, at the end: mean and maximum.
        missing: Sensors without values, and why.
        labels: Steps that were named beforehand.
        torn: Lines of the manifest that could not be read.
    """

    run_id: str
    name: str
    spec: str | None = None
    parent: str | None = None
    total: int | None = None
    status: StepStatus = StepStatus.RUNNING
    created_at: str = ""
    ended_at: str | None = None
    duration_s: float | None = None
    t: float = 0.0
    last_at: str = ""
    pid: int = 0
    host: str = ""
    version: str = ""
    reason: str | None = None
    steps: list[StepState] = field(default_factory=list)
    predictions: list[Prediction] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)
    performance: list[PerformanceTest] = field(default_factory=list)
    claims: list[tuple[str, str]] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    telemetry: dict[str, dict[str, float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    torn: int = 0
    labels: int = 0
    lost: int = 0

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
