"""The points that were in the archive of a run with two objectives, each with the evaluation that found it.

All of them are kept up to a limit. Beyond it, a point goes if one found no later is at most a precision worse in either
objective; the precision is doubled until the rest fits (an epsilon-approximate set, updated in the order of finding).

References:
    Laumanns, Thiele, Deb & Zitzler 2002, Combining convergence and diversity in evolutionary multiobjective
    optimization, Evolutionary Computation 10(3), 263-282, https://doi.org/10.1162/106365602760234108
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

import numpy as np

from benchbook.records import ArchiveRecord
from benchbook.typing import FloatArray

MOST_POINTS = 2000
_FINEST, _COARSEST = -40, 11  # powers of two: at the coarsest one point covers all that a float can express

Point = tuple[int, float, float, float, float]  # evaluation, both objectives, both of them as they are compared


class FrontHistory:
    """Keeps points in the order in which they were found, at most a fixed number.

    Args:
        ideal: Best value of each objective, shape `(2,)`.
        nadir: The point that the hypervolume is measured to, shape `(2,)`.
        most: Largest number of points.

    Examples:
        >>> history = FrontHistory(np.zeros(2), np.ones(2), most=4)
        >>> points = [(0.5, 0.5), (0.499, 0.6), (0.498, 0.7), (0.1, 0.9), (0.099, 0.95)]
        >>> for evaluation, point in enumerate(points, start=1):
        ...     history.add(evaluation, *point)
        >>> record = history.record()
        >>> record.evaluations.tolist(), record.first.tolist(), record.precision
        ([1, 4], [0.5, 0.1], 0.00390625)
    """

    def __init__(self, ideal: FloatArray, nadir: FloatArray, *, most: int = MOST_POINTS) -> None:
        self._ideal, self._nadir = ideal, nadir
        self._low = tuple(ideal.tolist())
        self._scale = tuple((nadir - ideal).tolist())
        self._most = most
        self._points: list[Point] = []
        self._cover: _Cover | None = None  # none while all points are kept
        self._precision = 0.0

    def add(self, evaluation: int, first: float, second: float) -> None:
        """Add a point that no earlier one dominates or equals.

        Args:
            evaluation: Evaluation that found it, counted from 1.
            first: Its first objective.
            second: Its second objective.
        """
        u = _compared((first - self._low[0]) / self._scale[0])
        v = _compared((second - self._low[1]) / self._scale[1])
        if self._cover is not None and not self._cover.add(u, v):
            return
        self._points.append((evaluation, first, second, u, v))
        if len(self._points) > self._most:
            self._thin()

    def record(self) -> ArchiveRecord:
        """Return what is kept."""
        columns = list(zip(*self._points, strict=True)) or [(), (), ()]
        return ArchiveRecord(
            evaluations=np.array(columns[0], dtype=np.int64),
            first=np.array(columns[1], dtype=np.float64),
            second=np.array(columns[2], dtype=np.float64),
            ideal=np.array(self._ideal),
            nadir=np.array(self._nadir),
            precision=self._precision,
        )

    def _thin(self) -> None:
        """Cover the points at the finest precision, at least twice the one before, that leaves half of the limit."""
        low = _FINEST if self._cover is None else self._cover.exponent + 1
        high, most = max(_COARSEST, low), self._most // 2
        while low < high:
            middle = (low + high) // 2
            if len(_covered(self._points, middle)[0]) <= most:
                high = middle
            else:
                low = middle + 1
        self._points, self._cover = _covered(self._points, high)
        # What covers a point may be covered itself: the precisions add up.
        self._precision += 2.0**high


class _Cover:
    """Tells which points are more than a precision better than all before."""

    def __init__(self, exponent: int) -> None:
        self.exponent = exponent
        self._precision = 2.0**exponent
        # Sorted by the first objective, upwards, and so by the second, downwards, whose negatives stand here.
        self._first: list[float] = []
        self._second: list[float] = []

    def add(self, u: float, v: float) -> bool:
        """Add a point unless one before is at most the precision worse in both; return whether it was added."""
        near = bisect_right(self._first, u + self._precision)
        if near and -self._second[near - 1] <= v + self._precision:
            return False
        here = bisect_left(self._first, u)
        beyond = bisect_right(self._second, -v, lo=here)
        self._first[here:beyond] = [u]
        self._second[here:beyond] = [-v]
        return True


def _covered(points: Iterable[Point], exponent: int) -> tuple[list[Point], _Cover]:
    cover = _Cover(exponent)
    return [point for point in points if cover.add(point[3], point[4])], cover


def _compared(scaled: float) -> float:
    """Return a scaled objective as precisions are added to it: in the box as it is, beyond by its logarithm."""
    return scaled if -1.0 <= scaled <= 1.0 else math.copysign(1.0 + math.log(abs(scaled)), scaled)
