"""The model of a record: made from its dataclass, so that document and schema cannot say different things.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from benchbook.numerics import Fingerprint
from benchbook.records.benchmark import Check, Quality, Report, Speed
from benchbook.records.experiment import BranchException, BranchRecord, ExperimentRecord
from benchbook.records.experiment import Metric as BranchMetric
from benchbook.records.fields import Items, Limits, OneOf, OrText
from benchbook.records.pipeline import Advice, Metric, PerformanceTest, PipelineState, Prediction, Sample, StepState
from benchbook.records.plain import as_plain, default_of, hints_of, options_of, parts_of
from benchbook.records.profile import Bottleneck, FunctionTime, Overhead, Profiled, Stack, StageTime
from benchbook.records.published import CellSummary, HostSummary, ReferenceRecord
from benchbook.records.run import Claim, ErrorRecord, OptimizerRecord, ProblemRecord, RunRecord, TraceRecord
from benchbook.records.study import FunctionPlan, OptimizerPlan, StudyPlanRecord

# Names of records in schemas, where those of their classes would say less.
_NAMES: dict[type, str] = {
    RunRecord: "RunArtifact",
    ProblemRecord: "Problem",
    OptimizerRecord: "Optimizer",
    ErrorRecord: "Failure",
    TraceRecord: "TraceReference",
    Claim: "ClaimOutcome",
    Fingerprint: "Arithmetic",
    Check: "BenchmarkCheck",
    Quality: "BenchmarkQuality",
    Speed: "BenchmarkSpeed",
    Report: "BenchmarkReport",
    Profiled: "Profile",
    StageTime: "ProfiledStage",
    FunctionTime: "FunctionInStage",
    Stack: "SampledStack",
    Bottleneck: "ProfileBottleneck",
    Overhead: "ProfileOverhead",
    CellSummary: "BaselineCell",
    HostSummary: "BaselineHost",
    ReferenceRecord: "Reference",
    OptimizerPlan: "PlannedOptimizer",
    FunctionPlan: "PlannedFunction",
    StudyPlanRecord: "StudyPlan",
    BranchException: "BranchError",
    BranchMetric: "BranchMetric",
    BranchRecord: "Branch",
    ExperimentRecord: "Experiment",
    Metric: "MetricSummary",
    StepState: "StepExecution",
    Prediction: "PipelinePrediction",
    Advice: "Recommendation",
    PerformanceTest: "PerformanceTestResult",
    Sample: "TelemetrySnapshot",
    PipelineState: "TrackedPipeline",
}
# What names mean in a document, whatever they mean in memory.
_IN_DOCUMENTS: dict[str, Any] = {"FloatArray": list[float], "IntArray": list[int], "JsonValue": JsonValue}


class Model(BaseModel):
    """Base of the models: no keys beyond the fields, whose docstrings become descriptions."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class _Made(BaseModel):
    """Base of the models that are made here: they come with their descriptions, which are in no source code."""

    model_config = ConfigDict(extra="forbid")


@cache
def model_of(record: type) -> type[BaseModel]:
    """Return the model of a record, by its fields with their limits and the docstrings below them."""
    return made_model(_NAMES.get(record, record.__name__), inspect.getdoc(record) or "", model_fields(record))


def made_model(name: str, text: str, members: Mapping[str, Any]) -> type[BaseModel]:
    """Return a model with a name, a sentence and fields."""
    made: Callable[..., type[BaseModel]] = create_model
    return made(name, __base__=_Made, __doc__=text, **members)


def document_model(
    model: type[BaseModel], kind: str, versions: Sequence[int] = (1,), note: str = ""
) -> type[BaseModel]:
    """Return the model of a document: what it is and the versions of its schema that are read, then all of a model."""
    head = {
        "kind": (Literal[kind], Field(description="What this document is.")),
        "schema_version": (Literal[tuple(versions)], Field(description=f"Version of this schema{note}.")),
    }
    rest = {name: (info.annotation, info) for name, info in model.model_fields.items()}
    return made_model(model.__name__, model.__doc__ or "", {**head, **rest})


def model_fields(
    record: type, names: Sequence[str] = (), said: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the fields of a record, as pydantic takes them.

    Args:
        record: A dataclass.
        names: Those to return, each of them required then; all unless given.
        said: Descriptions that differ from the record's own.
    """
    hints, texts = hints_of(record, _IN_DOCUMENTS), {**_docstrings(record), **said}
    made: dict[str, Any] = {}
    for field in fields(record):
        if field.metadata.get("in_document", True):
            absent = field.metadata.get("may_be_absent") and not names
            default = as_plain(default_of(field)()) if absent else ...
            kind = _with_nulls(hints[field.name], field.metadata) if "missing" in field.metadata else hints[field.name]
            made[field.name] = (in_document(kind), Field(default, description=texts.get(field.name)))
    return {name: made[name] for name in names} if names else made


def _with_nulls(hint: Any, told: Mapping[str, Any]) -> Any:
    """Return the type of a number that may be null in documents, or of an array of them."""
    kind, beside = parts_of(hint)
    if kind is float:
        return hint | None
    item: Any = int if told["whole"] else get_args(kind)[0]
    for note in beside:
        item = Annotated[item, note.limits]
    return list[item | None]


def in_document(hint: Any) -> Any:
    """Return the type that a field has in documents."""
    kind, beside = parts_of(hint)
    options = [note.options for note in beside if isinstance(note, OneOf)]
    if options:
        return Literal[options[0]]
    items = [note.limits for note in beside if isinstance(note, Items)]
    found = _type_in_document(kind)
    if items:
        found = list[_limited(get_args(found)[0], items)]  # type: ignore[misc]  # a type made here
    found = _limited(found, [note for note in beside if isinstance(note, Limits)])
    texts = [note.options for note in beside if isinstance(note, OrText)]
    return found | Literal[texts[0]] if texts else found


def _type_in_document(kind: Any) -> Any:
    options = options_of(kind)
    if options is not None:
        return Union[tuple(in_document(option) for option in options)]  # noqa: UP007  # their number is known here only
    if isinstance(kind, type) and is_dataclass(kind):
        return model_of(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Literal[tuple(option.value for option in kind)]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (tuple, list):
        return list[in_document(arguments[0])]  # type: ignore[misc]  # a type made here
    if origin in (dict, Mapping) and arguments[0] is not str:
        return list[in_document(arguments[1])]  # type: ignore[misc]  # a type made here
    if origin in (dict, Mapping):
        return dict[in_document(arguments[0]), in_document(arguments[1])]  # type: ignore[misc]  # a type made here
    return kind


def _limited(kind: Any, limits: Sequence[Limits]) -> Any:
    for limit in limits:
        kind = Annotated[kind, Field(**{name: value for name, value in asdict(limit).items() if value is not None})]
    return kind


def _docstrings(record: type) -> dict[str, str]:
    """Return the docstrings below the fields of a dataclass."""
    body = _classes(record.__module__)[record.__name__]
    return {
        before.target.id: inspect.cleandoc(after.value.value)
        for before, after in pairwise(body)
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    }


@cache
def _classes(module: str) -> dict[str, list[ast.stmt]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node.body for node in tree.body if isinstance(node, ast.ClassDef)}
