"""The conformance suite: what benchbook requires of every optimizer, one test method per requirement."""

from __future__ import annotations

import inspect
import math
import pickle
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np

from benchbook.artifacts import check_document
from benchbook.artifacts.codec import decode, encode
from benchbook.artifacts.run_document import from_document, to_document
from benchbook.observers import PointTrace
from benchbook.optimizers import OptimizerChoice
from benchbook.optimizers import optimizer as choose
from benchbook.problems import from_callable, problem
from benchbook.protocols import Optimizer, Problem
from benchbook.records import RunRecord, Status, Stop
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.run import planned
from benchbook.testing.again import can_be_found, points_digest
from benchbook.testing.fakes import FaultyProblem
from benchbook.typing import FloatArray

# A box whose sides differ in position and size, without the origin.
LOWER = np.array([-1.0, 2.0, 100.0])
UPPER = np.array([3.0, 2.5, 1000.0])
_BUDGETS = (1, 2, 3, 7, 49, 50, 51, 99, 100, 101, 237)


class OptimizerConformance:
    """The requirements on an optimizer, as tests; subclass it in a test module and pytest collects them.

    Attributes:
        optimizer: A name in the catalog, or a class with `ask` and `tell`.
        settings: Settings that differ from the defaults.
        translation_invariant: Whether a constant added to all values leaves the search unchanged. Most optimizers
            compare values only; set it to False for one that computes with them, and say so in its documentation.

    Examples:
        >>> class TestRandomSearch(OptimizerConformance):
        ...     optimizer = "random_search"
        >>> TestRandomSearch().test_the_budget_is_never_exceeded()
    """

    optimizer: ClassVar[str | Callable[..., Optimizer]]
    settings: ClassVar[Mapping[str, Any]] = {}
    translation_invariant: ClassVar[bool] = True

    def test_ask_returns_a_batch_of_points(self) -> None:
        """Asking gives a float array of shape (batch, dim) in every dimension."""
        for dim in (1, 2, 7):
            x = self._make(np.full(dim, -1.0), np.full(dim, 2.0)).ask()
            assert isinstance(x, np.ndarray), f"ask returned a {type(x).__name__}, expected an array"
            assert x.ndim == 2, f"ask returned an array of shape {x.shape}, expected (batch, {dim})"
            assert x.shape[1] == dim, f"ask returned an array of shape {x.shape}, expected (batch, {dim})"
            assert len(x), "the first batch is empty"
            assert x.dtype == np.float64, f"ask returned an array of dtype {x.dtype}, expected float64"

    def test_points_lie_in_the_box(self) -> None:
        """All points lie between the bounds, even if the sides of the box differ and the optimum is in a corner."""
        for slope in (np.array([1.0, -1.0, 1.0]), np.array([-1.0, 1.0, -1.0])):
            record, points = self._run(_in_box(partial(np.dot, b=slope)))
            self._assert_ended(record)
            _assert_inside(points, LOWER, UPPER)

    def test_one_variable_is_enough(self) -> None:
        """A problem of one variable is searched like any other."""
        record, points = self._run(problem("rastrigin", 1, 1), budget=120)
        self._assert_ended(record)
        assert record.evaluations == len(points)
        _assert_inside(points, record.problem.lower, record.problem.upper)

    def test_a_budget_of_one_is_enough(self) -> None:
        """One evaluation is a run, with its point as the solution."""
        record, points = self._run(problem("sphere", 2, 1), budget=1)
        self._assert_ended(record)
        assert record.evaluations == len(points) == 1, f"{record.evaluations} evaluations were spent, expected 1"
        assert record.best_solution is not None
        assert np.array_equal(record.best_solution, points[0])

    def test_a_batch_larger_than_the_budget_is_cut(self) -> None:
        """If fewer evaluations remain than a batch has rows, only its first rows are evaluated."""
        batch = len(self._make(LOWER, UPPER, max_evaluations=10_000).ask())
        for budget in {max(1, batch // 2), max(1, batch - 1), batch, batch + 1}:
            record, points = self._run(problem("ackley", 3, 1), budget=budget)
            self._assert_ended(record)
            assert len(points) <= budget, f"{len(points)} evaluations, over the budget of {budget}"

    def test_the_budget_is_never_exceeded(self) -> None:
        """The objective is called for at most as many points as the budget allows, and for all of them unless done."""
        for budget in _BUDGETS:
            calls: list[int] = []

            def objective(x: FloatArray, calls: list[int] = calls) -> FloatArray:
                calls.append(len(x))
                return _values(x)

            record, _ = self._run(_in_box(objective), budget=budget)
            self._assert_ended(record)
            assert sum(calls) <= budget, f"{sum(calls)} evaluations, over the budget of {budget}"
            assert sum(calls) == record.evaluations
            assert record.evaluations == budget or record.stop is Stop.EXHAUSTED, (
                f"{record.evaluations} of {budget} evaluations were spent, and the run ended by {record.stop}"
            )

    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        """Two runs with one seed ask for the same points to the last bit, and have one content digest."""
        (one, a), (two, b) = (self._run(problem("rastrigin", 3, 1), seed=5) for _ in range(2))
        assert a.tobytes() == b.tobytes(), "two runs with the same seed asked for different points"
        assert one.content_digest == two.content_digest

    def test_the_same_seed_gives_the_same_bytes_in_other_processes(self) -> None:
        """Two fresh processes, with other hash seeds, ask for the same points to the last bit."""
        optimizer = self._optimizer()
        if not can_be_found(optimizer):
            _skip("another process can find only a name of the catalog, or a class at the top of a source file")
        one, two = (points_digest(optimizer, self.settings, hash_seed=seed) for seed in (1, 2))
        assert one == two, "two processes asked for different points with the same seed"

    def test_another_seed_gives_another_trajectory(self) -> None:
        """The seed matters."""
        (_, a), (_, b) = (self._run(problem("rastrigin", 3, 1), seed=seed) for seed in (5, 6))
        assert a.tobytes() != b.tobytes(), "two seeds gave the same points: the generator of the run is not used"

    def test_an_objective_that_never_gives_a_number_is_survived(self) -> None:
        """If all values are NaN, the run continues to its budget, inside the box, and counts them."""
        record, points = self._run(_in_box(lambda x: np.full(len(x), np.nan)))
        self._assert_ended(record)
        _assert_inside(points, LOWER, UPPER)
        assert record.best_value is None
        assert record.status is Status.FAILED
        assert record.invalid_evaluations == record.evaluations == len(points)

    def test_an_objective_that_sometimes_gives_no_number_is_survived(self) -> None:
        """NaN and infinities in between end nothing and are never the best value."""
        odd = {0: np.nan, 1: np.inf, 2: -np.inf}
        faulty = FaultyProblem(_in_box(_values), value=lambda k: odd.get(k % 5))
        record, points = self._run(faulty)
        self._assert_ended(record)
        _assert_inside(points, LOWER, UPPER)
        assert record.best_value is None or math.isfinite(record.best_value)
        assert record.invalid_evaluations == sum(k % 5 in odd for k in range(1, record.evaluations + 1))

    def test_an_exception_of_the_objective_is_recorded(self) -> None:
        """An exception ends the run; the record says where, after how many evaluations, and keeps the best before."""
        record, _ = self._run(FaultyProblem(_in_box(_values), raise_at=8))
        assert record.error is not None, "the objective raised, but the record holds no error"
        assert record.error.where == "objective", f"the {record.error.where} failed first: {record.error.message}"
        assert record.stop is Stop.ERROR
        assert record.status is Status.FAILED
        assert record.evaluations == record.error.evaluations == 7
        assert record.best_value is not None

    def test_a_constant_added_to_all_values_changes_nothing(self) -> None:
        """The search depends on the order of values, not on their size: f + c is searched like f."""
        if not self.translation_invariant:
            _skip("translation_invariant is False: this optimizer does not promise it")
        (_, a), (_, b) = (self._run(_in_box(partial(_values, constant=c))) for c in (0.0, 4096.0))
        assert a.tobytes() == b.tobytes(), "f and f + 4096 were searched at different points"

    def test_a_pickled_copy_goes_on_in_the_same_way(self) -> None:
        """An optimizer pickled during a run continues with the same points to the last bit."""
        optimizer = self._make(LOWER, UPPER)
        _drive(optimizer, 3)
        copy = pickle.loads(pickle.dumps(optimizer))  # noqa: S301  # bytes made one line above
        for a, b in zip(_drive(optimizer, 4), _drive(copy, 4), strict=True):
            assert a.tobytes() == b.tobytes(), "the pickled copy asked for other points than the original"

    def test_global_random_state_is_neither_used_nor_changed(self) -> None:
        """The random states of NumPy and Python stay as they are, and have no influence."""
        state, state_np = random.getstate(), np.random.get_state()  # noqa: NPY002  # the global state is what is tested
        trajectories = []
        try:
            for seed in (1, 2):
                random.seed(seed)
                np.random.seed(seed)  # noqa: NPY002  # the same
                before = _global_state()
                trajectories.append(self._run(problem("rastrigin", 3, 1))[1].tobytes())
                assert _global_state() == before, "the run changed a global random state"
        finally:
            random.setstate(state)
            np.random.set_state(state_np)  # noqa: NPY002  # the same
        assert trajectories[0] == trajectories[1], "a global random state changed the run"

    def test_a_longer_budget_continues_a_shorter_run(self) -> None:
        """An anytime optimizer asks for the same points whatever the budget; others make no such promise."""
        if self._choice().length_argument:
            _skip("it asks for max_evaluations, so its schedule depends on the budget")
        (_, short), (_, long) = (self._run(problem("rastrigin", 3, 1), budget=budget) for budget in (130, 260))
        assert short.tobytes() == long[: len(short)].tobytes(), "a longer budget changed the points before"

    def test_what_it_is_given_stays_as_it_is(self) -> None:
        """Bounds, points and values belong to the caller: telling changes none of them, nor an earlier batch."""
        lower, upper = LOWER.copy(), UPPER.copy()
        optimizer = self._make(lower, upper)
        asked: list[tuple[FloatArray, bytes]] = []
        for _ in range(4):
            x = optimizer.ask()
            asked.append((x, x.tobytes()))
            fx = _values(x)
            before = fx.tobytes()
            optimizer.tell(x, fx)
            assert fx.tobytes() == before, "tell changed the values that it was given"
        assert all(x.tobytes() == before for x, before in asked), "a batch was changed after it was given out"
        assert np.array_equal(lower, LOWER), "the bounds were changed"
        assert np.array_equal(upper, UPPER), "the bounds were changed"

    def test_the_record_is_a_valid_artifact(self) -> None:
        """The record of a run validates, and comes back from its bytes as it was."""
        record, _ = self._run(problem("levy", 2, 1), budget=80)
        document = decode(encode(to_document(record)))
        problems = check_document(document)
        assert not problems, f"the artifact is not valid: {problems[0]}"
        assert from_document(document) == record

    def test_settings_are_json_and_choose_the_same_optimizer_again(self) -> None:
        """All settings are JSON values, and an optimizer made again with them is the same one."""
        record, a = self._run(problem("levy", 2, 1), budget=80)
        settings = from_document(decode(encode(to_document(record)))).optimizer.settings
        again = choose(self._optimizer(), **settings)
        assert again.settings == self._choice().settings
        _, b = self._run(problem("levy", 2, 1), budget=80, choice=again)
        assert a.tobytes() == b.tobytes(), "made again from its recorded settings it asked for other points"

    def _optimizer(self) -> str | Callable[..., Optimizer]:
        # Not by attribute access, which would bind a plain function as a method.
        found: Any = inspect.getattr_static(type(self), "optimizer")
        return found.__func__ if isinstance(found, staticmethod) else found

    def _choice(self) -> OptimizerChoice:
        return choose(self._optimizer(), **self.settings)

    def _make(self, lower: FloatArray, upper: FloatArray, *, max_evaluations: int = 500) -> Optimizer:
        return self._choice().make(
            lower, upper, np.random.Generator(np.random.PCG64(11)), max_evaluations=max_evaluations
        )

    def _run(
        self, of: Problem, *, budget: int = 250, seed: int = 1, choice: OptimizerChoice | None = None
    ) -> tuple[RunRecord, FloatArray]:
        """Run, and return the record with all points, shape `(evaluations, dim)`."""
        trace = PointTrace()
        record = execute(planned(choice or self._choice(), of, seed=seed, budget=budget), observers=[trace])
        return record, trace.points

    def _assert_ended(self, record: RunRecord) -> None:
        assert record.error is None, (
            f"the run failed in the {record.error.where}: {record.error.type}: {record.error.message}\n"
            f"{record.error.traceback}"
        )


def _values(x: FloatArray, constant: float = 0.0) -> FloatArray:
    """Return values that are multiples of 1/1024, so that adding a moderate whole number loses no bit."""
    z = (x - LOWER) / (UPPER - LOWER) - np.array([0.8, 0.3, 0.6])
    values: FloatArray = np.floor(1024.0 * np.square(z).sum(axis=-1)) / 1024.0 + constant
    return values


def _in_box(objective: Callable[[FloatArray], FloatArray]) -> Problem:
    return from_callable(objective, bounds=(LOWER, UPPER), vectorized=True, name="conformance")


def _assert_inside(points: FloatArray, lower: FloatArray, upper: FloatArray) -> None:
    wrong = np.argwhere(~((points >= lower) & (points <= upper)))
    assert not len(wrong), (
        f"point {wrong[0][0]} is out of the box in variable {wrong[0][1]}: {points[tuple(wrong[0])]!r}"
    )


def _drive(optimizer: Optimizer, rounds: int) -> list[FloatArray]:
    """Ask and tell, and return the points of each round."""
    asked = []
    for _ in range(rounds):
        x = optimizer.ask()
        asked.append(x.copy())
        optimizer.tell(x, _values(x))
    return asked


def _global_state() -> bytes:
    return pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002  # the global state is what is tested


def _skip(reason: str) -> None:
    import pytest  # who runs the suite has it

    pytest.skip(reason)
