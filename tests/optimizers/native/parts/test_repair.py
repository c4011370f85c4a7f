import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchbook.optimizers.native.parts.repair import RULES

COORDINATES = st.floats(-1e12, 1e12)
POINTS = arrays(np.float64, (4, 3), elements=COORDINATES)
LOWER = np.array([-1.0, 2.0, -1e6])
WIDTHS = arrays(np.float64, 3, elements=st.floats(1e-3, 1e7))


@pytest.mark.parametrize("rule", sorted(RULES))
@given(x=POINTS, widths=WIDTHS)
def test_repaired_points_lie_in_the_box(rule: str, x: np.ndarray, widths: np.ndarray) -> None:
    """However far outside a point is, it is moved between the bounds."""
    upper = LOWER + widths
    repaired = RULES[rule](x, LOWER, upper)
    assert repaired.shape == x.shape
    assert np.all((repaired >= LOWER) & (repaired <= upper))


@pytest.mark.parametrize("rule", sorted(RULES))
@given(x=POINTS, widths=WIDTHS)
def test_variables_inside_keep_every_bit(rule: str, x: np.ndarray, widths: np.ndarray) -> None:
    """A rule changes only variables outside of the bounds, so repairing twice equals repairing once."""
    upper = LOWER + widths
    inside = (x >= LOWER) & (x <= upper)
    repaired = RULES[rule](x, LOWER, upper)
    assert repaired[inside].tobytes() == x[inside].tobytes()
    assert RULES[rule](repaired, LOWER, upper).tobytes() == repaired.tobytes()


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_points_given_are_not_changed(rule: str) -> None:
    """A rule returns new points."""
    x = np.array([[-5.0, 9.0, 0.0]])
    RULES[rule](x, LOWER, LOWER + 1.0)
    assert x.tolist() == [[-5.0, 9.0, 0.0]]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("clip", [2.0, 2.0, 5.0, 5.0, 3.5, 5.0]),
        ("reflect", [2.5, 4.5, 4.5, 2.5, 3.5, 3.0]),
        ("wrap", [4.5, 2.5, 2.5, 4.5, 3.5, 3.0]),
    ],
)
def test_worked_examples(rule: str, expected: list[float]) -> None:
    """The examples in the box from 2 to 5 are slightly outside on both sides, further out, inside, and far outside."""
    x = np.array([[1.5], [-0.5], [5.5], [7.5], [3.5], [9.0]])
    assert RULES[rule](x, np.array([2.0]), np.array([5.0]))[:, 0].tolist() == expected


@given(arrays(np.float64, (5, 2), elements=st.integers(-40, 40).map(lambda k: k / 4)))
def test_reflection_is_a_mirror(x: np.ndarray) -> None:
    """A point and its mirror image at a bound are repaired to the same point."""
    lower, upper = np.array([-1.0, 0.5]), np.array([2.0, 4.5])
    a, b = RULES["reflect"](x, lower, upper), RULES["reflect"](2 * upper - x, lower, upper)
    assert a.tolist() == b.tolist()


@given(arrays(np.float64, (5, 2), elements=st.integers(-40, 40).map(lambda k: k / 4)))
def test_wrapping_is_periodic(x: np.ndarray) -> None:
    """Points one width apart are repaired to the same point, except at the bounds, which are one place."""
    lower, upper = np.array([-1.0, 0.5]), np.array([2.0, 4.5])
    a, b = RULES["wrap"](x, lower, upper), RULES["wrap"](x + (upper - lower), lower, upper)
    assert np.where(a == upper, lower, a).tolist() == np.where(b == upper, lower, b).tolist()
