"""Runs on problems with constraints or two objectives: what is recorded, and what the optimizer gets."""

import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.store.trace import read_trace
from benchbook.errors import UsageError
from benchbook.problems import from_callable
from benchbook.records import RunRecord, Status, Stop
from benchbook.runs.quality import FeasibleValue
from benchbook.typing import FloatArray


class Told:
    """Random points in batches of three; keeps what tell passes to it."""

    name = "told"
    can: ClassVar[frozenset[str]] = frozenset({"constraints", "objectives"})
    heard: ClassVar[list[tuple[FloatArray, ...]]] = []

    def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator) -> None:
        self.box, self.rng = (lower, upper), rng
        Told.heard.clear()

    def ask(self) -> FloatArray:
        """Draw points."""
        low, high = self.box
        return self.rng.uniform(low, high, (3, len(low)))

    def tell(self, *heard: FloatArray) -> None:
        """Keep the arguments."""
        Told.heard.append(heard)


def _plane(x: FloatArray) -> float:
    return float(x.sum())


def _outside(x: FloatArray) -> float:
    return 1.0 - float((x**2).sum())


def _two(x: FloatArray) -> tuple[float, float]:
    return float(((x + 1.0) ** 2).sum()), float(((x - 1.0) ** 2).sum())


def _improvements(record: RunRecord) -> list[float]:
    return [float(value) for value in record.history.best_values]


def test_the_optimizer_gets_constraints_and_the_best_feasible_value_is_recorded() -> None:
    """Without a known optimum only feasible points count as improvements; the optimizer gets f and g of all points."""
    problem = from_callable(_plane, bounds=(-2, 2), dim=2, constraints=_outside)
    record = bb.run(Told, problem, seed=3, budget=60)
    x, fx, gx = (np.concatenate(parts) for parts in zip(*Told.heard, strict=True))
    assert (len(x), fx.shape, gx.shape) == (27, (27,), (27, 1))  # the last batch ends the run
    assert fx.tolist() == [_plane(row) for row in x]
    assert gx[:, 0].tolist() == [_outside(row) for row in x]
    assert record.best_solution is not None
    assert _outside(record.best_solution) <= 0.0
    assert record.best_value == _plane(record.best_solution) <= fx[gx[:, 0] <= 0.0].min()
    assert record.invalid_evaluations == 0


def test_a_known_optimum_makes_violations_comparable() -> None:
    """With `f_opt` an infeasible point counts as in COCO: the larger of its value and `f_opt`, plus its violations."""
    problem = from_callable(_plane, bounds=(-2, 2), dim=2, f_opt=-4.0, constraints=[_outside, lambda x: x[0] - 1.9])
    record = bb.run(Told, problem, seed=3, budget=62)
    fx, gx = (np.concatenate(parts) for parts in list(zip(*Told.heard, strict=True))[1:])
    judged = np.where((gx > 0.0).any(axis=1), np.maximum(fx, -4.0) + np.maximum(gx, 0.0).sum(axis=1), fx)
    best = np.minimum.accumulate(judged)
    assert _improvements(record)[: len(np.unique(best))] == sorted(set(best.tolist()), reverse=True)


def test_a_run_without_a_feasible_point_is_not_a_success(caplog: pytest.LogCaptureFixture) -> None:
    """Without a feasible point there is no value, hit or solution; the run has failed and says why.

    With a known optimum the history has values with the violation added, none of which is a success.
    """
    caplog.set_level("INFO", "benchbook")
    problem = from_callable(_plane, bounds=(-2, 2), dim=2, constraints=lambda x: 1.0)
    record = bb.run(Told, problem, seed=3, budget=60)
    assert (record.best_value, record.best_solution, record.evaluations) == (None, None, 60)
    assert (record.status, record.stop, record.invalid_evaluations) == (Status.FAILED, Stop.BUDGET, 0)
    known = from_callable(_plane, bounds=(-2, 2), dim=2, f_opt=-4.0, constraints=lambda x: 1.0)
    assert "none of 30 points of custom:_plane was feasible" in caplog.text
    caplog.clear()
    found = bb.run(Told, known, seed=3, budget=300, target=0.5)
    assert min(_improvements(found)) >= -4.0 + 1.0
    assert found.stop is Stop.BUDGET
    assert "none of 150 points of custom:_plane was feasible" in caplog.text


def test_equalities_are_kept_within_their_tolerance() -> None:
    """`|h| - tolerance` is at most 0 where the equation holds well enough, and is the violation elsewhere."""
    problem = from_callable(_plane, bounds=(-2, 2), dim=2, f_opt=-4.0, constraints=lambda x: abs(x[0] - 1.0) - 1e-4)
    points = np.array([[1.00009, 0.0], [0.99991, 0.0], [1.25, 0.0]])
    judged = FeasibleValue(-4.0)(problem(points), problem.constraint(points))
    assert judged == pytest.approx([1.00009, 0.99991, 1.25 + 0.25 - 1e-4])


def test_a_point_costs_an_evaluation_of_the_objective_and_one_of_the_constraints() -> None:
    """Budgets and histories count both, as in COCO; an odd budget leaves one evaluation unused."""
    problem = from_callable(_plane, bounds=(-2, 2), dim=2, f_opt=-4.0, constraints=_outside)
    record = bb.run("random_search", problem, seed=3, budget=41)
    assert (record.evaluations, record.stop) == (40, Stop.BUDGET)
    assert all(number % 2 == 0 for number in record.history.evaluations)
    assert record.history.evaluations[0] == 2
    with pytest.raises(UsageError, match="budget is 1, expected at least 2"):
        bb.run("random_search", problem, budget=1)


def test_traces_count_both_as_well(tmp_path: Path) -> None:
    """A trace at COCO's triggers counts both in its row numbers; a trace of all values has one row per point."""
    problem = from_callable(_plane, bounds=(-2, 2), dim=2, f_opt=-4.0, constraints=_outside)
    record = bb.run("random_search", problem, seed=3, budget=20, history="triggers", trace_to=tmp_path)
    evaluations = np.concatenate([chunk["evaluations"] for chunk in read_trace(record, tmp_path)])
    assert evaluations[-1] == 20
    record = bb.run("random_search", problem, seed=3, budget=20, history="all", trace_to=tmp_path)
    assert record.trace is not None
    assert sum(max(map(len, chunk.values())) for chunk in read_trace(record, tmp_path)) == 10
    with pytest.raises(UsageError, match="history is 'population'"):
        bb.run("random_search", problem, budget=20, history="population", trace_to=tmp_path)


def test_the_optimizer_gets_two_objectives_and_hypervolume_is_recorded() -> None:
    """The optimizer gets both values of each point; the record has minus the hypervolume of all points so far."""
    problem = from_callable(_two, bounds=(-2, 2), dim=2, objectives=2, ideal=(0, 0), nadir=(8, 8))
    record = bb.run(Told, problem, seed=3, budget=30)
    values = np.concatenate([heard[1] for heard in Told.heard])
    assert values.shape == (27, 2)
    assert all(len(heard) == 2 for heard in Told.heard)
    moocore = pytest.importorskip("moocore")
    last = float(moocore.hypervolume(values, ref=[8.0, 8.0])) / 64.0
    assert record.best_value is not None
    assert -record.best_value >= last - 1e-12
    assert _improvements(record) == sorted(_improvements(record), reverse=True)


@pytest.mark.parametrize("name", ["bbob_biobj_f3", "bbob_constrained_f9"])
def test_batches_change_nothing(name: str) -> None:
    """The grouping of a run's points changes no recorded value."""
    runs = [
        bb.run("random_search", name, dim=3, seed=5, budget=200, settings={"batch": batch}) for batch in (1, 7, 200)
    ]
    assert len({tuple(_improvements(run)) for run in runs}) == 1
    assert len({tuple(run.history.evaluations) for run in runs}) == 1


@pytest.mark.parametrize("name", ["bbob_biobj_f3", "bbob_constrained_f9"])
def test_such_runs_verify(name: str) -> None:
    """Such runs are repeated to the last bit."""
    record = bb.run("random_search", name, dim=2, seed=5, budget=100)
    assert bb.verify(record).identical


def test_values_that_are_no_numbers_reach_the_optimizer_as_infinity() -> None:
    """NaN in an objective or a constraint makes an invalid evaluation, which tell gets as `+inf`."""

    def sometimes(x: FloatArray) -> float:
        return float("nan") if x[0] > 0.0 else -1.0

    problem = from_callable(_plane, bounds=(-2, 2), dim=2, constraints=sometimes)
    record = bb.run(Told, problem, seed=3, budget=30)
    x, fx, gx = (np.concatenate(parts) for parts in zip(*Told.heard, strict=True))
    assert np.isposinf(gx[x[:, 0] > 0.0]).all()
    assert np.isfinite(fx).all()
    assert record.invalid_evaluations > 0
    assert record.best_solution is not None
    assert record.best_solution[0] <= 0.0


def test_a_number_missing_in_one_of_two_objectives_makes_the_evaluation_invalid() -> None:
    """The point is counted as invalid, passed as `+inf` and in no archive; other points count as usual."""
    problem = from_callable(
        lambda x: (float(x[0]), float("nan") if x[1] > 0.0 else float(x[1])),
        bounds=(-1, 1),
        dim=2,
        objectives=2,
        ideal=(-1, -1),
        nadir=(1, 1),
    )
    record = bb.run("nsga2", problem, seed=3, budget=200)
    assert 0 < record.invalid_evaluations < 200
    assert record.best_solution is not None
    assert record.best_solution[1] <= 0.0


@pytest.mark.parametrize(
    ("several", "message"),
    [
        ({"constraints": lambda x: 0.0}, "the constraints returned .*, expected 1 number for a point of shape"),
        ({"objectives": 2, "ideal": (0, 0), "nadir": (1, 1)}, "the objective returned .*, expected 2 numbers"),
    ],
)
def test_shapes_that_change_on_the_way_end_the_run_there(several: Any, message: str) -> None:
    """Earlier evaluations are kept, and the record names the shape."""
    calls: list[int] = []

    def changing(x: FloatArray) -> Any:
        calls.append(1)
        usual = (-0.5, 0.25)[: 2 if "objectives" in several else 1]
        return (*usual, 1.0) if len(calls) > 5 else usual if len(usual) > 1 else usual[0]

    function: Any = _plane
    if "objectives" in several:
        function = changing
    else:
        several = {"constraints": changing}
    record = bb.run("random_search", from_callable(function, bounds=(-2, 2), dim=2, **several), seed=1, budget=40)
    assert record.error is not None
    assert re.search(message, record.error.message)
    assert record.evaluations == (5 if "objectives" in several else 10)
    assert len(record.history.evaluations) > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"constraints": lambda x: [1.0, 2.0]}, "the constraints returned .*, expected 1 number for a point"),
        ({"constraints": lambda x: [1.0], "n_constraints": 3}, "the constraints returned .*, expected 3 numbers"),
        ({"constraints": lambda x: 1 / 0}, "division by zero"),
        ({"objectives": 2, "ideal": (0, 0), "nadir": (1, 1)}, "the objective returned .*, expected 2 numbers"),
    ],
)
def test_wrong_shapes_end_the_run_with_the_reason(arguments: Any, message: str) -> None:
    """A callable that returns something unexpected, or raises, ends the run and is recorded as the reason."""
    record = bb.run("random_search", from_callable(_plane, bounds=(-2, 2), dim=2, **arguments), seed=1, budget=10)
    assert record.error is not None
    assert record.stop is Stop.ERROR
    assert re.search(message, record.error.message)


def test_what_an_optimizer_cannot_handle_is_refused_with_those_that_can() -> None:
    """Nothing is run, and the message names optimizers that support the problem."""
    with pytest.raises(UsageError, match=r"bbob_biobj_f1 has 2 objectives, which cma_es cannot handle.*random_search"):
        bb.run("cma_es", "bbob_biobj_f1", dim=2)
    with pytest.raises(UsageError, match="has 1 constraint, which whale cannot handle"):
        bb.run("whale", "bbob_constrained_f1", dim=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objectives": 3}, "objectives is 3, expected at most 2"),
        ({"objectives": 2}, "ideal is missing"),
        ({"objectives": 2, "ideal": (0, 0)}, "nadir is missing"),
        ({"objectives": 2, "ideal": (0, 0), "nadir": (1, 0)}, "expected both numbers below nadir"),
        ({"objectives": 2, "ideal": (0, np.nan), "nadir": (1, 1)}, "ideal is .*, expected two finite numbers"),
        ({"nadir": (1, 1)}, "nadir is given, which is for two objectives"),
        ({"constraints": [3]}, "constraints has 3, expected something that can be called"),
        ({"n_constraints": 2}, "n_constraints is given, but no constraints"),
        ({"constraints": [_plane, _plane], "n_constraints": 3}, "n_constraints is 3, but there are 2 constraints"),
        (
            {"constraints": _plane, "objectives": 2, "ideal": (0, 0), "nadir": (1, 1)},
            "constraints are given with two objectives",
        ),
        ({"constraint": _plane}, "there is no argument 'constraint'"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments: Any, message: str) -> None:
    """Each mistake has a message with argument, expected and actual value."""
    with pytest.raises(UsageError, match=message):
        from_callable(_plane, bounds=(-2, 2), dim=2, **arguments)


def test_own_functions_take_constraints_into_studies() -> None:
    """The constraints of a `bb.function` are kept in studies, and `bb.run` accepts the object directly."""
    disc = bb.function(_plane, bounds=(-2, 2), dims=[2, 3], constraints=_outside)
    record = bb.run("random_search", disc, dim=3, seed=2, budget=40)
    assert (record.problem.name, record.problem.dim) == ("custom:_plane", 3)
    with pytest.raises(UsageError, match=r"bb\.function has set them already"):
        bb.run("random_search", disc, bounds=(-1, 1))


def test_constraints_are_part_of_the_key() -> None:
    """Two problems that differ only in a constraint have different digests."""
    one, two, three = (
        from_callable(_plane, bounds=(-2, 2), dim=2, **more).digest()
        for more in ({}, {"constraints": _outside}, {"constraints": _plane})
    )
    assert len({one, two, three}) == 3
