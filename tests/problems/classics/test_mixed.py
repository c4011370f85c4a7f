import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import ShapeError, UsageError
from benchbook.problems.classics.mixed import DIMS, MIXED, MixedProblem
from benchbook.typing import FloatArray


def drawn(problem: MixedProblem, count: int) -> FloatArray:
    """Draw points in the box."""
    made: FloatArray = problem.lower + np.random.default_rng(7).random((count, problem.dim)) * (
        problem.upper - problem.lower
    )
    return made


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("dim", DIMS)
def test_the_optimum_is_0_and_nothing_is_below(name: str, dim: int) -> None:
    """In every instance the value at the optimum is exactly 0, and random points have higher values."""
    for instance in range(4):
        problem = MixedProblem(name, dim, instance)
        assert problem(problem.x_opt[None, :]).tolist() == [0.0]
        assert problem(drawn(problem, 50)).min() > 0.0


@pytest.mark.parametrize("name", MIXED)
def test_each_wrong_choice_and_step_costs(name: str) -> None:
    """From the optimum, every other choice of one variable and every neighbour of an integer is worse."""
    problem = MixedProblem(name, 6, 2)
    for column, variable in enumerate(problem.variables):
        for value in range(5) if variable.kind == "categorical" else problem.x_opt[column] + np.array([-1.0, 1.0]):
            point = problem.x_opt.copy()
            point[column] = value
            assert (problem(point[None, :])[0] > 0.0) == (value != problem.x_opt[column])


def test_instances_have_their_own_optimum_and_order_of_choices() -> None:
    """Instance 0 is the plain one; in others the optimum is neither at 0 nor always at the first choice."""
    plain, first, second = (MixedProblem("mixed_sphere", 24, instance) for instance in range(3))
    assert not plain.x_opt.any()
    assert first.x_opt.tolist() != second.x_opt.tolist()
    assert len(set(first.x_opt[16:])) > 1


def test_leading_choices_count_from_the_first() -> None:
    """A wrong first choice costs as much as having all choices wrong."""
    problem = MixedProblem("mixed_ellipsoid", 9)
    points = np.zeros((3, 9))
    points[1, 6] = points[2, 8] = 1.0
    assert problem(points).tolist() == [0.0, 3.0, 1.0]


def test_in_two_dimensions_there_is_no_integer() -> None:
    """In two dimensions there is one real variable and one choice."""
    assert [item.kind for item in MixedProblem("mixed_proximity", 2).variables] == ["real", "categorical"]


def test_choices_move_the_optimum_of_real_variables() -> None:
    """The best real value differs for each choice, so both must be found together."""
    problem = MixedProblem("mixed_proximity", 3)
    grid = np.linspace(-1.0, 1.0, 201)
    best = [grid[problem(np.column_stack([grid, 0 * grid, 0 * grid + k])).argmin()] for k in range(5)]
    assert best == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8])


def test_a_point_does_not_depend_on_its_neighbours() -> None:
    """Values are equal, bit by bit, alone and in a batch."""
    for name in MIXED:
        problem = MixedProblem(name, 9, 1)
        points = drawn(problem, 9)
        assert problem(points).tobytes() == np.concatenate([problem(row[None, :]) for row in points]).tobytes()


def test_points_must_have_choices() -> None:
    """A position outside the list of choices is refused."""
    with pytest.raises(ShapeError, match="variable 'c0' is 5, expected 0 to 4"):
        MixedProblem("mixed_sphere", 3)(np.array([[0.0, 0.0, 5.0]]))


def test_the_control_runs_and_others_are_refused() -> None:
    """Random search supports categories and finds the right choice and integer; PSO is refused."""
    record = bb.run("random_search", "mixed_sphere", dim=3, instance=1, seed=1, budget=3000)
    assert record.precision is not None
    assert record.precision < 1.0
    with pytest.raises(UsageError, match="mixed_sphere has 1 categorical variable, which particle_swarm cannot handle"):
        bb.run("particle_swarm", "mixed_sphere", dim=3, seed=1, budget=100)
