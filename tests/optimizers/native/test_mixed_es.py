from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.optimizers.native.mixed_es import MixedES, _difference
from benchbook.problems.classics.mixed import MixedProblem
from benchbook.studies.runs.cells import execute_cell
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run
from benchbook.variables import checked_points


def made(dim: int = 6, **settings: Any) -> tuple[MixedES, MixedProblem]:
    """Make one on a mixed sphere."""
    problem = MixedProblem("mixed_sphere", dim, 1)
    rng = np.random.default_rng(1)
    return MixedES(problem.lower, problem.upper, rng, variables=problem.variables, **settings), problem


@pytest.mark.parametrize("repair", ["clip", "reflect", "wrap"])
def test_points_are_whole_where_they_must_be(repair: str) -> None:
    """Integers and choices are proposed as whole numbers within the bounds in every generation."""
    optimizer, problem = made(9, repair=repair)
    for _ in range(30):
        x = optimizer.ask()
        assert (np.floor(x[:, 3:]) == x[:, 3:]).all()
        assert (problem.lower <= x).all()
        assert (x <= problem.upper).all()
        checked_points(x, problem.variables)
        optimizer.tell(x, problem(x))


@pytest.mark.parametrize("name", ["mixed_sphere", "mixed_ellipsoid", "mixed_proximity"])
def test_it_comes_much_closer_than_random_search(name: str) -> None:
    """With all three kinds of variables, the median of five runs is much lower."""
    ends = {
        which: np.median(
            [bb.run(which, name, dim=6, instance=1, seed=seed, budget=3000).precision for seed in range(5)]
        )
        for which in ("mixed_es", "random_search")
    }
    assert ends["mixed_es"] < 0.2 * ends["random_search"]


def test_without_variables_all_are_real() -> None:
    """On real variables it is an evolution strategy with one step size per variable."""
    record = bb.run("mixed_es", "sphere", dim=5, instance=1, seed=1, budget=5000)
    assert record.precision is not None
    assert record.precision < 1e-10


def test_points_with_smaller_violations_come_first() -> None:
    """Feasible children become the parents, whatever their values."""
    optimizer, _ = made()
    x = optimizer.ask()
    fx = np.arange(28.0)
    gx = np.where(np.arange(28) < 24, 1.0, 0.0)[:, None]
    optimizer.tell(x, fx, gx)
    assert sorted(map(tuple, optimizer.x[0].tolist())) == sorted(map(tuple, x[24:].tolist()))


def test_the_difference_of_geometric_numbers_has_its_mean_size() -> None:
    """The difference is symmetric, and its mean absolute value is about the mean step, slightly less if it is small."""
    u = np.random.default_rng(2).random((1, 2, 20000, 1))
    for mean in (0.25, 1.0, 4.0):
        difference = _difference(u, np.full((1, 20000, 1), mean))
        assert np.abs(difference).mean() == pytest.approx(mean, rel=0.05)
        assert abs(difference.mean()) < 0.1 * mean


def test_every_other_choice_is_equally_likely() -> None:
    """A choice changes with the probability that the child carries."""
    optimizer, problem = made(6, children=4000, parents=1)
    x = optimizer.ask()
    optimizer.tell(x, problem(x))
    optimizer.steps[...] = 0.5
    parent = optimizer.x[0, 0, 4]
    seen = np.bincount(optimizer.ask()[:, 4].astype(int), minlength=5)
    others = np.delete(seen, int(parent))
    assert others.min() > 0.7 * others.mean()


def test_runs_in_lockstep_are_those_alone() -> None:
    """Several seeds and instances together give the bytes of each one alone, also on mixed variables."""
    plan = [
        planned_run(bb.optimizer("mixed_es"), MixedProblem("mixed_ellipsoid", 6, instance), seed=seed, budget=300)
        for instance in (0, 1)
        for seed in (1, 2)
    ]
    assert [run.content_digest for run in execute_cell(plan)] == [execute(item).content_digest for item in plan]
