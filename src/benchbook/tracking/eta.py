"""How long a pipeline will still take, from the durations of its own steps and of earlier ones of the same shape."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchbook.tracking.states import FINAL, Eta, PipelineState, StepStatus

_WIDE = 2.0  # the factor up and down while there is one observation only
_NARROW = 1.05  # and at least this: no machine repeats itself to the second
_SIGMAS = 1.645  # of a normal distribution: 90 % lie within
_LATE = 0.1  # a step that is over its time is taken to need so much more of what it has taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The steps of an earlier pipeline that was completed: labels and seconds, in their order."""

    labels: tuple[str, ...]
    durations_s: tuple[float, ...]


class Forecast:
    """Estimates of one pipeline, with what follows from the earlier ones computed once."""

    def __init__(self, earlier: Sequence[Shape] = ()) -> None:
        """Keep the earlier pipelines, newest first."""
        self._earlier = earlier
        self._expected: dict[tuple[int, ...], list[float]] = {}

    def estimate(self, state: PipelineState, t: float) -> Eta | None:
        """Return what `estimate` returns."""
        fitting = [k for k, shape in enumerate(self._earlier) if _fits(shape, state)]
        if not fitting:
            return None if state.total is None else _from_own(state, t, state.planned)
        total = len(self._earlier[fitting[0]].labels)  # the newest; where nobody said how many there will be
        key = tuple(k for k in fitting if len(self._earlier[k].labels) == total)
        shapes = [self._earlier[k] for k in key]
        if key not in self._expected:
            self._expected[key] = [
                statistics.median(found) for found in zip(*(s.durations_s for s in shapes), strict=True)
            ]
        return _from_earlier(state, t, shapes, self._expected[key])


def estimate(state: PipelineState, t: float, earlier: Sequence[Shape] = ()) -> Eta | None:
    """Estimate what remains at `t` seconds after the start; None where nothing tells.

    Earlier pipelines give the seconds of each step (median), scaled by how this one compares with them so far. Without
    them, steps to come are taken to last as long as those before (mean).
    """
    return Forecast(earlier).estimate(state, t)


def _fits(shape: Shape, state: PipelineState) -> bool:
    if len(shape.labels) < len(state.steps) or (state.total is not None and len(shape.labels) != state.planned):
        return False
    return all(step.label == label for step, label in zip(state.steps, shape.labels, strict=False))


def _from_earlier(state: PipelineState, t: float, shapes: Sequence[Shape], expected: Sequence[float]) -> Eta:
    pace = 1.0
    over = [step for step in state.steps if step.status is StepStatus.COMPLETED]
    if over:
        before = sum(expected[step.index - 1] for step in over)
        took = sum(step.duration_s or 0.0 for step in over)
        pace = took / before if before > 0 else 1.0
    remaining = _remaining(state, t, [pace * seconds for seconds in expected])
    totals = [sum(shape.durations_s) for shape in shapes]
    spread = _NARROW
    if len(totals) > 1 and min(totals) > 0:
        spread = max(_NARROW, math.exp(_SIGMAS * statistics.stdev(math.log(value) for value in totals)))
    elif len(totals) == 1:
        spread = _WIDE if not over else math.sqrt(_WIDE)
    return Eta(remaining_s=remaining, low_s=remaining / spread, high_s=remaining * spread, earlier=len(shapes))


def _from_own(state: PipelineState, t: float, total: int) -> Eta | None:
    durations = [
        step.duration_s for step in state.steps if step.status is StepStatus.COMPLETED and step.duration_s is not None
    ]
    # A step that says how far it is tells how long it will take.
    durations += [
        (t - step.started_t) / step.fraction
        for step in state.running
        if step.fraction and step.started_t is not None and t > step.started_t
    ]
    if not durations:
        return None
    mean = statistics.fmean(durations)
    remaining = _remaining(state, t, [mean] * total)
    if len(durations) == 1:
        return Eta(remaining_s=remaining, low_s=remaining / _WIDE, high_s=remaining * _WIDE, earlier=0)
    left = max(1, total - state.done)
    half = _SIGMAS * statistics.stdev(durations) * math.sqrt(left + left * left / len(durations))
    half = max(half, remaining * (_NARROW - 1))
    return Eta(remaining_s=remaining, low_s=max(0.0, remaining - half), high_s=remaining + half, earlier=0)


def _remaining(state: PipelineState, t: float, expected: Sequence[float]) -> float:
    """Add up what the steps that run, and those to come, still need; `expected` has a value a step."""
    seconds = 0.0
    for k, whole in enumerate(expected):
        step = state.steps[k] if k < len(state.steps) else None
        if step is None or step.status is StepStatus.PENDING:
            seconds += whole
        elif step.status not in FINAL and step.started_t is not None:
            elapsed = t - step.started_t
            if step.fraction:
                seconds += elapsed / step.fraction * (1 - step.fraction)
            else:
                seconds += whole - elapsed if elapsed < whole else elapsed * _LATE
    return seconds


def eta_errors(state: PipelineState) -> list[tuple[int, float, float]]:
    """Return of each prediction the steps that were over, the predicted total and its relative error; once complete."""
    truth = state.duration_s
    if state.status is not StepStatus.COMPLETED or not truth:
        return []
    return [(p.done, p.total_s, (p.total_s - truth) / truth) for p in state.predictions]
