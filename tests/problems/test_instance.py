import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchbook.errors import ShapeError, UnknownNameError, UsageError
from benchbook.problems.instance import TextbookProblem, draw_rotation
from benchbook.problems.textbook_table import TEXTBOOK

NAMES = st.sampled_from(sorted(TEXTBOOK))
SEEDS = st.integers(0, 2**32 - 1)
FROZEN_X_OPT = [3.977570435923599, 2.2915377113851805, -2.63483862138134]
FROZEN_RASTRIGIN = 118.55609958165724


def draw_problem(data: st.DataObject, least_instance: int = 0) -> TextbookProblem:
    """Draw a problem from all textbook functions."""
    name = data.draw(NAMES, label="name")
    dim = data.draw(st.integers(TEXTBOOK[name].info.min_dim, 40), label="dim")
    return TextbookProblem(name, dim, data.draw(st.integers(least_instance, 1000), label="instance"))


def points(problem: TextbookProblem, n: int, seed: int) -> np.ndarray:
    """Draw points within the bounds."""
    return np.random.default_rng(seed).uniform(problem.lower, problem.upper, (n, problem.dim))


@given(data=st.data())
def test_value_at_the_optimum_is_f_opt(data: st.DataObject) -> None:
    """At its optimum a problem has exactly the value f_opt, in every dimension and instance."""
    problem = draw_problem(data)
    assert float(problem(problem.x_opt[None, :])[0]) == problem.f_opt


@given(data=st.data(), seed=SEEDS)
def test_no_value_lies_below_f_opt(data: st.DataObject, seed: int) -> None:
    """Neither random points, nor corners, nor points near the optimum have a value below f_opt."""
    problem = draw_problem(data)
    rng = np.random.default_rng(seed)
    corners = rng.choice([problem.lower[0], problem.upper[0]], (10, problem.dim))
    near = problem.x_opt + rng.normal(size=(30, problem.dim)) * 10.0 ** rng.uniform(-16, -1, (30, 1))
    assert problem(np.vstack([points(problem, 20, seed), corners, near])).min() >= problem.f_opt


@settings(max_examples=200)
@given(data=st.data(), seed=SEEDS)
def test_a_point_has_the_same_bytes_alone_and_in_any_batch(data: st.DataObject, seed: int) -> None:
    """The order and number of rows do not change a single bit of a point's value."""
    problem = draw_problem(data)
    x = points(problem, data.draw(st.integers(1, 90), label="n"), seed)
    values = problem(x)
    order = np.random.default_rng(seed).permutation(len(x))
    assert problem(x[order]).tobytes() == values[order].tobytes()
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(x))] * 2), label="rows"))
    assert problem(x[first:last]).tobytes() == values[first:last].tobytes()
    assert problem(x[:1]).tobytes() == values[:1].tobytes()
    assert problem(np.asfortranarray(x)).tobytes() == values.tobytes()


@given(data=st.data())
def test_the_optimum_of_an_instance_is_near_neither_centre_nor_bounds(data: st.DataObject) -> None:
    """Each variable of a shifted optimum is between 0.2 and 0.8 of the way from the centre to a bound."""
    problem = draw_problem(data, least_instance=1)
    half = (problem.upper - problem.lower) / 2
    way = np.abs(problem.x_opt - (problem.lower + problem.upper) / 2) / half
    assert np.all((way >= 0.2 - 1e-12) & (way <= 0.8 + 1e-12))


@given(data=st.data(), seed=SEEDS)
def test_instance_zero_is_the_textbook_function(data: st.DataObject, seed: int) -> None:
    """Within the bounds, instance 0 gives the textbook function's values."""
    name = data.draw(NAMES)
    problem = TextbookProblem(name, data.draw(st.integers(2, 40)), 0)
    x = points(problem, 9, seed)
    assert np.array_equal(problem(x), TEXTBOOK[name].function(x))
    assert np.array_equal(problem.x_opt, TEXTBOOK[name].x_opt(problem.dim))


@given(data=st.data(), seed=SEEDS)
def test_an_instance_is_the_textbook_function_rotated_about_its_optimum(data: st.DataObject, seed: int) -> None:
    """The value is the textbook function's at the point rotated and shifted by hand."""
    name = data.draw(NAMES.filter(lambda item: item != "schwefel"))
    problem = TextbookProblem(name, data.draw(st.integers(2, 10)), 3)
    x = points(problem, 5, seed)
    assert problem.rotation is not None
    z = TEXTBOOK[name].x_opt(problem.dim) + np.einsum("ij,ki->kj", problem.rotation, x - problem.x_opt)
    np.testing.assert_allclose(problem(x), TEXTBOOK[name].function(z), rtol=1e-9, atol=1e-9)


def test_schwefel_outside_of_its_domain_is_penalised() -> None:
    """Outside of Schwefel's domain the penalty grows with the distance."""
    problem = TextbookProblem("schwefel", 2, 0)
    x = np.array([[500.0, 100.0], [600.0, 100.0], [700.0, 100.0]])
    inside, near, far = problem(x)
    assert near == pytest.approx(inside + 0.001 * 100.0**2)
    assert far == pytest.approx(inside + 0.001 * 200.0**2)


@pytest.mark.parametrize("dim", [1, 2, 7, 40])
def test_rotations_are_orthogonal(dim: int) -> None:
    """A drawn rotation preserves lengths and angles to full precision."""
    rotation = draw_rotation(np.random.default_rng(dim), dim)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(dim), atol=1e-14)


def test_rotations_are_uniform() -> None:
    """Over many draws, entries have mean 0 and variance 1/dim, and both determinants occur equally often."""
    rng = np.random.default_rng(11)
    draws = np.array([draw_rotation(rng, 3) for _ in range(2000)])
    assert np.abs(draws.mean(axis=0)).max() < 0.06
    assert np.abs((draws**2).mean(axis=0) - 1 / 3).max() < 0.04
    assert abs(np.linalg.det(draws).mean()) < 0.1


@pytest.mark.parametrize("name", sorted(TEXTBOOK))
def test_instances_differ(name: str) -> None:
    """Optima and values differ between instances."""
    x = points(TextbookProblem(name, 3, 0), 4, 1)
    values = {TextbookProblem(name, 3, instance)(x).tobytes() for instance in range(5)}
    assert len(values) == 5


def test_same_instance_has_the_same_bytes_in_another_process() -> None:
    """A problem is determined by its name, dimension and instance, so another process evaluates the same bytes."""
    code = (
        "import numpy as np\n"
        "from benchbook.problems import problem\n"
        "p = problem('ackley', 7, 5)\n"
        "print(p(np.linspace(p.lower, p.upper, 9)).tobytes().hex(), p.x_opt.tobytes().hex())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    problem = TextbookProblem("ackley", 7, 5)
    assert out == [problem(np.linspace(problem.lower, problem.upper, 9)).tobytes().hex(), problem.x_opt.tobytes().hex()]


def test_instances_keep_their_values_over_releases() -> None:
    """The way instances are drawn is frozen, since stored artifacts refer to them by number."""
    problem = TextbookProblem("sphere", 3, 1)
    assert problem.x_opt.tolist() == pytest.approx(FROZEN_X_OPT, rel=1e-14)
    at = TextbookProblem("rastrigin", 3, 2)(np.array([[1.0, -2.0, 3.0]]))
    assert float(at[0]) == pytest.approx(FROZEN_RASTRIGIN, rel=1e-10)


def test_pickling_keeps_the_values() -> None:
    """A pickled problem evaluates the same bytes."""
    problem = TextbookProblem("levy", 5, 4)
    copy = pickle.loads(pickle.dumps(problem))  # noqa: S301  # our own bytes
    x = points(problem, 11, 3)
    assert copy(x).tobytes() == problem(x).tobytes()
    assert (copy.name, copy.dim, copy.instance, copy.f_opt) == ("levy", 5, 4, 0.0)


def test_arrays_of_a_problem_cannot_be_written() -> None:
    """Bounds and optimum are shared and therefore read-only, and the caller's points are not changed."""
    problem = TextbookProblem("schwefel", 2, 1)
    for array in (problem.lower, problem.upper, problem.x_opt):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
    x = points(problem, 3, 1)
    before = x.copy()
    problem(x)
    assert np.array_equal(x, before)


def test_empty_batches_have_no_values() -> None:
    """A batch of no points gives an array of no values."""
    for instance in (0, 1):
        assert TextbookProblem("levy", 3, instance)(np.empty((0, 3))).shape == (0,)


def test_a_single_point_is_refused_with_the_remedy() -> None:
    """A point without a batch axis is a ShapeError that shows how to pass it."""
    with pytest.raises(ShapeError, match=r"shape \(3,\), expected \(n, 3\); pass x\[None, :\]"):
        TextbookProblem("sphere", 3)(np.zeros(3))


@pytest.mark.parametrize("x", [np.zeros((2, 4)), np.zeros((1, 2, 3)), np.float64(1.0), [[1.0], [1.0, 2.0]]])
def test_points_of_a_wrong_shape_are_refused(x: np.ndarray) -> None:
    """Points with a different number of variables or axes are a ShapeError."""
    with pytest.raises(ShapeError, match=r"expected (shape )?\(n, 3\)"):
        TextbookProblem("sphere", 3, 1)(x)


@pytest.mark.parametrize("x", [np.zeros((1, 3), dtype=complex), np.array([["a", "b", "c"]])])
def test_points_that_are_not_real_are_refused(x: np.ndarray) -> None:
    """Complex numbers and text are refused."""
    with pytest.raises(ShapeError, match="expected real numbers"):
        TextbookProblem("sphere", 3)(x)


def test_whole_numbers_are_points() -> None:
    """Points may be given as integers and as lists."""
    assert TextbookProblem("sphere", 2)([[1, 2]]).tolist() == [5.0]  # type: ignore[arg-type]


def test_nan_and_infinity_pass_through() -> None:
    """A point with NaN has the value NaN, also where values are raised to f_opt."""
    for name in TEXTBOOK:
        assert np.isnan(TextbookProblem(name, 2, 1)(np.array([[np.nan, 1.0]]))).all()


def test_unknown_names_and_bad_numbers_are_refused() -> None:
    """The class raises the same errors as the catalog."""
    with pytest.raises(UnknownNameError, match="did you mean 'sphere'"):
        TextbookProblem("sphere_", 2)
    with pytest.raises(UsageError, match="dim is 1, expected a whole number >= 2 for rosenbrock"):
        TextbookProblem("rosenbrock", 1)


def test_repr_names_function_dimension_and_instance() -> None:
    """The repr is one line."""
    assert repr(TextbookProblem("levy", 4, 2)) == "TextbookProblem('levy', dim=4, instance=2)"
