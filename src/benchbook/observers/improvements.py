"""The lossless history of improvements."""

from __future__ import annotations

import math

import numpy as np

from benchbook.records import History
from benchbook.typing import FloatArray, IntArray

# Values are buffered up to this number before improvements are searched: one pass over many batches is cheaper.
_PENDING_VALUES = 4096
# About as many single points wait: a dict that stays small stays in the processor's cache.
_SINGLES_MASK = 4095


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
        # Points that came alone, each of them an improvement: their values, by the evaluations done before. Setting
        # an item of a dict is less than half of the cost of appending to two lists.
        self._singles: dict[int, float] = {}

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Add the improvements of one batch; see `benchbook.protocols.Observer`."""
        if not improved:
            return
        if len(fx) == 1:
            self._singles[evaluations] = fx.item()
            if not evaluations & _SINGLES_MASK:
                self._settle()
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
        """Find the improvements in what waits: batches, and single points that came after them."""
        self._settle_batches()
        if not self._singles:
            return
        count = len(self._singles)
        starts = np.fromiter(self._singles, dtype=np.int64, count=count)
        values = np.fromiter(self._singles.values(), dtype=np.float64, count=count)
        self._found.append((starts + 1, values))
        self._best = float(values[-1])
        self._singles.clear()

    def _settle_batches(self) -> None:
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
