"""The data model of artifacts; the JSON Schemas are generated from it.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

import inspect
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
    REFERENCE_VERSION,
    RUN_VERSION,
    SPEC_OUTCOME_VERSION,
    STORE_VERSION,
    STRENGTH_VERSION,
    TRACE_VERSION,
    Kind,
)
from benchbook.artifacts.models.derive import FromRecord, Model, document_model, in_document, made_model, model_fields, model_of
from benchbook.artifacts.models.parts import Count, Environment, Optimizer, Seconds, Sha256, Timestamp
from benchbook.artifacts.models.store import StoreCell, StoreCircumstances, StoredRun, TraceChunk
from benchbook.artifacts.models.strength import Strength
from benchbook.records import Claim, History, OptimizerRecord, RunRecord
from benchbook.records.benchmark import Report
from benchbook.records.experiment import ExperimentRecord
from benchbook.records.imported import ImportedRun
from benchbook.records.pipeline import Advice, PerformanceTest, PipelineState, Sample, StepState
from benchbook.records.profile import Profiled
from benchbook.records.published import FileName, ReferenceRecord, StudySummary
from benchbook.records.spec_outcome import SpecOutcome
from benchbook.records.study import Aggregate, StudyManifest


def _imported_run() -> type[BaseModel]:
    optimizer = model_fields(OptimizerRecord, ("name",), {"name": "Name of the optimizer; its settings are not known."})
    said = {"evaluations": "Evaluation of each; rising.", "best_values": "Best value from then on; falling."}
    history = made_model(
        "ImportedHistory", "The improvements that were logged.", model_fields(History, tuple(said), said)
    )
    fields = {**model_fields(ImportedRun), "optimizer": optimizer["name"], "history": (history, ...)}
    return made_model(ImportedRun.__name__, ImportedRun.__doc__ or "", fields)


def _baseline() -> type[BaseModel]:
    head = {
        "name": (in_document(FileName), Field(description="Name of the baseline.")),
        "created_at": (Timestamp, Field(description="When it was published, UTC.")),
    }
    return made_model("Baseline", inspect.getdoc(StudySummary) or "", {**head, **model_fields(StudySummary)})


MODELS: dict[str, type[BaseModel]] = {
    Kind.RUN: document_model(model_of(RunRecord), Kind.RUN.value),
    Kind.SPEC_OUTCOME: document_model(model_of(SpecOutcome), Kind.SPEC_OUTCOME.value),
    Kind.STORED_RUN: StoredRun,
    Kind.STORE_CELL: StoreCell,
    Kind.STORE_CIRCUMSTANCES: StoreCircumstances,
    Kind.STUDY_MANIFEST: document_model(model_of(StudyManifest), Kind.STUDY_MANIFEST.value),
    Kind.TRACE_CHUNK: TraceChunk,
    Kind.AGGREGATE: document_model(model_of(Aggregate), Kind.AGGREGATE.value),
    Kind.EXPERIMENT: document_model(model_of(ExperimentRecord), Kind.EXPERIMENT.value),
    Kind.BASELINE: document_model(_baseline(), Kind.BASELINE.value, (1, 2), "; the first one has no first hits"),
    Kind.REFERENCE: document_model(model_of(ReferenceRecord), Kind.REFERENCE.value),
    Kind.PIPELINE: document_model(model_of(PipelineState), Kind.PIPELINE.value),
    Kind.IMPORTED_RUN: document_model(_imported_run(), Kind.IMPORTED_RUN.value),
    Kind.PROFILE: document_model(model_of(Profiled), Kind.PROFILE.value),
    Kind.STRENGTH: Strength,
    Kind.BENCHMARK_REPORT: document_model(model_of(Report), Kind.BENCHMARK_REPORT.value),
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
    f"step-execution.v{PIPELINE_VERSION}.schema.json": model_of(StepState),
    f"telemetry-snapshot.v{PIPELINE_VERSION}.schema.json": model_of(Sample),
    f"recommendation.v{PIPELINE_VERSION}.schema.json": model_of(Advice),
    f"performance-test.v{PIPELINE_VERSION}.schema.json": model_of(PerformanceTest),
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
