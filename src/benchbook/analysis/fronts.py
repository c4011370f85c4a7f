"""Points with two objectives: which of them no other dominates."""

from __future__ import annotations

import numpy as np

from benchbook.typing import FloatArray


def dominators(values: FloatArray) -> FloatArray:
    """Return how many other points dominate each, shape `(n,)`.

    Args:
        values: Two objectives of each point, shape `(n, 2)`.

    Examples:
        >>> dominators(np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])).tolist()
        [0.0, 0.0, 2.0]
    """
    first, second = values[:, 0], values[:, 1]
    no_worse = (first[:, np.newaxis] <= first) & (second[:, np.newaxis] <= second)
    better = (first[:, np.newaxis] < first) | (second[:, np.newaxis] < second)
    count: FloatArray = np.count_nonzero(no_worse & better, axis=0).astype(np.float64)
    return count


def front(values: FloatArray) -> FloatArray:
    """Return the points that no other dominates, each once, sorted by the first objective, shape `(k, 2)`.

    Examples:
        >>> front(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 1.0]])).tolist()
        [[0.0, 1.0], [1.0, 0.0]]
    """
    order = np.lexsort((values[:, 1], values[:, 0]))
    ordered = values[order]
    lowest = np.minimum.accumulate(ordered[:, 1])
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:, 1] < lowest[:-1]
    return ordered[first]
