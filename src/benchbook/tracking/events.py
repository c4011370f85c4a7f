"""The manifest: one event per line, as a JSON object; and how each event changes the state of a pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from benchbook.errors import ArtifactError
from benchbook.files import read_bytes
from benchbook.records import from_plain
from benchbook.records.pipeline import (
    FINAL,
    NOT_REACHED,
    VERSION,
    Advice,
    Metric,
    PerformanceTest,
    PipelineState,
    Prediction,
    SensorSummary,
    StepArtifact,
    StepState,
    StepStatus,
    TrackedClaim,
)
from benchbook.tracking.eta import eta_errors
from benchbook.tracking.field_types import check_types

_MOST_CLAIMS = 100


def line_of(event: dict[str, Any]) -> bytes:
    """Encode an event as a line of the manifest."""
    return orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def read_manifest(path: Path) -> PipelineState:
    """Return the state of a pipeline from its manifest; torn lines are counted and skipped.

    Raises:
        UsageError: There is no manifest.
        ArtifactError: It is of a newer version, or does not begin as a manifest does.
    """
    state: PipelineState | None = None
    torn = 0
    for line in read_bytes(path).split(b"\n"):
        if not line:
            continue
        event = _event_of(line)
        if event is None:
            torn += 1
        elif state is None:
            state = begin(event, str(path))
        else:
            apply(state, event)
    if state is None:
        raise ArtifactError(f"{path} does not begin with the start of a pipeline")
    state.torn += torn
    return state


def _event_of(line: bytes) -> dict[str, Any] | None:
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return event if isinstance(event, dict) and isinstance(event.get("event"), str) else None


def begin(event: dict[str, Any], name: str) -> PipelineState:
    """Return the state after the first event.

    Raises:
        ArtifactError: It is not a start of a pipeline, or that of a newer version.
    """
    version = event.get("v")
    if isinstance(version, int) and version > VERSION:
        raise ArtifactError(
            f"{name} is of version {version}, this benchbook reads up to {VERSION}; a newer benchbook wrote it: upgrade"
        )
    if event.get("event") != "start" or not isinstance(event.get("run_id"), str):
        raise ArtifactError(f"{name} does not begin with the start of a pipeline")
    try:
        check_types(event)
    except TypeError as error:
        raise ArtifactError(f"{name} does not begin with the start of a pipeline: {error}") from error
    state = PipelineState(
        run_id=event["run_id"],
        name=event.get("name", ""),
        spec=event.get("spec"),
        parent=event.get("parent"),
        total=event.get("total"),
        created_at=event.get("at", ""),
        last_at=event.get("at", ""),
        pid=event.get("pid", 0),
        host=event.get("host", ""),
        version=event.get("version", ""),
    )
    labels = event.get("steps") or ()
    weights = event.get("weights") or [None] * len(labels)
    state.steps = [
        StepState(index=k, label=label, weight=weight)
        for k, (label, weight) in enumerate(zip(labels, weights, strict=False), start=1)
    ]
    state.labels = len(state.steps)
    return state


def apply(state: PipelineState, event: dict[str, Any]) -> None:
    """Change a state by one event; events of an unknown kind are ignored, those with a wrong type count as torn."""
    change = _CHANGES.get(event["event"])
    try:
        check_types(event)
        if change is not None:
            change(state, event)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        state.torn += 1
        return
    state.t = max(state.t, event.get("t", 0.0))
    state.last_at = event.get("at", state.last_at)


def _step(state: PipelineState, event: dict[str, Any]) -> StepState:
    index: int = event["step"]
    if index < 1:
        raise IndexError(index)
    return state.steps[index - 1]


def _step_started(state: PipelineState, event: dict[str, Any]) -> None:
    if event["step"] == len(state.steps) + 1:
        state.steps.append(StepState(index=event["step"], label=event["label"]))
    step = _step(state, event)
    step.label = event["label"]
    step.status = StepStatus.RUNNING
    step.started_at, step.started_t = event["at"], event["t"]
    _predicted(state, event)


def _step_ended(state: PipelineState, event: dict[str, Any]) -> None:
    step = _step(state, event)
    step.status = StepStatus(event["status"])
    step.duration_s = event["duration_s"]
    step.reason = event.get("reason")
    step.evaluations = event.get("evaluations", 0)
    if step.status is StepStatus.COMPLETED and step.fraction is not None:
        step.fraction = 1.0
    _predicted(state, event)


def _predicted(state: PipelineState, event: dict[str, Any]) -> None:
    eta = event.get("eta")
    if eta is None:
        return
    t = event["t"]
    state.predictions.append(
        Prediction(
            done=state.done,
            t=t,
            total_s=t + eta["remaining_s"],
            low_s=t + eta["low_s"],
            high_s=t + eta["high_s"],
            earlier=eta["earlier"],
        )
    )


def _skipped(state: PipelineState, event: dict[str, Any]) -> None:
    if event["step"] == len(state.steps) + 1:
        state.steps.append(StepState(index=event["step"], label=event["label"]))
    step = _step(state, event)
    step.status, step.label, step.reason = StepStatus.SKIPPED, event["label"], event.get("reason")


def _metric(state: PipelineState, event: dict[str, Any]) -> None:
    value = event["value"]
    _step(state, event).metrics.setdefault(event["name"], Metric()).add(value if not isinstance(value, str) else None)


def _artifact(state: PipelineState, event: dict[str, Any]) -> None:
    _step(state, event).artifacts.append(StepArtifact(path=event["path"], bytes=event.get("bytes")))


def _progress(state: PipelineState, event: dict[str, Any]) -> None:
    step = _step(state, event)
    step.fraction, step.fraction_t = event["fraction"], event["t"]


def _signal(state: PipelineState, event: dict[str, Any]) -> None:
    state.signals.append(event["name"])
    for step in state.running:
        step.signal = event["name"]


def _claim(state: PipelineState, event: dict[str, Any]) -> None:
    state.claims = [
        *state.claims[1 - _MOST_CLAIMS :],
        TrackedClaim(text=event["text"], verdict=event["verdict"]),
    ]


def _advised(state: PipelineState, event: dict[str, Any]) -> None:
    state.advice.append(from_plain(Advice, event))


def _performance(state: PipelineState, event: dict[str, Any]) -> None:
    state.performance.append(from_plain(PerformanceTest, event))


def _missing(state: PipelineState, event: dict[str, Any]) -> None:
    state.missing[event["sensor"]] = event["reason"]


def _ended(state: PipelineState, event: dict[str, Any]) -> None:
    state.status = StepStatus(event["status"])
    state.ended_at, state.duration_s = event["at"], event["duration_s"]
    state.reason = event.get("reason")
    state.lost = event.get("lost", 0)
    for step in state.steps:
        if step.status not in FINAL:
            step.status, step.reason = StepStatus.SKIPPED, NOT_REACHED
    state.eta_errors = eta_errors(state)
    state.telemetry = {name: from_plain(SensorSummary, told) for name, told in (event.get("telemetry") or {}).items()}


_CHANGES: dict[str, Callable[[PipelineState, dict[str, Any]], None]] = {
    "step_started": _step_started,
    "step_ended": _step_ended,
    "step_skipped": _skipped,
    "metric": _metric,
    "artifact": _artifact,
    "progress": _progress,
    "signal": _signal,
    "claim": _claim,
    "advice": _advised,
    "performance": _performance,
    "missing": _missing,
    "ended": _ended,
}
