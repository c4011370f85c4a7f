"""The data model of artifacts; the JSON Schemas are generated from it.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

import inspect
from typing import Annotated, Any

from pydantic import BaseModel, Field

from benchbook.artifacts.kinds import VERSIONS, Kind
from benchbook.artifacts.models.derive import document_model, in_document, made_model, model_fields, model_of
from benchbook.artifacts.models.store import StoreCell, StoreCircumstances, StoredRun
from benchbook.artifacts.models.strength import Strength
from benchbook.records import History, OptimizerRecord, RunRecord
from benchbook.records.benchmark import Report
from benchbook.records.experiment import ExperimentRecord
from benchbook.records.fields import Timestamp
from benchbook.records.imported import ImportedRun
from benchbook.records.pipeline import Advice, PerformanceTest, PipelineState, Sample, StepState
from benchbook.records.profile import Profiled
from benchbook.records.published import FileName, ReferenceRecord, StudySummary
from benchbook.records.ranking import Ranking
from benchbook.records.spec_outcome import SpecOutcome
from benchbook.records.stored import TraceChunk
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
        "created_at": (in_document(Timestamp), Field(description="When it was published, UTC.")),
    }
    parts = {
        "part": (Annotated[int, Field(ge=1)], Field(1, description="Which of the baseline's files this is.")),
        "parts": (Annotated[int, Field(ge=1)], Field(1, description="How many files the cells are spread over.")),
    }
    fields = {**head, **model_fields(StudySummary), **parts}
    return made_model("Baseline", inspect.getdoc(StudySummary) or "", fields)


def _of(kind: Kind, record: type) -> type[BaseModel]:
    return document_model(model_of(record), kind.value)


MODELS: dict[str, type[BaseModel]] = {
    Kind.RUN: _of(Kind.RUN, RunRecord),
    Kind.SPEC_OUTCOME: _of(Kind.SPEC_OUTCOME, SpecOutcome),
    Kind.STORED_RUN: StoredRun,
    Kind.STORE_CELL: StoreCell,
    Kind.STORE_CIRCUMSTANCES: StoreCircumstances,
    Kind.STUDY_MANIFEST: _of(Kind.STUDY_MANIFEST, StudyManifest),
    Kind.TRACE_CHUNK: _of(Kind.TRACE_CHUNK, TraceChunk),
    Kind.AGGREGATE: _of(Kind.AGGREGATE, Aggregate),
    Kind.EXPERIMENT: _of(Kind.EXPERIMENT, ExperimentRecord),
    Kind.BASELINE: document_model(_baseline(), Kind.BASELINE.value, (1, 2), "; the first one has no first hits"),
    Kind.REFERENCE: _of(Kind.REFERENCE, ReferenceRecord),
    Kind.PIPELINE: _of(Kind.PIPELINE, PipelineState),
    Kind.IMPORTED_RUN: document_model(_imported_run(), Kind.IMPORTED_RUN.value),
    Kind.PROFILE: _of(Kind.PROFILE, Profiled),
    Kind.BENCHMARK_REPORT: _of(Kind.BENCHMARK_REPORT, Report),
    Kind.STRENGTH: Strength,
    Kind.RANKING: _of(Kind.RANKING, Ranking),
}
FILE_NAMES: dict[str, str] = {
    kind: f"{'run-artifact' if kind is Kind.RUN else kind.value}.v{VERSIONS[kind]}.schema.json" for kind in Kind
}

# Records that are no documents of their own: parts of a tracked pipeline, and the lines of its telemetry.
RECORDS: dict[str, type[BaseModel]] = {
    f"step-execution.v{VERSIONS[Kind.PIPELINE]}.schema.json": model_of(StepState),
    f"telemetry-snapshot.v{VERSIONS[Kind.PIPELINE]}.schema.json": model_of(Sample),
    f"recommendation.v{VERSIONS[Kind.PIPELINE]}.schema.json": model_of(Advice),
    f"performance-test.v{VERSIONS[Kind.PIPELINE]}.schema.json": model_of(PerformanceTest),
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
