"""The lossless history of improvements."""

from __future__ import annotations

import math

import numpy as np

from benchbook.records import History
from benchbook.typing import FloatArray, IntArray

# So many values wait before the improvements among them are looked for: one pass over many batches costs less.
_PENDING_VALUES = 4096


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
        self._found: list[tuple[IntArray, FloatArray]] = []
        self._batches: list[FloatArray] = []
        self._starts: list[int] = []
        self._lengths: list[int] = []
        self._pending = 0
        # Points that came alone: each of them is an improvement.
        self._single_starts: list[int] = []
        self._singles: list[float] = []
        # Bound once: with points that come one by one, looking the methods up is a fifth of the cost.
        self._add_start = self._single_starts.append
        self._add_single = self._singles.append

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Add the improvements of one batch; see `benchbook.protocols.Observer`."""
        if not improved:
            return
        if len(fx) == 1:
            if self._pending:
                self._settle()
            self._add_start(evaluations)
            self._add_single(fx.item())
            return
        if self._singles:
            self._settle()
        self._batches.append(fx.copy())
        self._starts.append(evaluations)
        self._lengths.append(len(fx))
        self._pending += len(fx)
        if self._pending > _PENDING_VALUES:
            self._settle()

    def _settle(self) -> None:
        """Find the improvements in the batches that wait; only batches or only single points wait at a time."""
        if self._singles:
            self._found.append((np.array(self._single_starts) + 1, np.array(self._singles)))
            self._best = self._singles[-1]
            self._single_starts.clear()
            self._singles.clear()
        if not self._pending:
            return
        values = np.concatenate(self._batches)
        running = np.minimum.accumulate(np.minimum(values, self._best))
        before = np.concatenate(([self._best], running[:-1]))
        rows = np.flatnonzero(running < before)
        # The evaluation of a row is its batch's start plus its place in the batch.
        lengths = np.array(self._lengths)
        offsets = np.array(self._starts) - (np.cumsum(lengths) - lengths)
        self._found.append((rows + np.repeat(offsets, lengths)[rows] + 1, values[rows]))
        self._best = float(running[-1])
        self._batches.clear()
        self._starts.clear()
        self._lengths.clear()
        self._pending = 0

    @property
    def history(self) -> History:
        """The improvements so far."""
        self._settle()
        if not self._found:
            return History(evaluations=np.empty(0, dtype=np.int64), best_values=np.empty(0))
        evaluations, values = zip(*self._found, strict=True)
        return History(evaluations=np.concatenate(evaluations), best_values=np.concatenate(values))
