"""Adapters on problems with constraints or two objectives: all promises that do not depend on the values' meaning."""

import random
from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.observers.point_trace import PointTrace
from benchbook.optimizers import abilities, able, names, optimizer
from benchbook.problems import from_callable
from benchbook.protocols import Problem
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.run import planned

LOWER, UPPER = np.array([-1.0, 2.0, 100.0]), np.array([3.0, 2.5, 1000.0])


def _z(x: np.ndarray) -> np.ndarray:
    return (x - LOWER) / (UPPER - LOWER)


def _bowl(x: np.ndarray) -> float:
    return float(np.square(_z(x) - 0.3).sum())


def _two_bowls(x: np.ndarray) -> tuple[float, float]:
    return _bowl(x), float(np.square(_z(x) - 0.7).sum())


def _limits(x: np.ndarray) -> tuple[float, float]:
    """Half of the box is feasible; the best feasible point is where the first limit is met."""
    return 1.5 - float(_z(x).sum()), float(_z(x)[0]) - 0.9


BOTH: dict[str, Any] = {"objectives": 2, "ideal": (0, 0), "nadir": (1, 1)}
CONSTRAINED: dict[str, Any] = {"constraints": _limits, "n_constraints": 2}
PROBLEMS: dict[str, Problem] = {
    "constraints": from_callable(_bowl, bounds=(LOWER, UPPER), name="bowl", f_opt=0.12, **CONSTRAINED),
    "objectives": from_callable(_two_bowls, bounds=(LOWER, UPPER), name="bowls", **BOTH),
}


def cases() -> list[Any]:
    """Return the pairs of an adapted optimizer and a problem that it can do."""
    return [pytest.param(name, of, id=f"{name}-{of}") for of in PROBLEMS for name in able([of]) if ":" in name]


def _run(name: str, of: str, seed: int = 1, budget: int = 160) -> tuple[bb.records.RunRecord, np.ndarray]:
    trace = PointTrace()
    record = execute(planned(optimizer(name), PROBLEMS[of], seed=seed, budget=budget), observers=[trace])
    return record, trace.points


@pytest.mark.parametrize(("name", "of"), cases())
def test_a_seed_decides_the_run_whatever_the_global_state(name: str, of: str) -> None:
    """Points are the same to the last bit, lie in the box, and are as many as the budget pays; global state is left."""
    runs = []
    for state in (1, 2):
        random.seed(state)
        np.random.seed(state)  # noqa: NPY002  # the global state is what is tested
        before = random.getstate(), np.random.get_state()[1].tobytes()  # noqa: NPY002  # the same
        record, points = _run(name, of)
        assert record.error is None, record.error
        assert (random.getstate(), np.random.get_state()[1].tobytes()) == before  # noqa: NPY002  # the same
        assert record.evaluations == 160 or record.stop is bb.Stop.EXHAUSTED
        assert np.all((points >= LOWER) & (points <= UPPER))
        runs.append(points.tobytes())
    assert runs[0] == runs[1]


@pytest.mark.parametrize(("name", "of"), cases())
def test_what_is_told_matters(name: str, of: str) -> None:
    """Every run finds a feasible point or a part of the hypervolume, and seeds give different runs."""
    (one, first), (_, second) = (_run(name, of, seed=seed, budget=400) for seed in (1, 2))
    assert one.best_value is not None
    assert one.best_value < (0.6 if of == "constraints" else -0.1)
    assert first.tobytes() != second.tobytes()


def test_those_for_two_objectives_alone_say_so() -> None:
    """Directions in the space of objectives mean nothing for one."""
    record = bb.run("pymoo:MOEAD", "sphere", dim=2, instance=1, budget=10)
    assert record.error is not None
    assert record.error.message == "pymoo:MOEAD needs 2 objectives, the problem has 1"


def test_counts_are_no_settings() -> None:
    """The numbers of objectives and constraints come from the problem, and are not recorded as settings."""
    choice = optimizer("pymoo:NSGA2")
    assert choice.counts == ("constraints", "objectives")
    assert not {"constraints", "objectives"} & choice.settings.keys()


@pytest.mark.parametrize("name", [name for name in names() if ":" in name])
def test_the_list_says_what_the_adapter_can(name: str) -> None:
    """What the list says without importing the library is what the adapter declares."""
    assert optimizer(name).factory.can == abilities(name)  # type: ignore[attr-defined]  # an adapter's factory
