"""Points with two objectives: which of them no other dominates."""

from __future__ import annotations

import numpy as np

from benchbook.records import ArchiveRecord
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


def front_at(archive: ArchiveRecord, evaluations: int | None = None) -> FloatArray:
    """Return the points of an archive that no other dominated after a number of evaluations, shape `(k, 2)`.

    They are sorted by the first objective.

    Args:
        archive: What a run kept: `record.archive`.
        evaluations: How many evaluations; the whole run unless given.

    Examples:
        >>> import benchbook as bb
        >>> record = bb.run("random_search", "bbob_biobj_f1", dim=2, seed=1, budget=100)
        >>> [len(front_at(record.archive, evaluations)) for evaluations in (0, 1, 100)]
        [0, 1, 2]
    """
    most = len(archive.evaluations)
    if evaluations is not None:
        most = int(np.searchsorted(archive.evaluations, evaluations, side="right"))
    return front(np.column_stack((archive.first[:most], archive.second[:most])))
