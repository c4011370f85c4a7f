"""The trace of a run: every point, in memory; for pictures of short runs."""

from __future__ import annotations

import numpy as np

from benchbook.typing import FloatArray


class PointTrace:
    """Keeps a copy of every point and value; memory grows with the evaluations.

    Examples:
        >>> trace = PointTrace()
        >>> trace.observe(0, np.zeros((4, 2)), np.ones(4), True)
        >>> trace.points.shape, trace.values.shape
        ((4, 2), (4,))
    """

    def __init__(self) -> None:
        """Start empty."""
        self._points: list[FloatArray] = []
        self._values: list[FloatArray] = []

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Keep a batch; see `benchbook.protocols.Observer`."""
        self._points.append(x.copy())
        self._values.append(fx.copy())

    @property
    def points(self) -> FloatArray:
        """All points, shape `(n, dim)`."""
        return np.concatenate(self._points) if self._points else np.empty((0, 0))

    @property
    def values(self) -> FloatArray:
        """Their values, shape `(n,)`."""
        return np.concatenate(self._values) if self._values else np.empty(0)
