"""The lossless history of improvements."""

from __future__ import annotations

import math

import numpy as np

from benchbook.records import History
from benchbook.typing import FloatArray


class ImprovementHistory:
    """Keeps each evaluation at which the best value fell, and the value; memory grows with improvements only.

    Examples:
        >>> history = ImprovementHistory()
        >>> history.observe(0, np.zeros((4, 1)), np.array([3.0, 5.0, 2.0, 2.0]), True)
        >>> history.history.evaluations.tolist(), history.history.best_values.tolist()
        ([1, 3], [3.0, 2.0])
    """

    def __init__(self) -> None:
        """Start with no improvement."""
        self._best = math.inf
        self._evaluations: list[int] = []
        self._values: list[float] = []

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Add the improvements of one batch; see `benchbook.protocols.Observer`."""
        if not improved:
            return
        if len(fx) == 1:
            self._add(evaluations + 1, float(fx[0]))
            return
        running = np.minimum.accumulate(np.minimum(fx, self._best))
        before = np.concatenate(([self._best], running[:-1]))
        rows = np.flatnonzero(running < before)
        self._evaluations += (rows + (evaluations + 1)).tolist()
        self._values += running[rows].tolist()
        self._best = self._values[-1]

    def _add(self, evaluation: int, value: float) -> None:
        self._evaluations.append(evaluation)
        self._values.append(value)
        self._best = value

    @property
    def history(self) -> History:
        """The improvements so far."""
        return History(
            evaluations=np.array(self._evaluations, dtype=np.int64),
            best_values=np.array(self._values, dtype=np.float64),
        )
