"""COCO's indicator of two objectives: how much of the box from ideal to nadir point an archive dominates.

References:
    Brockhoff, Tušar, Tušar, Wagner, Hansen & Auger 2016, Biobjective performance assessment with the COCO platform,
    https://arxiv.org/abs/1605.01746
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right

from benchbook.typing import FloatArray

_STEP = 5e-13
_MOST_STEPS = 2.0**53  # beyond, a float has no half steps


class Archive:
    """The points with two objectives that no other dominates, and their hypervolume.

    Both objectives are scaled so that the ideal point becomes (0, 0) and the nadir point (1, 1). The hypervolume is
    that of the part of the box between them which some point dominates: 0 to 1.

    Args:
        ideal: Best value of each objective, shape `(2,)`.
        nadir: The point that the hypervolume is measured to, shape `(2,)`.
        attained: Whether `ideal` and `nadir` are values at the objectives' optima, as in COCO's suites. Then scaled
            values are rounded to multiples of 5e-13, as COCO does; none is below 0, and a point where one of them is 0
            lies at the edge of the box, where rounding might put it inside.

    Examples:
        >>> import numpy as np
        >>> archive = Archive(np.zeros(2), np.ones(2))
        >>> archive.add(0.5, 0.5), archive.add(0.75, 0.25), archive.add(0.8, 0.3)
        (True, True, False)
        >>> archive.hypervolume, archive.points
        (0.3125, [(0.5, 0.5), (0.75, 0.25)])
    """

    def __init__(self, ideal: FloatArray, nadir: FloatArray, *, attained: bool = False) -> None:
        self._attained = attained
        self._low = tuple(ideal.tolist())
        self._scale = tuple((nadir - ideal).tolist())
        # Sorted by the first objective, upwards, and so by the second, downwards, whose negatives stand here.
        self._first: list[float] = []
        self._second: list[float] = []
        self.hypervolume = 0.0
        self.distance = math.inf  # of the nearest point to the box, while none lies in it

    @property
    def points(self) -> list[tuple[float, float]]:
        """The points in it, scaled, sorted by the first objective."""
        return [(first, -second) for first, second in zip(self._first, self._second, strict=True)]

    def add(self, first: float, second: float) -> bool:
        """Add a point; return whether no other dominates or equals it."""
        u = (first - self._low[0]) / self._scale[0]
        v = (second - self._low[1]) / self._scale[1]
        if self._attained:
            u, v = _rounded(u), _rounded(v)
            if v == 0.0:
                u = max(u, 1.0)
            if u == 0.0:
                v = max(v, 1.0)
        here = bisect_left(self._first, u)
        # What is left of it has a lower first objective, and the last of these the lowest second.
        if here and -self._second[here - 1] <= v:
            return False
        if here < len(self._first) and self._first[here] == u and -self._second[here] <= v:
            return False
        beyond = bisect_right(self._second, -v, lo=here)  # from here to there it dominates them
        if u > 1.0 or v > 1.0:
            self.distance = min(self.distance, math.hypot(max(u - 1.0, 0.0), max(v - 1.0, 0.0)))
        else:
            self.distance = 0.0
            self.hypervolume += self._gain(u, v, here, beyond)
        self._first[here:beyond] = [u]
        self._second[here:beyond] = [-v]
        return True

    def _gain(self, u: float, v: float, here: int, beyond: int) -> float:
        """Return the area in the box that a new point dominates and the points from `here` on do not."""
        top = min(-self._second[here - 1], 1.0) if here else 1.0
        gain, left = 0.0, u
        # Strip by strip to the right: under the height that was reached so far.
        for k in range(here, len(self._first)):
            right = min(self._first[k], 1.0)
            gain += (right - left) * (top - v)
            left = right
            if k >= beyond or right >= 1.0:
                return gain
            top = min(top, -self._second[k])
        return gain + (1.0 - left) * (top - v)


def _rounded(value: float) -> float:
    """Round a scaled value as COCO does, and none to below 0."""
    steps = value / _STEP
    return max(0.0, math.floor(steps + 0.5) * _STEP) if steps < _MOST_STEPS else value
