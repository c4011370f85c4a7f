"""The data model of a tracked pipeline: the run, its steps, predictions, telemetry and recommendations.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Count, Seconds, Timestamp

Name = Annotated[str, Field(min_length=1)]
StepStatus = Literal["pending", "running", "completed", "failed", "cancelled", "skipped"]


class MetricSummary(Model):
    """What was reported under one name in a step."""

    last: float | None
    """The last value; null if it was not a finite number."""
    low: float | None
    """Least finite value; null without one."""
    high: float | None
    """Greatest finite value; null without one."""
    count: Count
    """How many values there were."""


class StepArtifact(Model):
    """A file that a step made."""

    path: Name
    """Its location."""
    bytes: Count | None
    """Its size; null if there was no such file."""


class StepExecution(Model):
    """One step of a pipeline."""

    index: int = Field(ge=1)
    """Its number, from 1."""
    label: str
    """What it does."""
    weight: float | None = Field(default=None, ge=0)
    """Amount of work relative to other steps, in any unit; null if not given."""
    status: StepStatus
    """What has become of it."""
    started_at: Timestamp | None
    """When it started, UTC; null if it has not."""
    started_t: Seconds | None
    """Seconds from the pipeline's start to its own."""
    duration_s: Seconds | None
    """Seconds it took; null if it is not over."""
    fraction: float | None = Field(ge=0, le=1)
    """Share of its work that is done; null if it said nothing."""
    fraction_t: Seconds | None = None
    """Seconds from the pipeline's start to when it said so."""
    evaluations: Count
    """Evaluations done in it."""
    metrics: dict[str, MetricSummary]
    """Numbers it reported; the series are in the manifest."""
    artifacts: list[StepArtifact]
    """Files it made."""
    signal: str | None
    """Signal that came while it ran."""
    reason: str | None
    """Why it failed, was cancelled or was skipped."""


class PipelinePrediction(Model):
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


class PredictionError(Model):
    """A prediction compared with the actual time."""

    done: Count
    """Steps that were over when it was made."""
    predicted_s: Seconds
    """Predicted duration of the whole pipeline."""
    error: float
    """Relative error; 0.1: it predicted a tenth too much."""


class SensorSummary(Model):
    """A value of the telemetry over the whole pipeline."""

    mean: float
    """Mean of the samples."""
    max: float
    """Greatest of them."""


class Recommendation(Model):
    """What a rule found in the telemetry."""

    rule: Name
    """Name of the rule."""
    severity: Literal["info", "warning", "critical"]
    """How much it matters."""
    message: str
    """What was found."""
    actions: list[str]
    """What can be done."""
    evidence: dict[str, float | str | None]
    """The numbers that made the rule speak: since when, for how long, mean and limit of each value."""
    t: Seconds
    """Seconds since the start when it spoke."""


class PerformanceTestResult(Model):
    """A small fixed piece of work that was timed when the pipeline began."""

    name: Name
    """What was done."""
    amount: float = Field(gt=0)
    """How much of it each time, in `unit`."""
    unit: str
    """Unit of the amount."""
    startup_s: Seconds
    """Seconds of the first time: imports and caches."""
    repeats_s: list[Seconds] = Field(min_length=1)
    """Seconds of each time after it."""
    median_s: Seconds
    """Median of these: the steady state."""
    noise: float = Field(ge=0)
    """Half of the distance between their quartiles, divided by their median."""
    earlier_median_s: Seconds | None
    """Median of the medians of earlier runs on this machine; null without one."""
    earlier: Count
    """How many earlier runs that were."""
    t: Seconds
    """Seconds since the pipeline's start when it was over."""


class TelemetrySnapshot(Model):
    """What the sensors said at one moment: a line of `telemetry.jsonl`."""

    event: Literal["sample"]
    """What this line is."""
    t: Seconds
    """Seconds since the pipeline's start."""
    at: Timestamp
    """When, UTC."""
    step: int | None = Field(ge=1)
    """Number of the step that ran; null between steps."""
    values: dict[str, float | None]
    """Value by name, with its unit at the end of the name; null if it is missing."""


class TrackedClaim(Model):
    """A claim that was checked in the pipeline."""

    text: str
    """The sentence."""
    verdict: str
    """Whether it holds."""


class TrackedPipeline(Model):
    """One run of a tracked pipeline."""

    kind: Literal["pipeline"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    run_id: Name
    """Unique name of this run; also that of its folder."""
    name: Name
    """Name of the pipeline."""
    parent: str | None = None
    """Id of the pipeline that this one is part of, as in the notebook of a spec; null if there is none."""
    spec: str | None
    """Spec that ran in it; null without one."""
    total: int | None = Field(ge=1)
    """Steps that were announced; null if none were."""
    status: StepStatus
    """What has become of it; a reader calls it died where it is running and its process is gone."""
    created_at: Timestamp
    """When it started, UTC."""
    ended_at: Timestamp | None
    """When it ended, UTC; null if it has not."""
    duration_s: Seconds | None
    """Seconds it took; null if it is not over."""
    t: Seconds
    """Seconds since the start at the last event."""
    last_at: Timestamp
    """When the last event was, UTC."""
    pid: Count
    """Process that ran it."""
    host: str
    """Machine that ran it."""
    version: str
    """Version of benchbook."""
    reason: str | None
    """Why it failed or was cancelled."""
    steps: list[StepExecution]
    """Its steps, in order."""
    predictions: list[PipelinePrediction]
    """What was predicted at each boundary of a step."""
    eta_errors: list[PredictionError]
    """How wrong these were, once it is completed."""
    telemetry: dict[str, SensorSummary]
    """Summary of each value of the telemetry, once it has ended."""
    missing: dict[str, str]
    """Sensors without values, and why."""
    advice: list[Recommendation]
    """What the rules found."""
    performance: list[PerformanceTestResult] = []
    """Performance smoke tests."""
    claims: list[TrackedClaim]
    """The last claims that were checked."""
    signals: list[str]
    """Signals that came."""
    torn: Count
    """Lines of the manifest that could not be read."""
    lost: Count
    """Events that could never be written."""
