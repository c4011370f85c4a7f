"""A run record as a JSON document, and back; and the digests that name it."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from benchbook.artifacts.kinds import RUN_VERSION, Kind
from benchbook.digests import digest, text_digest
from benchbook.numerics import Fingerprint
from benchbook.records import (
    Environment,
    ErrorRecord,
    History,
    Host,
    Memory,
    OptimizerRecord,
    ProblemRecord,
    RunRecord,
    RunSpec,
    Status,
    Stop,
    Timing,
    TraceRecord,
    as_plain,
)
from benchbook.typing import FloatArray, JsonObject


def to_document(record: RunRecord) -> JsonObject:
    """Return the record as a document of the run schema; arrays stay NumPy arrays, which the codec can write."""
    return cast("JsonObject", {"kind": Kind.RUN.value, "schema_version": RUN_VERSION, **as_plain(record)})


def from_document(document: JsonObject) -> RunRecord:
    """Return the record in a document that is known to be valid."""
    doc = cast("dict[str, Any]", document)
    plain = {key: doc[key] for key in _PLAIN}
    return RunRecord(
        **plain,
        host=Host(**doc["host"]),
        problem=ProblemRecord(
            **{**doc["problem"], "lower": _vector(doc["problem"]["lower"]), "upper": _vector(doc["problem"]["upper"])}
        ),
        optimizer=OptimizerRecord(**doc["optimizer"]),
        stop=Stop(doc["stop"]),
        status=Status(doc["status"]),
        error=None if doc["error"] is None else ErrorRecord(**doc["error"]),
        target=_number(doc["target"]),
        best_value=_number(doc["best_value"]),
        best_solution=None if doc["best_solution"] is None else _vector(doc["best_solution"]),
        history=History(
            evaluations=np.array(doc["history"]["evaluations"], dtype=np.int64),
            best_values=_vector(doc["history"]["best_values"]),
        ),
        environment=environment_from(doc["environment"]),
        timing=Timing(**doc["timing"]),
        memory=Memory(**doc["memory"]),
        target_hits=None if doc.get("target_hits") is None else tuple(doc["target_hits"]),
        trace=None if doc.get("trace") is None else TraceRecord(**doc["trace"]),
    )


def environment_from(document: dict[str, Any]) -> Environment:
    """Return the environment in a document."""
    arithmetic = dict(document["arithmetic"])
    arithmetic["cpu_dispatch"] = tuple(arithmetic["cpu_dispatch"])
    return Environment(**{**document, "arithmetic": Fingerprint(**arithmetic)})


def run_key(spec: RunSpec, code_digest: str) -> str:
    """Return the digest (hex) of all that determines a run."""
    return digest({**as_plain(spec), "code_digest": code_digest})


def combined_code(optimizer: str, problem: str, loop: str, version: str) -> str:
    """Return the code digest (hex) of runs, from those of optimizer, problem and loop and benchbook's version."""
    return text_digest(optimizer, problem, loop, version)


def content_digest(spec: RunSpec, *, stop: str, evaluations: int, history: History, solution: FloatArray | None) -> str:
    """Return the digest (hex) of all that must be reproduced; never of code, commit, environment, times or memory."""
    return digest(
        {
            "function": spec.function,
            "instance": spec.instance,
            "dim": spec.dim,
            "settings": dict(spec.settings),
            "seed": spec.seed,
            "budget": spec.budget,
            "stop": str(stop),
            "evaluations": evaluations,
            "history": as_plain(history),
            "solution": solution,
        }
    )


def spec_of(record: RunRecord) -> RunSpec:
    """Return what determined a run, except for the code."""
    return RunSpec(
        optimizer=record.optimizer.name,
        settings=record.optimizer.settings,
        function=record.problem.name,
        dim=record.problem.dim,
        instance=record.problem.instance,
        seed=record.seed,
        budget=record.budget,
        target=record.target,
        stagnation=record.stagnation,
    )


def content_digest_of(record: RunRecord) -> str:
    """Return the content digest (hex), computed again from the record's content."""
    return content_digest(
        spec_of(record),
        stop=record.stop.value,
        evaluations=record.evaluations,
        history=record.history,
        solution=record.best_solution,
    )


def _vector(values: list[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


_PLAIN = (
    "run_id",
    "run_key",
    "content_digest",
    "code_digest",
    "created_at",
    "commit",
    "dirty",
    "version",
    "seed",
    "budget",
    "stagnation",
    "evaluations",
    "invalid_evaluations",
)
