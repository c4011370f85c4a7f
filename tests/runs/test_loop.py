from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.clock import ManualClock
from benchbook.errors import ObjectiveError
from benchbook.observers import ImprovementHistory, PointTrace
from benchbook.problems import from_callable, problem
from benchbook.records import Stop
from benchbook.runs import Outcome, run_loop
from benchbook.testing import FaultyProblem, ScriptedOptimizer, ScriptedProblem


def batches(*sizes: int, dim: int = 1) -> list[np.ndarray]:
    """Return batches of these sizes, with points that all differ and lie inside the scripted box."""
    points = np.linspace(-0.5, 2.5, sum(sizes) * dim).reshape(-1, dim)
    return np.split(points, np.cumsum(sizes)[:-1])


def run(sizes: list[int], values: list[float], **options: Any) -> tuple[Outcome, ScriptedOptimizer, ScriptedProblem]:
    """Run scripted batches with scripted values."""
    optimizer, scripted = ScriptedOptimizer(batches(*sizes)), ScriptedProblem(values)
    return run_loop(lambda: optimizer, scripted, **{"budget": 1000, **options}), optimizer, scripted


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 40))
def test_the_budget_is_a_hard_cap(sizes: list[int], budget: int) -> None:
    """No more points than the budget are evaluated; the last batch is cut, and tell is not called for it."""
    outcome, optimizer, scripted = run(sizes, [1.0] * sum(sizes), budget=budget)
    spent = min(budget, sum(sizes))
    assert sum(scripted.calls) == outcome.evaluations == spent
    assert outcome.stop is (Stop.BUDGET if sum(sizes) >= budget else Stop.EXHAUSTED)
    whole = np.cumsum(sizes)
    assert len(optimizer.told) == int(np.sum(whole < budget))


def test_the_first_rows_of_the_last_batch_are_evaluated() -> None:
    """Of a batch of 4 with 2 evaluations left, the first two points are evaluated, in order."""
    trace = PointTrace()
    optimizer, asked = ScriptedOptimizer(batches(3, 4)), np.concatenate(batches(3, 4))
    outcome = run_loop(lambda: optimizer, ScriptedProblem([5, 4, 3, 2, 1.0]), budget=5, observers=[trace])
    assert trace.points.tolist() == asked[:5].tolist()
    assert outcome.best_value == 1.0
    assert outcome.best_solution is not None
    assert outcome.best_solution.tolist() == asked[4].tolist()
    assert [len(x) for x, _ in optimizer.told] == [3]


def test_the_optimizer_gets_its_batches_with_their_values() -> None:
    """Points and values arrive unchanged and in order."""
    _, optimizer, _ = run([2, 3], [4.0, 3.0, 9.0, 2.0, 7.0])
    assert [fx.tolist() for _, fx in optimizer.told] == [[4.0, 3.0], [9.0, 2.0, 7.0]]
    assert np.concatenate([x for x, _ in optimizer.told]).tolist() == np.concatenate(batches(2, 3)).tolist()


def test_a_target_ends_the_run_after_its_batch() -> None:
    """The batch that reaches the target is evaluated completely, and no further batch is asked for."""
    outcome, optimizer, scripted = run([2, 3, 2], [9.0, 8.0, 3.0, 2.0, 7.0, 1.0, 1.0], target_value=3.0)
    assert outcome.stop is Stop.TARGET
    assert outcome.evaluations == sum(scripted.calls) == 5
    assert outcome.best_value == 2.0
    assert len(optimizer.told) == 1


def test_a_target_reached_with_the_last_evaluation_is_reached() -> None:
    """The target takes precedence over the budget."""
    outcome, _, _ = run([2, 2], [9.0, 8.0, 7.0, 1.0], target_value=1.0, budget=4)
    assert outcome.stop is Stop.TARGET


def test_stagnation_counts_from_the_last_improvement() -> None:
    """The run ends with the first batch that completes a number of evaluations without a lower value."""
    values = [5.0, 4.0, 4.0, 4.0, 4.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    outcome, _, _ = run([2] * 5, values, stagnation=4)
    assert (outcome.stop, outcome.evaluations) == (Stop.STAGNATION, 10)
    assert run([2] * 5, values, stagnation=3)[0].evaluations == 10
    assert run([1] * 10, values, stagnation=3)[0].evaluations == 5


def test_an_optimizer_without_more_points_ends_the_run() -> None:
    """An empty batch is an ordinary end."""
    outcome, _, _ = run([2], [2.0, 1.0])
    assert (outcome.stop, outcome.evaluations, outcome.error) == (Stop.EXHAUSTED, 2, None)
    assert run_loop(lambda: ScriptedOptimizer([]), ScriptedProblem([]), budget=5).best_value is None


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted_and_passed_as_infinite(bad: float) -> None:
    """NaN and both infinities are never the best value; the optimizer and the observers get +inf."""
    trace = PointTrace()
    optimizer = ScriptedOptimizer(batches(2, 2))
    values = ScriptedProblem([bad, 3.0, bad, bad])
    outcome = run_loop(lambda: optimizer, values, budget=10, observers=[trace])
    assert outcome.invalid_evaluations == 3
    assert outcome.best_value == 3.0
    assert trace.values.tolist() == [np.inf, 3.0, np.inf, np.inf]
    assert [fx.tolist() for _, fx in optimizer.told] == [[np.inf, 3.0], [np.inf, np.inf]]


def test_without_a_finite_number_there_is_no_best() -> None:
    """Value and solution are None, and the run ends as usual."""
    outcome, _, _ = run([3], [np.nan] * 3, budget=3)
    assert (outcome.best_value, outcome.best_solution, outcome.stop) == (None, None, Stop.BUDGET)
    assert outcome.invalid_evaluations == 3


@pytest.mark.parametrize("value", [1e200, -1e200, 1.7e308, -1.7e308])
def test_very_large_values_are_finite(value: float) -> None:
    """A value whose square overflows is handled like any other, without a warning."""
    outcome, _, _ = run([2], [value, 1.75e308], budget=2)
    assert (outcome.best_value, outcome.invalid_evaluations, outcome.error) == (value, 0, None)


def test_of_equal_values_the_first_is_the_solution() -> None:
    """A point of equal value does not replace the solution."""
    outcome, _, _ = run([3, 2], [2.0, 1.0, 1.0, 1.0, 1.0])
    assert outcome.best_solution is not None
    assert outcome.best_solution.tolist() == np.concatenate(batches(3, 2))[1].tolist()


def test_the_solution_is_a_copy() -> None:
    """An optimizer that later writes into its batch does not change the solution."""

    class Reusing(ScriptedOptimizer):
        def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
            """Learn the values."""
            x[:] = 2.9

    outcome = run_loop(lambda: Reusing(batches(2, 2)), ScriptedProblem([1.0, 2.0, 3.0, 4.0]), budget=4)
    assert outcome.best_solution is not None
    assert outcome.best_solution.tolist() == batches(2, 2)[0][0].tolist()


def test_an_objective_that_raises_keeps_the_values_before() -> None:
    """Points evaluated before the error count, and their best is kept; the error says where and when."""
    history = ImprovementHistory()
    faulty = FaultyProblem(ScriptedProblem([4.0, 3.0, 2.0, 1.0, 0.5]), raise_at=4)
    outcome = run_loop(lambda: ScriptedOptimizer(batches(2, 3)), faulty, budget=10, observers=[history])
    assert outcome.stop is Stop.ERROR
    assert outcome.evaluations == 3
    assert outcome.best_value == 2.0
    assert history.history.evaluations.tolist() == [1, 2, 3]
    assert outcome.error is not None
    assert (outcome.error.where, outcome.error.type, outcome.error.evaluations) == ("objective", "ZeroDivisionError", 3)
    assert outcome.error.message == "made up for a test"
    assert "ZeroDivisionError" in outcome.error.traceback


def test_partial_values_that_are_not_finite_are_counted() -> None:
    """NaN before the failure is counted as invalid."""

    class Failing(ScriptedProblem):
        def __call__(self, x: np.ndarray, /) -> np.ndarray:
            raise ObjectiveError("raised", [np.nan, 2.0])

    outcome = run_loop(lambda: ScriptedOptimizer(batches(3)), Failing([]), budget=10)
    assert (outcome.evaluations, outcome.invalid_evaluations, outcome.best_value) == (2, 1, 2.0)


def test_any_exception_of_a_problem_is_the_objectives() -> None:
    """Exceptions that the problem does not translate are the objective's, too."""

    def broken(x: np.ndarray) -> np.ndarray:
        raise MemoryError

    class Raw(ScriptedProblem):
        __call__ = staticmethod(broken)  # type: ignore[assignment]

    outcome = run_loop(lambda: ScriptedOptimizer(batches(3)), Raw([]), budget=10)
    assert outcome.error is not None
    assert (outcome.error.where, outcome.error.type, outcome.error.message) == (
        "objective",
        "MemoryError",
        "MemoryError",
    )


def test_a_message_that_utf8_cannot_hold_can_be_recorded() -> None:
    """A lone surrogate in an error message is written as its escape."""
    faulty = FaultyProblem(ScriptedProblem([1.0]), raise_at=1, error=ValueError("bad \ud800 byte"))
    outcome = run_loop(lambda: ScriptedOptimizer(batches(1)), faulty, budget=10)
    assert outcome.error is not None
    assert outcome.error.message == "bad \\ud800 byte"
    outcome.error.traceback.encode()


@pytest.mark.parametrize("shape", [(2,), (4,), (3, 1), ()])
def test_values_of_a_wrong_shape_are_the_objectives_error(shape: tuple[int, ...]) -> None:
    """A problem must give one value per point; the message has both shapes."""

    class Wrong(ScriptedProblem):
        def __call__(self, x: np.ndarray, /) -> np.ndarray:
            return np.ones(shape)

    outcome = run_loop(lambda: ScriptedOptimizer(batches(3)), Wrong([]), budget=10)
    assert outcome.error is not None
    assert outcome.error.where == "objective"
    assert outcome.error.message == f"the objective returned an array of shape {shape}, expected (3,)"
    assert outcome.evaluations == 0


@pytest.mark.parametrize("batch", [np.zeros(2), np.zeros((1, 3)), np.zeros((1, 1, 2)), np.array(0.5)])
def test_points_of_a_wrong_shape_are_the_optimizers_error(batch: np.ndarray) -> None:
    """An optimizer must ask for (batch, dim); the message has both shapes."""
    outcome = run_loop(lambda: ScriptedOptimizer([batch]), ScriptedProblem([1.0], dim=2), budget=10)
    assert outcome.error is not None
    assert (outcome.error.where, outcome.error.type) == ("optimizer", "ShapeError")
    assert outcome.error.message == f"ask returned an array of shape {batch.shape}, expected (batch, 2)"


@pytest.mark.parametrize(("x", "shown"), [(3.5, "3.5"), (-1.5, "-1.5"), (np.nan, "nan"), (np.inf, "inf")])
def test_a_best_point_out_of_the_box_is_the_optimizers_error(x: float, shown: str) -> None:
    """A solution outside the bounds fails the run, and the message names the variable."""
    outcome = run_loop(
        lambda: ScriptedOptimizer([np.array([[0.5, x]])]), ScriptedProblem([1.0], dim=2), budget=10
    )  # fmt: skip
    assert outcome.error is not None
    assert outcome.error.where == "optimizer"
    assert outcome.error.message == (
        f"ask proposed a point outside the bounds: variable 1 is {shown}, expected -1 to 3"
    )
    assert outcome.best_solution is None


def refuse(*_: Any) -> Any:
    """Raise an error, as a broken optimizer does."""
    raise KeyError("lost")


@pytest.mark.parametrize(("method", "evaluations"), [("make", 0), ("ask", 0), ("tell", 2)])
def test_an_optimizer_that_raises_is_recorded(method: str, evaluations: int) -> None:
    """Errors in making, asking and telling are the optimizer's; earlier evaluations count."""

    def make() -> ScriptedOptimizer:
        if method == "make":
            refuse()
        optimizer = ScriptedOptimizer(batches(2, 2))
        setattr(optimizer, method, refuse)
        return optimizer

    outcome = run_loop(make, ScriptedProblem([2.0, 1.0, 0.5, 0.2]), budget=10)
    assert outcome.error is not None
    assert outcome.stop is Stop.ERROR
    assert (outcome.error.where, outcome.error.type, outcome.evaluations) == ("optimizer", "KeyError", evaluations)
    assert outcome.best_value == (1.0 if evaluations else None)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_exit_that_the_objective_raises_is_its_failure(error: type[BaseException]) -> None:
    """Without a signal the exit belongs to the objective."""

    def interrupted(x: np.ndarray) -> float:
        raise error

    stopped = from_callable(interrupted, bounds=(-1, 3), dim=1)
    outcome = run_loop(lambda: ScriptedOptimizer(batches(1)), stopped, budget=5)
    assert outcome.error is not None
    assert (outcome.error.where, outcome.error.type) == ("objective", error.__name__)


class Slow:
    """An optimizer, problem and observer that take known times."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.inner = ScriptedOptimizer(batches(2, 2, 2))
        clock.advance(100.0)

    def ask(self) -> np.ndarray:
        """Take 10 s."""
        self.clock.advance(10.0)
        return self.inner.ask()

    def tell(self, x: np.ndarray, fx: np.ndarray, /) -> None:
        """Take 1 s."""
        self.clock.advance(1.0)

    def observe(self, evaluations: int, x: np.ndarray, fx: np.ndarray, improved: bool, /) -> None:
        """Take 1/8 s."""
        self.clock.advance(0.125)


def slow_problem(clock: ManualClock, fail_at: int | None = None) -> Any:
    """Return a problem that takes 1/2 s per batch."""

    class Problem(ScriptedProblem):
        def __call__(self, x: np.ndarray, /) -> np.ndarray:
            clock.advance(0.5)
            if len(self.calls) == fail_at:
                raise ObjectiveError("raised", [1.0])
            return super().__call__(x)

    return Problem([9.0, 8.0, 7.0, 6.0, 5.0, 4.0])


def test_times_add_up() -> None:
    """Each second is counted once, for the part that used it."""
    clock = ManualClock()
    timing = run_loop(
        lambda: Slow(clock), slow_problem(clock), budget=6, observers=[Slow(ManualClock())], clock=clock
    ).timing
    assert (timing.optimizer_s, timing.objective_s) == (100.0 + 3 * 10.0 + 2 * 1.0, 3 * 0.5)
    assert timing.observer_s == 0.0
    observed = run_loop(lambda: Slow(clock), slow_problem(clock), budget=6, observers=[Slow(clock)], clock=clock).timing
    assert observed.observer_s == 3 * 0.125
    assert observed.total_s == observed.optimizer_s + observed.objective_s + observed.observer_s


def test_times_of_a_failed_batch_are_counted_once() -> None:
    """Observing the values before a failure is the observers' time, not the objective's."""
    clock = ManualClock()
    watching = Slow(clock)
    outcome = run_loop(lambda: Slow(clock), slow_problem(clock, fail_at=1), budget=6, observers=[watching], clock=clock)
    assert outcome.stop is Stop.ERROR
    assert outcome.timing.objective_s == 2 * 0.5
    assert outcome.timing.observer_s == 2 * 0.125


def test_observers_see_every_batch_before_the_next() -> None:
    """Observers get the number of earlier evaluations, the points and values, and whether the batch improved."""
    seen: list[tuple[int, int, bool]] = []

    class Watching:
        def observe(self, evaluations: int, x: np.ndarray, fx: np.ndarray, improved: bool, /) -> None:
            seen.append((evaluations, len(x), improved))

    run([2, 3, 2], [5.0, 6.0, 4.0, 4.0, 4.0, 4.0, 9.0], observers=[Watching()])
    assert seen == [(0, 2, True), (2, 3, True), (5, 2, False)]


@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=12), st.integers(1, 5))
def test_the_best_value_is_the_least_finite_one(values: list[float], size: int) -> None:
    """For any values in any batches, the best is the least finite number."""
    sizes = [len(part) for part in np.array_split(values, -(-len(values) // size))]
    outcome, _, _ = run(sizes, values)
    finite = [value for value in values if np.isfinite(value)]
    assert outcome.best_value == (min(finite) if finite else None)
    assert outcome.invalid_evaluations == len(values) - len(finite)


def test_the_loop_runs_a_catalog_problem(rng: np.random.Generator) -> None:
    """The values are those of the problem, in order."""
    ackley = problem("ackley", dim=1, instance=3)
    points = batches(4, 4)
    trace = PointTrace()
    run_loop(lambda: ScriptedOptimizer(points), ackley, budget=8, observers=[trace])
    expected: Callable[..., np.ndarray] = ackley
    assert trace.values.tobytes() == expected(np.concatenate(points)).tobytes()


def test_an_optimizer_that_holds_something_is_closed_when_the_run_has_ended() -> None:
    """The optimizer's `close` is called once, whether the run ends by budget or by an error."""

    class Holding(ScriptedOptimizer):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    for values in ([3.0, 2.0, 1.0], [3.0]):
        optimizer = Holding(batches(1, 1, 1))
        outcome = run_loop(lambda held=optimizer: held, ScriptedProblem(values), budget=3)
        assert outcome.stop is (Stop.BUDGET if len(values) == 3 else Stop.ERROR)
        assert optimizer.closed == 1
