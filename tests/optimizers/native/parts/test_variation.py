import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.optimizers.native.parts.variation import polynomial_mutation, simulated_binary

BOX = (np.array([-1.0, 0.0]), np.array([3.0, 10.0]))
_SHARE = st.floats(0.0, 1.0, exclude_max=True)


def _points(*shares: float) -> np.ndarray:
    lower, upper = BOX
    return lower + np.array(shares) * (upper - lower)


@given(_SHARE, _SHARE, _SHARE, st.floats(0.5, 60.0))
def test_crossover_stays_in_the_box(a: float, b: float, u: float, eta: float) -> None:
    """For all draws, both children lie within the bounds, without NaN."""
    for child in simulated_binary(_points(a, b), _points(b, a), np.full(2, u), np.ones(2, dtype=bool), eta, BOX):
        assert ((child >= BOX[0]) & (child <= BOX[1])).all()


@given(_SHARE, _SHARE, _SHARE, st.floats(0.5, 60.0))
def test_mutation_stays_in_the_box(a: float, b: float, u: float, eta: float) -> None:
    """For all draws, points stay within the bounds, and unselected variables do not move."""
    x = _points(a, b)
    moved = polynomial_mutation(x, np.full(2, u), np.array([True, False]), eta, BOX)
    assert ((moved >= BOX[0]) & (moved <= BOX[1])).all()
    assert moved[1] == x[1]


def test_crossover_spreads_children_around_the_parents_middle() -> None:
    """Far from the bounds children have their parents' mean, and their distance is given by the drawn factor."""
    wide = (np.full(1, -1e9), np.full(1, 1e9))
    a, b, eta = np.array([1.0]), np.array([2.0]), 20.0
    for u, factor in ((0.25, 0.5 ** (1 / 21)), (0.75, 2 ** (1 / 21))):  # Deb & Agrawal 1995, eq. (7) and (8)
        one, two = simulated_binary(a, b, np.array([u]), np.ones(1, dtype=bool), eta, wide)
        assert (one + two).item() == pytest.approx(3.0)
        assert (two - one).item() == pytest.approx(factor)


def test_mutation_moves_little_with_a_large_index() -> None:
    """The median draw moves nothing, and the median move shrinks with the index."""
    x, chosen = np.full((10_001, 1), 0.0), np.ones((10_001, 1), dtype=bool)
    box = (np.full(1, -1.0), np.full(1, 1.0))
    u = np.linspace(0.0, 1.0, 10_001, endpoint=False)[:, np.newaxis]
    moves = [float(np.median(np.abs(polynomial_mutation(x, u, chosen, eta, box)))) for eta in (5.0, 20.0, 80.0)]
    assert moves == sorted(moves, reverse=True)
    assert polynomial_mutation(x[:1], np.array([[0.5]]), chosen[:1], 20.0, box).item() == 0.0
