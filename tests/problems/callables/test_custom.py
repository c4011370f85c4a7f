import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds

from benchbook.errors import ObjectiveError, ShapeError, UsageError
from benchbook.problems import from_callable
from benchbook.protocols import Problem

X = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]])


def shifted(x: np.ndarray) -> float:
    """Evaluate one point."""
    return float(np.sum((x - 1.5) ** 2))


def shifted_batch(x: np.ndarray) -> np.ndarray:
    """Evaluate a batch."""
    return ((x - 1.5) ** 2).sum(axis=-1)


def test_a_callable_is_called_once_a_row() -> None:
    """A plain callable gets one point of shape (dim,) at a time, in order."""
    seen: list[list[float]] = []

    def objective(x: np.ndarray) -> float:
        seen.append(x.tolist())
        return shifted(x)

    problem = from_callable(objective, bounds=(-5, 5), dim=2)
    assert problem(X).tolist() == [shifted(x) for x in X]
    assert seen == X.tolist()


def test_a_vectorized_callable_sees_the_batch() -> None:
    """A vectorized callable is called once, with all points."""
    shapes: list[tuple[int, ...]] = []

    def objective(x: np.ndarray) -> np.ndarray:
        shapes.append(x.shape)
        return shifted_batch(x)

    problem = from_callable(objective, bounds=(-5, 5), dim=2, vectorized=True)
    assert problem(X).tolist() == shifted_batch(X).tolist()
    assert shapes == [(3, 2)]


@pytest.mark.parametrize("vectorized", [False, True])
def test_the_points_of_the_caller_are_out_of_reach(vectorized: bool) -> None:
    """A callable that writes into its argument, or returns a part of it, does not change the caller's points."""
    kept: list[np.ndarray] = []

    def objective(x: np.ndarray) -> Any:
        kept.append(x)
        x[..., 0] = 7.0
        return x[..., 0]

    problem = from_callable(objective, bounds=(-5, 5), dim=2, vectorized=vectorized)
    x = X.copy()
    values = problem(x)
    kept[0][..., 0] = 9.0
    assert np.array_equal(x, X)
    assert values.tolist() == [7.0, 7.0, 7.0]


def test_attributes_are_those_of_a_problem() -> None:
    """The attributes are those of every problem; bounds are read-only, and f_opt is the given one."""
    problem = from_callable(shifted, bounds=([-1, -2, -3], 4), f_opt=0, instance=3)
    assert isinstance(problem, Problem)
    assert (problem.name, problem.dim, problem.instance, problem.f_opt) == ("custom:shifted", 3, 3, 0.0)
    assert problem.lower.tolist() == [-1.0, -2.0, -3.0]
    assert problem.upper.tolist() == [4.0, 4.0, 4.0]
    assert problem.x_opt is None
    assert not problem.lower.flags.writeable
    assert repr(problem) == "CallableProblem('custom:shifted', dim=3)"


def test_bounds_given_as_arrays_are_copied() -> None:
    """Changing the arrays that gave the bounds does not change the problem."""
    lower = np.array([-1.0, -1.0])
    problem = from_callable(shifted, bounds=(lower, [1, 1]))
    lower[0] = 5.0
    assert problem.lower.tolist() == [-1.0, -1.0]


@pytest.mark.parametrize(
    ("function", "name"),
    [(shifted, "custom:shifted"), (lambda x: 0.0, "custom:lambda"), (np.linalg.norm, "custom:norm")],
)
def test_the_name_is_that_of_the_function(function: Any, name: str) -> None:
    """The default name is that of the function, with a prefix that separates it from the catalog's names."""
    assert from_callable(function, bounds=(0, 1), dim=1).name == name


def test_a_module_level_callable_can_be_pickled() -> None:
    """Problems of importable functions travel to other processes."""
    problem = from_callable(np.linalg.norm, bounds=(-1, 1), dim=2)
    copy = pickle.loads(pickle.dumps(problem))  # noqa: S301  # our own bytes
    assert copy(X).tobytes() == problem(X).tobytes()


@pytest.mark.parametrize(
    "value", [2, True, np.float32(2), np.array(2), np.int8(2), Fraction(2), Decimal(2), 10**30, np.nan, np.inf, -np.inf]
)
def test_every_real_number_is_a_value(value: Any) -> None:
    """Booleans, whole numbers, fractions and scalars of NumPy become floats; NaN and infinities stay."""
    result = from_callable(lambda x: value, bounds=(-5, 5), dim=2)(X)
    assert result.dtype == np.float64
    assert np.array_equal(result, np.full(3, float(value)), equal_nan=True)


@given(st.lists(st.floats(), min_size=1, max_size=6))
def test_vectorized_and_plain_values_are_the_same(values: list[float]) -> None:
    """Both ways to call the function give the same numbers."""
    x = np.arange(len(values), dtype=float)[:, None]
    plain = from_callable(lambda p: values[int(p[0])], bounds=(-1, 9), dim=1)
    batch = from_callable(lambda p: values, bounds=(-1, 9), dim=1, vectorized=True)
    assert plain(x).tobytes() == batch(x).tobytes() == np.array(values).tobytes()


@pytest.mark.parametrize("value", [None, "2", 1j, np.array([1.0]), [1.0, 2.0], {}, 10**400, [[1.0], [1.0, 2.0]]])
def test_what_is_not_one_number_is_refused(value: Any) -> None:
    """Anything but one real number per point is an error that shows it; earlier values are kept."""
    results = iter([4.0, value])
    problem = from_callable(lambda x: next(results), bounds=(-5, 5), dim=2)
    with pytest.raises(ObjectiveError, match=r"returned .*, expected one number for a point of shape \(2,\)") as caught:
        problem(X)
    assert list(caught.value.partial) == [4.0]


@pytest.mark.parametrize("value", [None, 1.0, np.zeros(2), np.zeros((3, 1)), ["a", "b", "c"], np.zeros(3, complex)])
def test_a_vectorized_callable_must_return_one_number_a_point(value: Any) -> None:
    """A batch of another shape or kind is an error that says what was expected."""
    problem = from_callable(lambda x: value, bounds=(-5, 5), dim=2, vectorized=True)
    with pytest.raises(ObjectiveError, match=r"returned .*expected an array of shape \(3,\)"):
        problem(X)


@pytest.mark.parametrize("vectorized", [False, True])
def test_what_the_callable_raises_is_reported_with_its_cause(vectorized: bool) -> None:
    """An exception becomes an ObjectiveError with its cause and the values obtained before."""
    calls: list[int] = []

    def objective(x: np.ndarray) -> float:
        calls.append(1)
        if len(calls) == 2 or vectorized:
            raise ZeroDivisionError("no such point")
        return 1.0

    problem = from_callable(objective, bounds=(-5, 5), dim=2, vectorized=vectorized)
    with pytest.raises(ObjectiveError, match="the objective raised ZeroDivisionError: no such point") as caught:
        problem(X)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert list(caught.value.partial) == ([] if vectorized else [1.0])


def test_an_interrupt_is_not_caught() -> None:
    """Ctrl-C inside the objective ends the program."""

    def objective(x: np.ndarray) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        from_callable(objective, bounds=(-5, 5), dim=2)(X)


def test_a_single_point_is_refused_with_the_remedy() -> None:
    """A point without a batch axis is a ShapeError that shows how to pass it."""
    with pytest.raises(ShapeError, match=r"pass x\[None, :\]"):
        from_callable(shifted, bounds=(-5, 5), dim=2)(X[0])


@pytest.mark.parametrize(
    ("bounds", "dim", "message"),
    [
        ((5, -5), 2, "bounds of variable 0 are 5 to -5"),
        ((0, 0), 2, "bounds of variable 0 are 0 to 0"),
        (([0, 0, 3], [1, 1, 2]), None, "bounds of variable 2 are 3 to 2"),
        ((np.nan, 1), 2, "bounds of variable 0 are nan to 1, expected finite"),
        ((-np.inf, 1), 2, "bounds of variable 0 are -inf to 1, expected finite"),
        ((-1.7e308, 1.7e308), 2, "a finite distance"),
        (([0, 0], 1), 3, "the lower bound has length 2, expected 3"),
        ((0, [1, 1]), 3, "the upper bound has length 2, expected 3"),
        (([0, 0], [1, 1, 1]), None, "the upper bound has length 3, expected 2"),
        ((np.zeros((2, 2)), 1), 2, "the lower bound is array[^!]*, expected a number or a sequence"),
        (("low", 1), 2, "the lower bound is 'low'"),
        ((0, 1j), 2, "the upper bound is 1j"),
        ((0, None), 2, "the upper bound is None"),
        (([], []), None, "the length of a bound is 0"),
        ([(-1, 1), (-1, 1), (-1, 1)], 2, r"expected two: \(lower, upper\)"),
        ([(0, 1), (2, 3)], 2, r"read as lower \[0, 1\] and upper \[2, 3\], or as pairs, 0 to 1 and 2 to 3"),
        ([(0, 1), (2, 3)], None, "scipy.optimize.Bounds"),
        (5, 2, r"expected two: \(lower, upper\)"),
        ((-5, 5), None, "dim is missing"),
        ((-5, 5), 0, "dim is 0, expected a whole number >= 1"),
        ((-5, 5), -1, "dim is -1"),
        ((-5, 5), 2.0, "dim is 2.0"),
        ((-5, 5), True, "dim is True"),
    ],
)
def test_bad_bounds_and_dimensions_are_refused(bounds: Any, dim: Any, message: str) -> None:
    """Each mistake in the bounds has its own message, which names the variable or the length."""
    with pytest.raises(UsageError, match=message):
        from_callable(shifted, bounds=bounds, dim=dim)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"function": 3}, "function is 3"),
        ({"f_opt": np.nan}, "f_opt is nan"),
        ({"f_opt": "0"}, "f_opt is '0'"),
        ({"name": ""}, "name is ''"),
        ({"name": 7}, "name is 7"),
        ({"instance": -1}, "instance is -1"),
    ],
)
def test_other_bad_arguments_are_refused(settings: dict[str, Any], message: str) -> None:
    """Objects that cannot be called, unknown arguments and bad names are refused."""
    with pytest.raises(UsageError, match=message):
        from_callable(**({"function": shifted, "bounds": (-5, 5), "dim": 2} | settings))


@pytest.mark.parametrize(
    ("bounds", "dim"),
    [
        ([(0, 1), (2, 3), (4, 9)], None),
        ([(0, 1), (2, 3), (4, 9)], 3),
        (np.array([[0, 1], [2, 3], [4, 9]]), None),
        (Bounds([0, 2, 4], [1, 3, 9]), None),
        (([0, 2, 4], [1, 3, 9]), 3),
    ],
)
def test_bounds_in_every_notation(bounds: Any, dim: int | None) -> None:
    """A pair of ends, a pair for each variable, and SciPy's class give the same box."""
    problem = from_callable(lambda x: 0.0, bounds=bounds, dim=dim)
    assert (problem.lower.tolist(), problem.upper.tolist()) == ([0, 2, 4], [1, 3, 9])


@pytest.mark.parametrize(
    ("bounds", "lower", "upper"),
    [([(3, 4), (-1, 9)], [3, -1], [4, 9]), ([(-5, -4), (5, -3)], [-5, -4], [5, -3])],
)
def test_two_pairs_that_can_be_read_one_way_only(bounds: Any, lower: list[float], upper: list[float]) -> None:
    """In two dimensions the reading is chosen in which every lower bound is below its upper one."""
    problem = from_callable(lambda x: 0.0, bounds=bounds)
    assert (problem.lower.tolist(), problem.upper.tolist()) == (lower, upper)
