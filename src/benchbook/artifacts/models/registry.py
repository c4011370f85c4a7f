"""The data model of artifacts; the JSON Schemas are generated from it.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

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
    RANKING_VERSION,
    REFERENCE_VERSION,
    RUN_VERSION,
    SPEC_OUTCOME_VERSION,
    STORE_VERSION,
    STRENGTH_VERSION,
    TRACE_VERSION,
    Kind,
)
from benchbook.artifacts.models.baseline import Baseline
from benchbook.artifacts.models.experiment import Experiment
from benchbook.artifacts.models.derive import FromRecord, Model, document_model, made_model, model_fields, model_of
from benchbook.artifacts.models.parts import Count, Environment, Optimizer, Seconds, Sha256, Timestamp
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
from benchbook.records import Claim, History, OptimizerRecord, RunRecord
from benchbook.records.benchmark import Report
from benchbook.records.imported import ImportedRun
from benchbook.records.ranking import Ranking


class RunsLedger(Model):
    """How many runs were planned, and their outcomes."""

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
    """The outcome of executing a spec notebook."""

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
    claims: list[Annotated[Claim, FromRecord()]]
    runs: RunsLedger
    content_digest: Sha256 | None
    """Digest over the content digests of all runs, in the order of the plan."""
    timing: SpecTiming
    environment: Environment | None


def _imported_run() -> type[BaseModel]:
    optimizer = model_fields(OptimizerRecord, ("name",), {"name": "Name of the optimizer; its settings are not known."})
    said = {"evaluations": "Evaluation of each; rising.", "best_values": "Best value from then on; falling."}
    history = made_model(
        "ImportedHistory", "The improvements that were logged.", model_fields(History, tuple(said), said)
    )
    fields = {**model_fields(ImportedRun), "optimizer": optimizer["name"], "history": (history, ...)}
    return made_model(ImportedRun.__name__, ImportedRun.__doc__ or "", fields)


MODELS: dict[str, type[BaseModel]] = {
    Kind.RUN: document_model(model_of(RunRecord), Kind.RUN.value),
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
    Kind.IMPORTED_RUN: document_model(_imported_run(), Kind.IMPORTED_RUN.value),
    Kind.PROFILE: Profile,
    Kind.STRENGTH: Strength,
    Kind.BENCHMARK_REPORT: document_model(model_of(Report), Kind.BENCHMARK_REPORT.value),
    Kind.RANKING: document_model(model_of(Ranking), Kind.RANKING.value),
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
    Kind.RANKING: f"ranking.v{RANKING_VERSION}.schema.json",
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
