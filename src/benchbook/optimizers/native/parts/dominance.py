"""Non-dominated sorting and crowding distances, for many runs at once.

References:
    Deb, K., Pratap, A., Agarwal, S., & Meyarivan, T. (2002). A fast and elitist multiobjective genetic algorithm:
    NSGA-II. IEEE Transactions on Evolutionary Computation 6(2), 182-197. https://doi.org/10.1109/4235.996017
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from benchbook.typing import FloatArray, IntArray

_LARGE = np.finfo(np.float64).max / 4  # differences of values up to here are finite


def fronts(fx: FloatArray, violation: FloatArray, enough: int) -> IntArray:
    """Return the rank of each point's front: 0 for non-dominated points, 1 for those only front 0 dominates, etc.

    Feasible points dominate infeasible ones; of two infeasible points, the one with the smaller violation dominates.

    Args:
        fx: Objectives, shape `(runs, n, m)`.
        violation: Sum of constraint violations, shape `(runs, n)`.
        enough: Sorting stops once this many points are ranked; the rest share the last rank.

    Examples:
        >>> fronts(np.array([[[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]]), np.zeros((1, 3)), 3).tolist()
        [[0, 0, 1]]
    """
    runs, n, m = fx.shape
    if m == 1:
        order = np.lexsort((fx[..., 0], violation))
        numbers = np.empty((runs, n), dtype=np.intp)
        np.put_along_axis(numbers, order, np.broadcast_to(np.arange(n), (runs, n)), axis=-1)
        return numbers
    if m == 2 and not np.isnan(fx).any() and not np.isnan(violation).any():
        return np.array([_of_pairs(f, v, enough) for f, v in zip(fx, violation, strict=True)]).reshape(runs, n)
    return _of_several(fx, violation, enough)


def crowding(fx: FloatArray, front: IntArray) -> FloatArray:
    """Return the crowding distance of each point: how far apart its neighbours in its front are, infinite at the ends.

    Args:
        fx: Objectives, shape `(runs, n, m)`.
        front: Ranks of the fronts, shape `(runs, n)`.

    Examples:
        >>> crowding(np.array([[[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]]]), np.zeros((1, 3), dtype=np.intp)).tolist()
        [[inf, 2.0, inf]]
    """
    runs, n, m = fx.shape
    distance = np.zeros((runs, n))
    for k in range(m):
        values = np.clip(fx[..., k], -_LARGE, _LARGE)
        order = np.lexsort((values, front))
        f, g = np.take_along_axis(values, order, axis=-1), np.take_along_axis(front, order, axis=-1)
        scale = f.max(axis=-1, keepdims=True) - f.min(axis=-1, keepdims=True)
        gap = np.full((runs, n), np.inf)
        if n > 2:
            inner = (g[:, :-2] == g[:, 1:-1]) & (g[:, 2:] == g[:, 1:-1])
            apart = (f[:, 2:] - f[:, :-2]) / np.where(scale > 0.0, scale, 1.0)
            gap[:, 1:-1] = np.where(inner, apart, np.inf)
        back = np.empty_like(gap)
        np.put_along_axis(back, order, gap, axis=-1)
        distance += back
    return distance


def _of_pairs(fx: FloatArray, violation: FloatArray, enough: int) -> IntArray:
    """Return the fronts of one run with two objectives, by a sweep along the first one.

    Points with a smaller violation dominate those with a larger one, so their fronts come first.

    Args:
        fx: Objectives, shape `(n, 2)`, without NaN.
        violation: Sum of constraint violations, shape `(n,)`, without NaN.
        enough: See `fronts`.
    """
    order = np.lexsort((fx[:, 1], fx[:, 0], violation))
    found: list[int] = []
    lowest: list[float] = []  # lowest second objective so far in each front of this violation, in increasing order
    offset, before = 0, None
    for point in zip(violation[order].tolist(), fx[order, 0].tolist(), fx[order, 1].tolist(), strict=True):
        if before is not None and point == before:  # equal points do not dominate each other
            found.append(found[-1])
            continue
        if before is not None and point[0] != before[0]:
            offset, lowest = offset + len(lowest), []
        before = point
        number = bisect_right(lowest, point[2])
        lowest[number : number + 1] = [point[2]]
        found.append(offset + number)
    numbers = np.empty(len(order), dtype=np.intp)
    numbers[order] = found
    last = np.searchsorted(np.cumsum(np.bincount(numbers)), enough)  # the front in which there are enough
    numbers[numbers > last] = len(order)
    return numbers


def _of_several(fx: FloatArray, violation: FloatArray, enough: int) -> IntArray:
    """Return the fronts for any number of objectives, by comparing all pairs of points; see `fronts`."""
    runs, n, m = fx.shape
    dominates = np.ones((runs, n, n), dtype=np.bool_)
    better = np.zeros((runs, n, n), dtype=np.bool_)
    for k in range(m):
        row, column = fx[:, :, np.newaxis, k], fx[:, np.newaxis, :, k]
        dominates &= row <= column
        better |= row < column
    dominates &= better
    v, w = violation[:, :, np.newaxis], violation[:, np.newaxis, :]
    dominates = (v < w) | ((v == w) & dominates)
    left = dominates.sum(axis=1)  # how many points dominate each
    numbers = np.full((runs, n), n, dtype=np.intp)
    open_ = np.ones((runs, n), dtype=np.bool_)
    front = 0
    while open_.sum(axis=-1).max() > n - enough:
        first = open_ & (left == 0)
        if not first.any():  # NaN-free values cannot dominate in circles
            break
        numbers[first] = front
        open_ &= ~first
        left = left - (dominates & first[:, :, np.newaxis]).sum(axis=1)
        front += 1
    return numbers
