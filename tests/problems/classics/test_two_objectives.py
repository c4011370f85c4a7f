import numpy as np
import pytest

import benchbook as bb
from benchbook.problems.classics.two_objectives import TWO_OBJECTIVES, FrontProblem
from benchbook.runs.hypervolume import Archive


def dominated(problem: FrontProblem, values: np.ndarray) -> float:
    """Return the share of the box that the points dominate."""
    archive = Archive(problem.ideal, problem.nadir)
    for first, second in values.tolist():
        archive.add(first, second)
    return archive.hypervolume


@pytest.mark.parametrize("name", TWO_OBJECTIVES)
def test_the_hypervolume_is_that_of_the_front(name: str) -> None:
    """With more points of the front the hypervolume approaches the stated value and never exceeds it."""
    problem = FrontProblem(name, 5)
    missing = [-problem.f_opt - dominated(problem, problem.front(count)) for count in (2000, 20000)]
    assert 0.0 < missing[1] < missing[0] / 5 < 2e-4


@pytest.mark.parametrize("name", TWO_OBJECTIVES)
def test_ideal_and_nadir_bound_the_front(name: str) -> None:
    """The ideal and the nadir point are the least and the greatest values on the front."""
    problem = FrontProblem(name, 2)
    front = problem.front(100_001)
    assert front.min(axis=0) == pytest.approx(problem.ideal, abs=1e-6)
    assert front.max(axis=0) == pytest.approx(problem.nadir, abs=1e-6)


@pytest.mark.parametrize("name", TWO_OBJECTIVES)
def test_the_front_is_reached_and_never_passed(name: str) -> None:
    """Points with the best distance variables lie on the front, and random points dominate none of it."""
    for instance in (0, 1, 2):
        problem = FrontProblem(name, 6, instance)
        points = np.column_stack([np.linspace(0.0, 1.0, 301), np.tile(problem.best, (301, 1))])
        values = problem(points)
        on_curve = problem._item.second(np.clip(values[:, 0], *problem._item.span))
        inside = values[:, 0] <= problem._item.span[1]
        assert values[inside, 1] == pytest.approx(on_curve[inside], abs=1e-7)
        rng = np.random.default_rng(3)
        points = problem.lower + rng.random((2000, 6)) * (problem.upper - problem.lower)
        assert dominated(problem, np.concatenate([values, problem(points)])) <= -problem.f_opt + 1e-12


def test_instances_draw_where_the_front_is() -> None:
    """The front lies neither at a bound nor at the centre, and its place differs between instances."""
    first, second = (FrontProblem("dtlz2", 10, instance) for instance in (1, 2))
    assert first.best.tolist() != second.best.tolist()
    assert (np.abs(first.best - 0.5) >= 0.1).all()
    assert (np.abs(first.best - 0.5) <= 0.4).all()


@pytest.mark.parametrize("name", TWO_OBJECTIVES)
def test_values_are_those_of_pymoo(name: str) -> None:
    """On random points, values agree with another implementation."""
    problems = pytest.importorskip("pymoo.problems")
    dim = 10 if name.startswith("zdt") else 7
    theirs = problems.get_problem(name, n_var=dim, **({"n_obj": 2} if name.startswith("dtlz") else {}))
    problem = FrontProblem(name, dim)
    points = problem.lower + np.random.default_rng(1).random((50, dim)) * (problem.upper - problem.lower)
    assert problem(points) == pytest.approx(theirs.evaluate(points), rel=1e-12)
    assert problem.lower == pytest.approx(theirs.xl)
    assert problem.upper == pytest.approx(theirs.xu)


@pytest.mark.parametrize("name", TWO_OBJECTIVES)
def test_a_point_does_not_depend_on_its_neighbours(name: str) -> None:
    """Values are equal, bit by bit, alone and in a batch."""
    problem = FrontProblem(name, 5)
    points = problem.lower + np.random.default_rng(2).random((9, 5)) * (problem.upper - problem.lower)
    assert problem(points).tobytes() == np.concatenate([problem(row[None, :]) for row in points]).tobytes()


def test_a_run_is_judged_by_the_hypervolume() -> None:
    """NSGA-II comes within a hundredth of the front; random search does not in as many evaluations."""
    record = bb.run("nsga2", "zdt1", dim=5, seed=1, budget=4000)
    control = bb.run("random_search", "zdt1", dim=5, seed=1, budget=4000)
    assert record.precision is not None
    assert control.precision is not None
    assert 0.0 < record.precision < 0.02 < control.precision
