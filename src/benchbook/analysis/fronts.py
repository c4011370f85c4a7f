"""Points with two objectives: which of them no other dominates, and what several runs attain.

References:
    Fonseca, Guerreiro, López-Ibáñez & Paquete 2011, On the computation of the empirical attainment function,
    https://doi.org/10.1007/978-3-642-19893-9_8
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.errors import UsageError
from benchbook.records import ArchiveRecord
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontAttainment:
    """What several runs attain: the corners of the steps of their attainment surfaces, each of shape `(k, 2)`.

    Attributes:
        name: Label of the runs.
        best: What at least one of them attains.
        median: What at least half of them attain.
        worst: What all of them attain; empty where their fronts have no first objective in common.
        runs: How many there are.
    """

    name: str
    best: FloatArray
    median: FloatArray
    worst: FloatArray
    runs: int


def front_attainment(name: str, fronts: Sequence[FloatArray]) -> FrontAttainment:
    """Return what at least one, half, and all of several runs attain.

    Args:
        name: Label of the runs.
        fronts: The front of each, shape `(k, 2)`; see `front`.

    Raises:
        UsageError: There is no front.
    """
    runs = len(fronts)
    if not runs:
        raise UsageError(f"{name} has no fronts, expected at least one")
    return FrontAttainment(
        name=name,
        best=attained(fronts, 1),
        median=attained(fronts, (runs + 1) // 2),
        worst=attained(fronts, runs),
        runs=runs,
    )


def attained(fronts: Sequence[FloatArray], least: int) -> FloatArray:
    """Return the corners of what at least a number of fronts attain, sorted by the first objective, shape `(k, 2)`.

    Examples:
        >>> fronts = [np.array([[0.0, 2.0], [2.0, 0.0]]), np.array([[1.0, 1.0]])]
        >>> attained(fronts, 1).tolist(), attained(fronts, 2).tolist()
        ([[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]], [[1.0, 2.0], [2.0, 1.0]])
    """
    first = np.unique(np.concatenate([points[:, 0] for points in fronts]))
    lowest = np.full((len(fronts), len(first)), np.inf)  # second objective of each front up to each first one
    for row, points in zip(lowest, fronts, strict=True):
        place = np.searchsorted(points[:, 0], first, side="right") - 1
        row[place >= 0] = points[place[place >= 0], 1]
    second = np.sort(lowest, axis=0)[least - 1]
    corner = np.isfinite(second)
    corner[1:] &= second[1:] < second[:-1]
    return np.column_stack((first[corner], second[corner]))


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
