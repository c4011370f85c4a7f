import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchbook.observers import ImprovementHistory, PointTrace

# Ties and infinities are where a history can go wrong.
VALUES = st.lists(
    st.sampled_from([3.0, 2.0, 2.0, 1.5, 0.0, -1.0, math.inf]) | st.floats(-4, 4), min_size=1, max_size=40
)


def naive(values: list[float]) -> tuple[list[int], list[float]]:
    """Return the improvements, computed one value at a time."""
    best, where, what = math.inf, [], []
    for k, value in enumerate(values, start=1):
        if value < best:
            best = value
            where.append(k)
            what.append(value)
    return where, what


def observed(values: list[float], borders: list[int]) -> ImprovementHistory:
    """Let a history observe the values in batches, together with what the loop reports for each."""
    history = ImprovementHistory()
    best, done = math.inf, 0
    for batch in np.split(np.array(values), sorted(border % (len(values) + 1) for border in borders)):
        if len(batch):
            improved = bool(batch.min() < best)
            best = min(best, float(batch.min()))
            history.observe(done, np.zeros((len(batch), 1)), batch, improved)
            done += len(batch)
    return history


@given(VALUES, st.lists(st.integers(0, 100), max_size=8))
def test_a_history_is_lossless_however_the_batches_fall(values: list[float], borders: list[int]) -> None:
    """For any split into batches it equals the history computed one value at a time."""
    history = observed(values, borders).history
    assert (history.evaluations.tolist(), history.best_values.tolist()) == naive(values)


@given(VALUES, st.lists(st.integers(0, 100), max_size=8))
def test_a_history_rises_and_falls_strictly(values: list[float], borders: list[int]) -> None:
    """Evaluations increase, values decrease, and both have the types of artifacts."""
    history = observed(values, borders).history
    assert np.all(np.diff(history.evaluations) > 0)
    assert np.all(np.diff(history.best_values) < 0)
    assert (history.evaluations.dtype, history.best_values.dtype) == (np.int64, np.float64)


def test_a_history_can_be_read_during_a_run() -> None:
    """A history that was read during a run stays as it is while the run continues."""
    history = ImprovementHistory()
    history.observe(0, np.zeros((2, 1)), np.array([3.0, 2.0]), True)
    early = history.history
    history.observe(2, np.zeros((2, 1)), np.array([5.0, 1.0]), True)
    assert early.evaluations.tolist() == [1, 2]
    assert history.history.evaluations.tolist() == [1, 2, 4]


def test_an_empty_history_has_no_improvement() -> None:
    """Before the first finite value the history is empty."""
    assert ImprovementHistory().history.evaluations.shape == (0,)


def test_a_history_does_not_change_what_it_sees() -> None:
    """Points and values belong to the run."""
    x, fx = np.full((3, 2), 1.5), np.array([3.0, 2.0, 4.0])
    before = (x.tobytes(), fx.tobytes())
    ImprovementHistory().observe(0, x, fx, True)
    assert (x.tobytes(), fx.tobytes()) == before


def test_a_trace_keeps_copies_of_everything() -> None:
    """The optimizer may change its batch afterwards."""
    trace = PointTrace()
    assert trace.points.shape == (0, 0)
    assert trace.values.shape == (0,)
    x, fx = np.array([[1.5, -2.0]]), np.array([7.0])
    trace.observe(0, x, fx, True)
    x[:], fx[:] = 0.0, 0.0
    trace.observe(1, x, fx, False)
    assert trace.points.tolist() == [[1.5, -2.0], [0.0, 0.0]]
    assert trace.values.tolist() == [7.0, 0.0]
