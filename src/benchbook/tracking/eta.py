"""How long a pipeline will still take, from the durations of its own steps and of earlier ones of the same shape."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchbook.records.pipeline import FINAL, Eta, PipelineState, PredictionError, StepState, StepStatus

_WIDE = 2.0  # factor up and down while there is only one observation
_NARROW = 1.05  # and at least this: no machine repeats itself to the second
_SIGMAS = 1.645  # of a normal distribution: 90 % lie within
_LATE = 0.1  # a step that is late is assumed to need this share of its elapsed time again
_LEAST_IN_PARALLEL = 1.2  # with this many steps at a time or more, they are assumed to run in parallel
_MOST_GUESSED = 0.9  # largest share of a step that is assumed to be done if the step reports nothing
_TELLING = 0.1  # share of a run beyond which its own speed predicts better than that of earlier runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The steps of an earlier, completed pipeline, in order.

    Attributes:
        labels: Their labels.
        durations_s: Seconds each took.
        weights: Amount of work of each; None if not given.
        total_s: Seconds of the whole pipeline; less than the sum of the steps if they ran in parallel.
    """

    labels: tuple[str, ...]
    durations_s: tuple[float, ...]
    weights: tuple[float | None, ...] = ()
    total_s: float | None = None

    @property
    def side_by_side(self) -> float:
        """How many steps ran at a time, on average; at least 1."""
        return max(1.0, sum(self.durations_s) / self.total_s) if self.total_s else 1.0

    def seconds(self, k: int, weight: float | None) -> float:
        """Return how long step `k` would have taken with the present amount of work."""
        before = self.weights[k] if k < len(self.weights) else None
        return self.durations_s[k] * (weight / before if weight is not None and before else 1.0)


class Forecast:
    """Estimates for one pipeline; what depends only on earlier pipelines is computed once."""

    def __init__(self, earlier: Sequence[Shape] = ()) -> None:
        """Keep the earlier pipelines, newest first, except for those that had nothing to do."""
        self._earlier = [shape for shape in earlier if sum(shape.durations_s) > 0]
        self._expected: dict[tuple[int, ...], list[float]] = {}

    def estimate(self, state: PipelineState, t: float) -> Eta | None:
        """Return what `estimate` returns."""
        fitting = [k for k, shape in enumerate(self._earlier) if _fits(shape, state)]
        if not fitting:
            return None if state.total is None else _from_own(state, t, state.planned)
        total = len(self._earlier[fitting[0]].labels)  # the newest, if the number of steps is not given
        key = tuple(k for k in fitting if len(self._earlier[k].labels) == total)
        shapes = [self._earlier[k] for k in key]
        if key not in self._expected:
            self._expected[key] = [_expected(shapes, k, _weight(state, k)) for k in range(total)]
        return _from_earlier(state, t, shapes, self._expected[key])


def estimate(state: PipelineState, t: float, earlier: Sequence[Shape] = ()) -> Eta | None:
    """Estimate the remaining time at `t` seconds after the start; None if there is nothing to base it on.

    With earlier pipelines, the median seconds of each step are scaled by its amount of work and by the speed of this
    pipeline so far. Without them, further steps are assumed to be as fast as the finished ones (mean seconds per unit
    of work). If steps run in parallel, the work done in total is compared with the time that has passed.
    """
    return Forecast(earlier).estimate(state, t)


def _fits(shape: Shape, state: PipelineState) -> bool:
    if len(shape.labels) < len(state.steps) or (state.total is not None and len(shape.labels) != state.planned):
        return False
    return all(step.label == label for step, label in zip(state.steps, shape.labels, strict=False))


def _weight(state: PipelineState, k: int) -> float | None:
    return state.steps[k].weight if k < len(state.steps) else None


def _expected(shapes: Sequence[Shape], k: int, weight: float | None) -> float:
    """Return the expected seconds of step `k`; earlier runs in which the step had no work are ignored."""
    found = [
        shape.seconds(k, weight)
        for shape in shapes
        if not (weight and k < len(shape.weights) and shape.weights[k] == 0)
    ]
    if found:
        return statistics.median(found)
    done = [(sum(shape.durations_s), sum(w or 0.0 for w in shape.weights)) for shape in shapes]
    rates = [seconds / work for seconds, work in done if work > 0]
    return (weight or 0.0) * statistics.median(rates) if rates else 0.0


def _from_earlier(state: PipelineState, t: float, shapes: Sequence[Shape], expected: Sequence[float]) -> Eta:
    over = [step for step in state.steps if step.status is StepStatus.COMPLETED]
    before = sum(expected[step.index - 1] for step in over)
    in_parallel = max(_side_by_side(state, t), statistics.median(shape.side_by_side for shape in shapes))
    if in_parallel > _LEAST_IN_PARALLEL:
        remaining = _remaining_in_parallel(state, t, expected, sum(expected) / in_parallel)
    else:
        pace = sum(step.duration_s or 0.0 for step in over) / before if before > 0 else 1.0
        remaining = _remaining(state, t, [pace * seconds for seconds in expected])
    totals = [sum(shape.durations_s) / (sum(weight or 0.0 for weight in shape.weights) or 1.0) for shape in shapes]
    spread = _NARROW
    if len(totals) > 1 and min(totals) > 0:
        spread = max(_NARROW, math.exp(_SIGMAS * statistics.stdev(math.log(value) for value in totals)))
    elif len(totals) == 1:
        spread = _WIDE if not over else math.sqrt(_WIDE)
    return Eta(remaining_s=remaining, low_s=remaining / spread, high_s=remaining * spread, earlier=len(shapes))


def _from_own(state: PipelineState, t: float, total: int) -> Eta | None:
    weights = [_weight(state, k) for k in range(total)]
    work = [1.0 if weight is None else weight for weight in weights]
    # Seconds and amount of work of finished steps, and of the finished part of steps that report progress.
    seen = [
        (step.duration_s, work[step.index - 1])
        for step in state.steps
        if step.status is StepStatus.COMPLETED and step.duration_s is not None
    ]
    seen += [
        (told_s, (step.fraction or 0.0) * work[step.index - 1])
        for step in state.running
        if (told_s := _told_s(step)) is not None
    ]
    seen = [(seconds, done) for seconds, done in seen if done > 0]
    if not seen:
        return None
    rate = sum(seconds for seconds, _ in seen) / sum(done for _, done in seen)
    expected = [rate * weight for weight in work]
    in_parallel = _side_by_side(state, t) > _LEAST_IN_PARALLEL
    remaining = _remaining_in_parallel(state, t, expected, None) if in_parallel else _remaining(state, t, expected)
    if len(seen) == 1:
        return Eta(remaining_s=remaining, low_s=remaining / _WIDE, high_s=remaining * _WIDE, earlier=0)
    left = max(1, total - state.done)
    off = statistics.stdev(seconds / (rate * done) for seconds, done in seen)  # deviation of the steps from their mean
    half = _SIGMAS * off * (remaining / left) * math.sqrt(left + left * left / len(seen))
    half = max(half, remaining * (_NARROW - 1))
    return Eta(remaining_s=remaining, low_s=max(0.0, remaining - half), high_s=remaining + half, earlier=0)


def _side_by_side(state: PipelineState, t: float) -> float:
    """Return how many steps ran at a time so far, on average; at least 1."""
    begun = _begun(state)
    if begun is None or t <= begun:
        return 1.0
    busy = sum(
        t - step.started_t if step.duration_s is None else step.duration_s
        for step in state.steps
        if step.started_t is not None
    )
    return max(1.0, busy / (t - begun))


def _begun(state: PipelineState) -> float | None:
    return min((step.started_t for step in state.steps if step.started_t is not None), default=None)


def _remaining(state: PipelineState, t: float, expected: Sequence[float]) -> float:
    """Return the remaining seconds of steps that run one after the other; `expected` has the seconds of each."""
    seconds = 0.0
    for k, whole in enumerate(expected):
        step = state.steps[k] if k < len(state.steps) else None
        if step is None or step.status is StepStatus.PENDING:
            seconds += whole
        elif step.status not in FINAL and step.started_t is not None:
            elapsed = t - step.started_t
            whole_s = _whole_s(step, whole)
            late = min(_LATE, 1 - (step.fraction or 0.0))
            seconds += whole_s - elapsed if elapsed < whole_s else elapsed * late
    return seconds


def _told_s(step: StepState) -> float | None:
    """Return how long a running step had run when it last reported progress; None if it reported none."""
    if not step.fraction or step.fraction_t is None or step.started_t is None or step.fraction_t <= step.started_t:
        return None
    return step.fraction_t - step.started_t


def _whole_s(step: StepState, expected_s: float) -> float:
    """Return the total seconds that a running step will take.

    A reported share of the work holds for the moment of the report only. The more of the step is done, the more its own
    speed counts relative to the expectation.
    """
    told_s = _told_s(step)
    if told_s is None or not step.fraction:
        return expected_s
    return told_s + (1 - step.fraction) * expected_s


def _remaining_in_parallel(state: PipelineState, t: float, expected: Sequence[float], before: float | None) -> float:
    """Return the remaining seconds of steps that run in parallel: the remaining work at the speed so far.

    The seconds of a single step say little, because it shares the machine and may have waited; `expected` is used only
    to weight the steps. `before` is the total time of earlier runs, used at the beginning.
    """
    done, whole = 0.0, 0.0
    for k, seconds in enumerate(expected):
        step = state.steps[k] if k < len(state.steps) else None
        whole += seconds
        if step is None or step.status is StepStatus.PENDING or seconds <= 0:
            continue
        if step.status in FINAL:
            done += seconds if step.status is StepStatus.COMPLETED else 0.0
            whole -= seconds if step.status is not StepStatus.COMPLETED else 0.0
        elif step.fraction and step.started_t is not None:
            whole_s = _whole_s(step, seconds)
            done += seconds * max(step.fraction, min(_MOST_GUESSED, (t - step.started_t) / whole_s))
        elif step.started_t is not None:
            done += seconds * min(_MOST_GUESSED, (t - step.started_t) / seconds)
    share = done / whole if whole > 0 else 1.0
    elapsed = t - (_begun(state) or 0.0)
    if before is not None and share < _TELLING:
        return max(0.0, before - elapsed, before * (1 - share) * _TELLING)
    return elapsed / share * (1 - share) if share > 0 else elapsed


def eta_errors(state: PipelineState) -> list[PredictionError]:
    """Return how wrong each prediction was, once the pipeline is completed."""
    truth = state.duration_s
    if state.status is not StepStatus.COMPLETED or not truth:
        return []
    return [
        PredictionError(done=p.done, predicted_s=p.total_s, error=(p.total_s - truth) / truth)
        for p in state.predictions
    ]
