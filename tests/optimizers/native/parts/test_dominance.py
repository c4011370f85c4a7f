import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from benchbook.optimizers.native.parts.dominance import crowding, fronts

_VALUES = arrays.arrays(np.float64, st.tuples(st.just(2), st.integers(1, 14), st.just(2)), elements=st.integers(0, 6))


def _dominates(a: int, b: int, fx: np.ndarray, violation: np.ndarray) -> bool:
    if violation[a] != violation[b]:
        return bool(violation[a] < violation[b])
    return bool((fx[a] <= fx[b]).all() and (fx[a] < fx[b]).any())


@given(_VALUES, st.data())
@settings(max_examples=60)
def test_fronts_are_peeled_one_after_another(fx: np.ndarray, data: st.DataObject) -> None:
    """In every run, a point's front is one more than the largest front of the points that dominate it."""
    runs, n, _ = fx.shape
    violation = data.draw(arrays.arrays(np.float64, (runs, n), elements=st.integers(0, 2)))
    numbers = fronts(fx, violation, n)
    for run in range(runs):
        for b in range(n):
            above = [numbers[run, a] for a in range(n) if _dominates(a, b, fx[run], violation[run])]
            assert numbers[run, b] == (max(above) + 1 if above else 0)


@given(_VALUES, st.integers(1, 14))
@settings(max_examples=60)
def test_two_objectives_are_numbered_as_any_other_number_of_them(fx: np.ndarray, enough: int) -> None:
    """Adding a third objective that is equal for all points changes nothing up to the last needed front."""
    enough = min(enough, fx.shape[1])
    several = np.concatenate([fx, np.zeros((*fx.shape[:2], 1))], axis=-1)
    for run in range(len(fx)):
        pair, other = (fronts(f[run : run + 1], np.zeros((1, fx.shape[1])), enough) for f in (fx, several))
        assert pair.tolist() == other.tolist()


def test_the_rest_shares_the_last_number() -> None:
    """Once enough points have a front, the others share one number."""
    fx = np.stack([np.arange(6.0), np.arange(6.0)], axis=-1)[np.newaxis]
    assert fronts(fx, np.zeros((1, 6)), 3).tolist() == [[0, 1, 2, 6, 6, 6]]


def test_one_objective_gives_ranks() -> None:
    """With one objective the fronts are ranks: by violation, then by value."""
    fx = np.array([[[3.0], [1.0], [2.0], [0.0]]])
    assert fronts(fx, np.array([[0.0, 0.0, 0.0, 0.5]]), 4).tolist() == [[2, 0, 1, 3]]


def test_crowding_is_the_distance_of_the_neighbours_in_both_objectives() -> None:
    """The ends of a front are infinitely far; in between, both distances count as shares of the objective's range."""
    fx = np.array([[[0.0, 10.0], [1.0, 6.0], [4.0, 0.0], [2.0, 8.0]]])
    front = np.array([[0, 0, 0, 1]])
    assert crowding(fx, front).tolist() == [[np.inf, 2.0, np.inf, np.inf]]
