"""The data model of artifacts; the JSON Schemas are generated from it.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, JsonValue

from benchbook.artifacts.kinds import (
    AGGREGATE_VERSION,
    BASELINE_VERSION,
    BENCHMARK_VERSION,
    EXPERIMENT_VERSION,
    IMPORTED_VERSION,
    MANIFEST_VERSION,
    PIPELINE_VERSION,
    PROFILE_VERSION,
    REFERENCE_VERSION,
    RUN_VERSION,
    SPEC_OUTCOME_VERSION,
    STORE_VERSION,
    STRENGTH_VERSION,
    TRACE_VERSION,
    Kind,
)
from benchbook.artifacts.models.baseline import Baseline
from benchbook.artifacts.models.benchmark import BenchmarkReport
from benchbook.artifacts.models.experiment import Experiment
from benchbook.artifacts.models.imported import ImportedRun
from benchbook.artifacts.models.parts import (
    Count,
    Environment,
    Failure,
    History,
    Host,
    Memory,
    Model,
    Optimizer,
    Problem,
    Seconds,
    Sha256,
    TargetHits,
    Timestamp,
    Timing,
    TraceReference,
    Vector,
)
from benchbook.artifacts.models.pipeline import (
    PerformanceTestResult,
    Recommendation,
    StepExecution,
    TelemetrySnapshot,
    TrackedPipeline,
)
from benchbook.artifacts.models.profile import Profile
from benchbook.artifacts.models.reference import Reference
from benchbook.artifacts.models.store import StoreCell, StoreCircumstances, StoredRun, TraceChunk
from benchbook.artifacts.models.strength import Strength
from benchbook.artifacts.models.study import Aggregate, StudyManifest


class RunArtifact(Model):
    """One run: one optimizer on one problem with one seed and one evaluation budget."""

    kind: Literal["run"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    run_id: str = Field(min_length=1)
    """Unique to this execution."""
    run_key: Sha256
    """Digest of all that determines the run."""
    content_digest: Sha256
    """Digest of all that must be reproduced: what was asked for, stop, evaluations, history and solution."""
    code_digest: Sha256
    """Digest of the code of optimizer, problem and loop, and of benchbook's version."""
    created_at: Timestamp
    """When the run started, UTC."""
    commit: str | None
    """Commit of the repository in which benchbook was called; null outside one."""
    dirty: bool | None
    """Whether that repository had uncommitted changes; null outside one."""
    version: str
    """Version of benchbook."""
    host: Host
    problem: Problem
    optimizer: Optimizer
    seed: Count
    """The user's seed."""
    budget: int = Field(ge=1)
    """Evaluations allowed."""
    target: float | None
    """The run stops once its value is at most f_opt + target; null: never."""
    stagnation: int | None = Field(ge=1)
    """The run stops after so many evaluations without improvement; null: never."""
    evaluations: Count
    """Evaluations spent."""
    invalid_evaluations: Count
    """How many of them gave no finite number."""
    stop: Literal["budget", "target", "stagnation", "exhausted", "timeout", "error"]
    """Why the run ended."""
    status: Literal["done", "failed"]
    """Whether it did its work."""
    error: Failure | None
    """What went wrong; null where nothing did."""
    best_value: float | None
    """Least finite value; null where there was none."""
    best_solution: Vector | None
    """Its point."""
    history: History
    environment: Environment
    timing: Timing
    memory: Memory
    target_hits: TargetHits | None = None
    """Evaluation at which each standard target was first hit, easiest first, as far as hit; null without f_opt."""
    trace: TraceReference | None = None
    """Where more than the improvements was kept; null where it was not asked for."""


class ClaimOutcome(Model):
    """One sentence of a spec, with what was measured."""

    id: str = Field(min_length=1)
    """Short name, unique in its spec."""
    text: str = Field(min_length=1)
    """The sentence."""
    measured: float | int | bool | None
    """Measured value; null where it could not be measured."""
    relation: Literal["<=", ">=", "==", "<", ">"]
    """How it is held against the threshold."""
    threshold: float | int | bool
    """What it is held against."""
    unit: str
    """Unit of both; empty for pure numbers."""
    verdict: Literal["held", "failed", "undecided"]
    """Whether the claim holds."""
    detail: str
    """What else a reader should know."""
    sort: Literal["contract", "proof", "quality"] = "quality"
    """Contract: any sound optimizer passes. Proof: computed again and compared to the bit. Quality: how good it is."""
    upper: float | int | None = None
    """Second threshold, which the measured value may not exceed; null where there is one only."""
    detectable: float | None = None
    """The smallest change that the claim would notice in four of five cases; null where it is not known."""


class RunsLedger(Model):
    """How many runs were planned and what became of them."""

    planned: Count
    done: Count
    failed: Count
    missing: Count


class SpecTiming(Model):
    """Seconds of a spec; not part of what must be reproduced."""

    compute_s: Seconds
    """Sum of its runs' total_s, also of those replayed from the store."""
    evaluations: Count
    """Evaluations of those runs."""


class SpecOutcome(Model):
    """What came of executing a spec notebook."""

    kind: Literal["spec-outcome"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    name: str = Field(min_length=1)
    """Name of the spec: that of its optimizer."""
    title: str
    """Heading of the notebook."""
    status: Literal["held", "failed", "error"]
    """Held: every claim holds. Failed: a claim does not. Error: the notebook did not reach its end."""
    error: str | None
    """Why it did not reach its end."""
    created_at: Timestamp
    """When the outcome was written, UTC."""
    commit: str | None
    dirty: bool | None
    version: str
    """Version of benchbook."""
    preset: str
    """Name of the parameter set."""
    params: dict[str, JsonValue]
    """The effective parameters."""
    optimizer: Optimizer | None
    control: Optimizer | None
    claims: list[ClaimOutcome]
    runs: RunsLedger
    content_digest: Sha256 | None
    """Digest over the content digests of all runs, in the order of the plan."""
    timing: SpecTiming
    environment: Environment | None


MODELS: dict[str, type[BaseModel]] = {
    Kind.RUN: RunArtifact,
    Kind.SPEC_OUTCOME: SpecOutcome,
    Kind.STORED_RUN: StoredRun,
    Kind.STORE_CELL: StoreCell,
    Kind.STORE_CIRCUMSTANCES: StoreCircumstances,
    Kind.STUDY_MANIFEST: StudyManifest,
    Kind.TRACE_CHUNK: TraceChunk,
    Kind.AGGREGATE: Aggregate,
    Kind.EXPERIMENT: Experiment,
    Kind.BASELINE: Baseline,
    Kind.REFERENCE: Reference,
    Kind.PIPELINE: TrackedPipeline,
    Kind.IMPORTED_RUN: ImportedRun,
    Kind.PROFILE: Profile,
    Kind.BENCHMARK_REPORT: BenchmarkReport,
    Kind.STRENGTH: Strength,
}
FILE_NAMES = {
    Kind.RUN: f"run-artifact.v{RUN_VERSION}.schema.json",
    Kind.SPEC_OUTCOME: f"spec-outcome.v{SPEC_OUTCOME_VERSION}.schema.json",
    Kind.STORED_RUN: f"stored-run.v{STORE_VERSION}.schema.json",
    Kind.STORE_CELL: f"store-cell.v{STORE_VERSION}.schema.json",
    Kind.STORE_CIRCUMSTANCES: f"store-circumstances.v{STORE_VERSION}.schema.json",
    Kind.STUDY_MANIFEST: f"study-manifest.v{MANIFEST_VERSION}.schema.json",
    Kind.TRACE_CHUNK: f"trace-chunk.v{TRACE_VERSION}.schema.json",
    Kind.AGGREGATE: f"aggregate.v{AGGREGATE_VERSION}.schema.json",
    Kind.EXPERIMENT: f"experiment.v{EXPERIMENT_VERSION}.schema.json",
    Kind.IMPORTED_RUN: f"imported-run.v{IMPORTED_VERSION}.schema.json",
    Kind.BASELINE: f"baseline.v{BASELINE_VERSION}.schema.json",
    Kind.REFERENCE: f"reference.v{REFERENCE_VERSION}.schema.json",
    Kind.BENCHMARK_REPORT: f"benchmark-report.v{BENCHMARK_VERSION}.schema.json",
    Kind.PIPELINE: f"pipeline.v{PIPELINE_VERSION}.schema.json",
    Kind.STRENGTH: f"strength.v{STRENGTH_VERSION}.schema.json",
    Kind.PROFILE: f"profile.v{PROFILE_VERSION}.schema.json",
}

# Records that are no documents of their own: parts of a tracked pipeline, and the lines of its telemetry.
RECORDS: dict[str, type[BaseModel]] = {
    f"step-execution.v{PIPELINE_VERSION}.schema.json": StepExecution,
    f"telemetry-snapshot.v{PIPELINE_VERSION}.schema.json": TelemetrySnapshot,
    f"recommendation.v{PIPELINE_VERSION}.schema.json": Recommendation,
    f"performance-test.v{PIPELINE_VERSION}.schema.json": PerformanceTestResult,
}


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind of artifact."""
    return _schema(MODELS[kind])


def record_schema(file_name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a record, by the name of its file."""
    return _schema(RECORDS[file_name])


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
