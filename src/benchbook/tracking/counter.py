"""Counting evaluations from many threads, cheaply."""

from __future__ import annotations

import threading

from benchbook.typing import FloatArray


class Counter:
    """A number that many threads add to."""

    def __init__(self) -> None:
        """Start at 0."""
        self._lock = threading.Lock()
        self._value = 0

    def add(self, more: int) -> None:
        """Add to it."""
        with self._lock:
            self._value += int(more)  # NumPy's integers have 64 bits and no JSON form

    @property
    def value(self) -> int:
        """The current number."""
        return self._value


class EvaluationCount:
    """An observer that adds each batch to a counter.

    Examples:
        >>> counter = Counter()
        >>> EvaluationCount(counter).observe(0, None, [3.0, 1.0], True)
        >>> counter.value
        2
    """

    def __init__(self, counter: Counter) -> None:
        """Keep the counter."""
        self._counter = counter

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Count a batch; see `benchbook.protocols.Observer`."""
        self._counter.add(len(fx))
