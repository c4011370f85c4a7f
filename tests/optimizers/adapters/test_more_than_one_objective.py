"""Adapters on constrained or bi-objective problems keep all promises that do not depend on what values mean."""

import pickle
import random
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.observers.point_trace import PointTrace
from benchbook.optimizers import able, optimizer
from benchbook.problems import from_callable
from benchbook.protocols import Problem
from benchbook.records import RunRecord
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.run import planned

LOWER, UPPER = np.array([-1.0, 2.0, 10.0]), np.array([3.0, 2.5, 13.0])


def _z(x: np.ndarray) -> np.ndarray:
    return (x - LOWER) / (UPPER - LOWER)


def _bowl(x: np.ndarray) -> float:
    return float(np.square(_z(x) - 0.3).sum())


def _two_bowls(x: np.ndarray) -> tuple[float, float]:
    return _bowl(x), float(np.square(_z(x) - 0.7).sum())


def _odd_bowls(x: np.ndarray) -> tuple[float, float]:
    return (np.nan, np.inf) if _z(x)[1] > 0.45 else _two_bowls(x)


def _limits(x: np.ndarray) -> tuple[float, float]:
    """Half of the box is feasible; the best feasible point is where the first limit is met."""
    return 1.5 - float(_z(x).sum()), float(_z(x)[0]) - 0.9


BOTH: dict[str, Any] = {"objectives": 2, "ideal": (0, 0), "nadir": (1, 1)}
CONSTRAINED: dict[str, Any] = {"constraints": _limits, "n_constraints": 2}
PROBLEMS: dict[str, Problem] = {
    "constraints": from_callable(_bowl, bounds=(LOWER, UPPER), name="bowl", f_opt=0.12, **CONSTRAINED),
    "objectives": from_callable(_two_bowls, bounds=(LOWER, UPPER), name="bowls", **BOTH),
}


def _in_part(function: Any, of: int, odd: float) -> Any:
    return lambda x: odd if _z(x)[of] > 0.45 else function(x)


ODD: dict[str, Problem] = {
    "constraints": from_callable(
        _in_part(_bowl, 1, np.nan),
        bounds=(LOWER, UPPER),
        name="odd_bowl",
        constraints=_in_part(lambda x: 0.1 - _z(x)[0], 2, np.inf),
    ),
    "objectives": from_callable(_odd_bowls, bounds=(LOWER, UPPER), name="odd_bowls", **BOTH),
}
# In the box, so that points are compared with it like all others.
TYPED = [bb.real("length", -1.0, 3.0), bb.integer("teeth", 2, 40), bb.categorical("metal", ["tin", "zinc", "lead"])]


def _part(**parts: Any) -> float:
    metal = {"tin": 0.5, "zinc": 0.0, "lead": 1.0}.get(parts.get("metal", "zinc"), np.nan)
    return float((parts["length"] - 1.0) ** 2 + abs(parts["teeth"] - 17) / 10 + metal)


PROBLEMS["integers"] = from_callable(
    lambda x: _part(**x), name="cog", variables=[*TYPED[:2], bb.real("width", 0.0, 1.0)]
)
PROBLEMS["categories"] = from_callable(lambda x: _part(**x), name="metal_cog", variables=TYPED)
# Evaluations, and the value to reach: half of the box is feasible, where the lowest value is 0.12.
GOOD = {
    ("nevergrad:TwoPointsDE", "constraints"): (800, 0.25),
    ("nevergrad:TwoPointsDE", "objectives"): (300, -0.6),
    ("cmaes:CMAwM", "integers"): (400, 0.01),
    ("cmaes:CatCMA", "categories"): (400, 0.05),
    ("cmaes:CatCMAwM", "categories"): (400, 0.01),
    ("nevergrad:OnePlusOne", "categories"): (200, 0.5),
    ("optuna:TPESampler", "categories"): (200, 0.1),
    ("optuna:NSGAIISampler", "integers"): (300, 0.2),
    ("optuna:TPESampler", "constraints"): (300, 0.25),
    ("optuna:NSGAIISampler", "objectives"): (300, -0.6),
    ("pycma:CMAES", "constraints"): (1500, 0.121),
    ("pymoo:GA", "constraints"): (2000, 0.13),
    ("pymoo:MOEAD", "objectives"): (500, -0.7),
    ("pymoo:NSGA2", "constraints"): (2000, 0.13),
    ("pymoo:NSGA2", "objectives"): (500, -0.7),
    ("pymoo:SMSEMOA", "objectives"): (500, -0.7),
    ("scipy:cobyla", "constraints"): (200, 0.1201),
    ("scipy:cobyqa", "constraints"): (200, 0.1201),
    ("scipy:differential_evolution", "constraints"): (2000, 0.13),
    ("scipy:slsqp", "constraints"): (200, 0.1201),
}
# All optimizers of nevergrad share an adapter and their parameters are slow, so only these are tested.
OF_NEVERGRAD = {("CMA", "constraints"), ("TwoPointsDE", "categories"), ("DE", "objectives"), ("PSO", "constraints")}


def cases(*problems: str) -> list[Any]:
    """Return the pairs of an adapted optimizer and a problem that it can handle."""
    return [
        pytest.param(name, of, id=f"{name}-{of}")
        for of in problems or PROBLEMS
        for name in able([of])
        if ":" in name and (name[:10] != "nevergrad:" or (name[10:], of) in OF_NEVERGRAD)
    ]


def _run(name: str, of: str, seed: int = 1, budget: int = 60) -> tuple[RunRecord, np.ndarray]:
    trace = PointTrace()
    record = execute(planned(optimizer(name), PROBLEMS[of], seed=seed, budget=budget), observers=[trace])
    assert record.error is None, record.error
    return record, trace.points


def _global_state() -> bytes:
    return pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002  # the global state is what is tested


@pytest.mark.parametrize(("name", "of"), cases())
def test_a_seed_determines_the_run_under_any_global_state(name: str, of: str) -> None:
    """Points are equal to the last bit, inside the box and within the budget, and global state is restored."""
    runs = []
    for seed, state in ((1, 1), (1, 2), (2, 1)):
        random.seed(state)
        np.random.seed(state)  # noqa: NPY002  # the global state is what is tested
        before = _global_state()
        record, points = _run(name, of, seed)
        assert _global_state() == before
        assert record.evaluations == 60 or record.stop is bb.Stop.EXHAUSTED
        assert np.all((points >= PROBLEMS[of].lower) & (points <= PROBLEMS[of].upper))
        runs.append(points.tobytes())
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


@pytest.mark.parametrize(("name", "of"), [pytest.param(*pair, id="-".join(pair)) for pair in GOOD])
def test_values_passed_to_tell_are_used(name: str, of: str) -> None:
    """A run comes near the best feasible value or the whole hypervolume, and infeasible points do not count."""
    budget, value = GOOD[name, of]
    record, _ = _run(name, of, budget=budget)
    assert record.best_value is not None
    assert {"constraints": 0.1199, "objectives": -1.0}.get(of, 0.0) < record.best_value < value


@pytest.mark.parametrize(("name", "of"), cases("constraints", "objectives"))
def test_values_that_are_no_numbers_are_survived(name: str, of: str) -> None:
    """The run continues if objectives are NaN and constraints infinite in parts of the box."""
    record = execute(planned(optimizer(name), ODD[of], seed=1, budget=60))
    assert record.error is None, record.error
    assert record.invalid_evaluations


def test_whole_numbers_are_proposed_as_such() -> None:
    """Optimizers that support integers and choices propose them directly, instead of numbers that are rounded."""
    for name in ("cmaes:CatCMAwM", "nevergrad:DE", "optuna:TPESampler"):
        _, points = _run(name, "categories")
        assert np.array_equal(points[:, 1:], np.rint(points[:, 1:])), name


def test_a_strategy_that_needs_choices_says_so() -> None:
    """CatCMA requires real numbers and choices."""
    record = bb.run("cmaes:CatCMA", "sphere", dim=3, instance=1, budget=10)
    assert record.error is not None
    assert record.error.message.endswith("and a categorical one, the problem has 3 and 0")


def test_those_for_two_objectives_alone_say_so() -> None:
    """Optimizers that use directions in the space of objectives refuse a single objective."""
    record = bb.run("pymoo:MOEAD", "sphere", dim=2, instance=1, budget=10)
    assert record.error is not None
    assert record.error.message == "pymoo:MOEAD needs 2 objectives, the problem has 1"


def test_counts_are_no_settings() -> None:
    """The numbers of objectives and constraints come from the problem and are not recorded."""
    choice = optimizer("pymoo:NSGA2")
    assert choice.counts == ("constraints", "objectives")
    assert not {"constraints", "objectives"} & choice.settings.keys()


def test_an_interior_point_search_ends_at_the_limit() -> None:
    """SciPy's trust-constr, which is slow in the long box of the other tests, finds the corner of a square."""
    square = bb.function(
        lambda x: float(x.sum()), bounds=(0, 1), dims=2, f_opt=1.0, constraints=lambda x: 0.25 - float(x[0] * x[1])
    )
    record = bb.run("scipy:trust_constr", square, seed=1, budget=400)
    assert record.best_value == pytest.approx(1.0, abs=1e-6)


def test_functions_of_one_point_cost_one_evaluation_together() -> None:
    """SciPy asks for objective and constraints separately, also repeatedly; each point is evaluated once."""
    seen: list[bytes] = []

    def bowl(x: np.ndarray) -> float:
        seen.append(x.tobytes())
        return _bowl(x)

    own = bb.function(bowl, bounds=(LOWER.tolist(), UPPER.tolist()), dims=3, **CONSTRAINED)
    record = bb.run("scipy:slsqp", own, seed=1, budget=60, settings={"restart": False})
    assert len(seen) == len(set(seen))
    assert record.evaluations == 2 * len(seen)
