from typing import Any

import numpy as np
import pytest

import benchbook as bb
from benchbook.errors import ShapeError, UsageError
from benchbook.variables import check_variables, typed_variables, variables_of

GEAR = [bb.real("width", 0.5, 2.0), bb.integer("teeth", 12, 60), bb.categorical("metal", ["steel", "brass", "zinc"])]


def test_values_come_back_from_the_numbers_of_a_point() -> None:
    """Decoding a point gives values by name, and encoding values gives a point."""
    point = bb.encoded(GEAR, {"metal": "zinc", "width": 1.5, "teeth": 13})
    assert point.tolist() == [1.5, 13.0, 2.0]
    assert bb.decoded(GEAR, point) == {"width": 1.5, "teeth": 13, "metal": "zinc"}


def test_numbers_are_rounded_to_the_nearest_halves_upwards() -> None:
    """As in COCO, 12.5 becomes 13, and -0.5 becomes 0."""
    teeth = bb.integer("teeth", -1, 60)
    assert [teeth.decode(number) for number in (12.4, 12.5, -0.5, -0.51)] == [12, 13, 0, -1]


def test_truth_values_and_numbers_are_different_choices() -> None:
    """True equals 1 in Python, but a list may contain both."""
    mixed = bb.categorical("mixed", [1, True, "1"])
    assert [mixed.encode(value) for value in (1, True, "1")] == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: bb.integer("n", 0.5, 3), "a bound of the integer variable 'n' is 0.5, expected a whole number"),
        (lambda: bb.integer("n", 0, 2.0**60), "expected a whole number"),
        (lambda: bb.integer("n", 3, 3), "bounds of variable 'n' are 3 to 3, expected .* lower below the upper"),
        (lambda: bb.real("x", 0, np.inf), "a bound of variable 'x' is inf, expected a finite number"),
        (lambda: bb.real("x", "0", 1), "a bound of variable 'x' is '0', expected a finite number"),
        (lambda: bb.real("", 0, 1), "the name of a variable is '', expected a text"),
        (lambda: bb.Variable("x", "ordinal", 0, 1), "kind of variable 'x' is 'ordinal', expected one of real, int"),
        (lambda: bb.Variable("x", "real", 0, 1, ("a", "b")), "choices of variable 'x' are given, but its kind is real"),
        (lambda: bb.Variable("c", "categorical", 0, 2, ("a", "b")), "are 0 to 2, expected 0 to 1, the places of its 2"),
        (lambda: bb.categorical("c", "ab"), "choices of variable 'c' are 'ab', expected a list"),
        (lambda: bb.categorical("c", ["a"]), r"choices of variable 'c' are \['a'\], expected at least two"),
        (lambda: bb.categorical("c", []), "expected at least two"),
        (lambda: bb.categorical("c", ["a", "b", "a"]), "choices of variable 'c' have 'a' twice"),
        (lambda: bb.categorical("c", ["a", None]), "choices of variable 'c' have None, expected texts or numbers"),
        (lambda: bb.categorical("c", [1.0, np.nan]), "choices of variable 'c' have nan, expected texts or numbers"),
        (lambda: check_variables([]), "variables is empty"),
        (lambda: check_variables("abc"), "variables is 'abc', expected a list of bb.real"),
        (lambda: check_variables([(0, 1)]), r"variables has \(0, 1\), expected bb.real"),
        (lambda: check_variables([bb.real("x", 0, 1), bb.integer("x", 0, 1)]), "two with the name 'x'"),
    ],
)
def test_variables_that_cannot_be_are_refused(make: Any, message: str) -> None:
    """The message names the variable, the given value and what was expected."""
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"width": 1, "teeth": 13, "metal": "wood"}, "'metal' is 'wood', expected one of its choices: steel, brass"),
        ({"width": 1, "teeth": 13.5, "metal": "zinc"}, "'teeth' is 13.5, expected a whole number from 12 to 60"),
        ({"width": 1, "teeth": 61, "metal": "zinc"}, "'teeth' is 61, expected a whole number from 12 to 60"),
        ({"width": "1", "teeth": 13, "metal": "zinc"}, "'width' is '1', expected a number from 0.5 to 2"),
        ({"width": 1, "teeth": 13}, "variable 'metal' is missing, expected values of width, teeth, metal"),
        ({"width": 1, "teeth": 13, "metal": "zinc", "age": 2}, "variable 'age' is unknown"),
    ],
)
def test_values_that_a_variable_cannot_have_are_refused(values: dict[str, Any], message: str) -> None:
    """A mapping that lacks a variable, or has an unknown one, is refused as well."""
    with pytest.raises(UsageError, match=message):
        bb.encoded(GEAR, values)


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ([1.0, 13.0, 3.0], "variable 'metal' is 3, expected 0 to 2, the place of one of its choices: steel, brass"),
        ([1.0, np.nan, 0.0], "variable 'teeth' is nan, expected a finite number"),
        ([1.0, 13.0], r"the point has shape \(2,\), expected \(3,\)"),
    ],
)
def test_points_that_mean_nothing_are_refused(point: list[float], message: str) -> None:
    """A position outside the list of choices is refused."""
    with pytest.raises(ShapeError, match=message):
        bb.decoded(GEAR, np.array(point))


def test_problems_that_say_nothing_have_real_variables() -> None:
    """Such variables are named by position, and optimizers do not get them."""
    sphere = bb.problem("sphere", dim=2)
    assert [(item.name, item.kind, item.lower) for item in variables_of(sphere)] == [
        ("x0", "real", -5.12),
        ("x1", "real", -5.12),
    ]
    assert typed_variables(sphere) == ()


def test_bbob_mixint_declares_its_integers() -> None:
    """Four fifths of the variables are integers, with the bounds of the suite."""
    pytest.importorskip("cocoex")
    variables = variables_of(bb.problem("bbob_mixint_f1", dim=5))
    assert [(item.kind, item.lower, item.upper) for item in variables] == [
        ("integer", 0.0, 1.0),
        ("integer", 0.0, 3.0),
        ("integer", 0.0, 7.0),
        ("integer", 0.0, 15.0),
        ("real", -5.0, 5.0),
    ]
