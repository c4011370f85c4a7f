"""The state of a pipeline as one JSON document, and back."""

from __future__ import annotations

from typing import Any

from benchbook.tracking.eta import eta_errors
from benchbook.tracking.state import (
    Advice,
    Metric,
    PerformanceTest,
    PipelineState,
    Prediction,
    StepState,
    StepStatus,
)

KIND = "pipeline"
_PLAIN = (
    "run_id", "name", "spec", "total", "created_at", "ended_at", "duration_s", "t", "last_at", "pid", "host", "version",
    "reason", "signals", "telemetry", "missing", "torn", "lost",
)  # fmt: skip


def to_document(state: PipelineState) -> dict[str, Any]:
    """Return a state as JSON values, under the schema of kind `pipeline`."""
    return {
        "kind": KIND,
        "schema_version": 1,
        **{name: getattr(state, name) for name in _PLAIN},
        "parent": state.parent,
        "status": state.status.value,
        "steps": [_step(step) for step in state.steps],
        "predictions": [_fields(prediction) for prediction in state.predictions],
        "eta_errors": [
            {"done": done, "predicted_s": predicted, "error": error} for done, predicted, error in eta_errors(state)
        ],
        "advice": [{**_fields(advice), "actions": list(advice.actions)} for advice in state.advice],
        "performance": [{**_fields(test), "repeats_s": list(test.repeats_s)} for test in state.performance],
        "claims": [{"text": text, "verdict": verdict} for text, verdict in state.claims],
    }


def _step(step: StepState) -> dict[str, Any]:
    # Not by `asdict`, which copies deeply: a snapshot of a thousand steps is taken while they run.
    return {
        **{name: getattr(step, name) for name in StepState.__slots__},
        "status": step.status.value,
        "metrics": {name: _fields(metric) for name, metric in step.metrics.items()},
        "artifacts": [{"path": path, "bytes": size} for path, size in step.artifacts],
    }


def _fields(record: Metric | Prediction | Advice | PerformanceTest) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def from_document(document: dict[str, Any]) -> PipelineState:
    """Return the state that a document tells; it was written by `to_document`.

    Raises:
        KeyError: A field is missing.
        TypeError: A field has another structure.
        ValueError: A status is none.
    """
    state = PipelineState(**{name: document[name] for name in _PLAIN}, parent=document.get("parent"))
    state.status = StepStatus(document["status"])
    state.steps = [_step_from(step) for step in document["steps"]]
    state.predictions = [Prediction(**prediction) for prediction in document["predictions"]]
    state.advice = [Advice(**{**advice, "actions": tuple(advice["actions"])}) for advice in document["advice"]]
    state.performance = [
        PerformanceTest(**{**test, "repeats_s": tuple(test["repeats_s"])}) for test in document.get("performance", ())
    ]
    state.claims = [(claim["text"], claim["verdict"]) for claim in document["claims"]]
    return state


def _step_from(step: dict[str, Any]) -> StepState:
    made = StepState(**{**step, "status": StepStatus(step["status"])})
    made.metrics = {name: Metric(**metric) for name, metric in step["metrics"].items()}
    made.artifacts = [(artifact["path"], artifact["bytes"]) for artifact in step["artifacts"]]
    return made
