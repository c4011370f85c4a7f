"""Observers that keep more than improvements: every value, or statistics of each generation; in bounded memory.

They pass full chunks of columns to `write`, and do not deal with files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from benchbook.typing import FloatArray

Columns: TypeAlias = Mapping[str, np.ndarray]
CHUNK_ROWS = 8192
STATISTICS = ("best", "median", "mean", "std", "diversity")


class EveryValue:
    """Keeps every value, and on request every point, in the order of evaluation.

    Examples:
        >>> chunks = []
        >>> recorder = EveryValue(chunks.append)
        >>> recorder.observe(0, np.zeros((3, 2)), np.array([3.0, 1.0, 2.0]), True)
        >>> recorder.flush()
        >>> chunks[0]["value"].tolist()
        [3.0, 1.0, 2.0]
    """

    def __init__(self, write: Callable[[Columns], None], *, points: bool = False) -> None:
        """Start empty; `write` gets the columns `value` and, with `points`, `point`."""
        self._write = write
        self._values = np.empty(CHUNK_ROWS)
        self._points: FloatArray | None = None
        self._with_points = points
        self._filled = 0

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Keep a batch; see `benchbook.protocols.Observer`."""
        end = self._filled + len(fx)
        if end > CHUNK_ROWS:
            self._observe_in_parts(x, fx)
            return
        self._values[self._filled : end] = fx
        if self._with_points:
            self._buffer(x)[self._filled : end] = x
        self._filled = end

    def flush(self) -> None:
        """Pass on the rows."""
        if self._filled:
            columns = {"value": self._values[: self._filled]}
            if self._points is not None:
                columns["point"] = self._points[: self._filled]
            self._filled = 0
            self._write(columns)

    def _observe_in_parts(self, x: FloatArray, fx: FloatArray) -> None:
        done = 0
        while done < len(fx):
            if self._filled == CHUNK_ROWS:
                self.flush()
            count = min(len(fx) - done, CHUNK_ROWS - self._filled)
            self._values[self._filled : self._filled + count] = fx[done : done + count]
            if self._with_points:
                self._buffer(x)[self._filled : self._filled + count] = x[done : done + count]
            self._filled += count
            done += count

    def _buffer(self, x: FloatArray) -> FloatArray:
        if self._points is None:
            self._points = np.empty((CHUNK_ROWS, x.shape[1]))
        return self._points


class GenerationStatistics:
    """Keeps, for each batch, its end in evaluations, and best, median, mean, standard deviation and diversity.

    Diversity is the root mean squared distance of the points to their mean. Statistics use all values of the batch: one
    infinite value makes the mean infinite.

    Examples:
        >>> chunks = []
        >>> recorder = GenerationStatistics(chunks.append)
        >>> recorder.observe(0, np.array([[0.0], [2.0]]), np.array([3.0, 1.0]), True)
        >>> recorder.flush()
        >>> [chunks[0][name].tolist() for name in ("evaluations", "best", "diversity")]
        [[2], [1.0], [1.0]]
    """

    def __init__(self, write: Callable[[Columns], None]) -> None:
        """Start empty."""
        self._write = write
        self._evaluations = np.empty(CHUNK_ROWS, dtype=np.int64)
        self._rows = np.empty((len(STATISTICS), CHUNK_ROWS))
        self._filled = 0

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Keep the statistics of a batch; see `benchbook.protocols.Observer`."""
        if self._filled == CHUNK_ROWS:
            self.flush()
        row = self._filled
        self._evaluations[row] = evaluations + len(fx)
        away = x - x.mean(axis=0)
        with np.errstate(invalid="ignore", over="ignore"):
            self._rows[:, row] = (
                fx.min(),
                np.median(fx),
                fx.mean(),
                fx.std(),
                np.sqrt(np.einsum("ij,ij->", away, away) / len(x)),
            )
        self._filled = row + 1

    def flush(self) -> None:
        """Pass on the rows."""
        if self._filled:
            count, self._filled = self._filled, 0
            statistics = {name: self._rows[k, :count] for k, name in enumerate(STATISTICS)}
            self._write({"evaluations": self._evaluations[:count], **statistics})
