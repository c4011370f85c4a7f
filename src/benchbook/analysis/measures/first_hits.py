"""First hits: the evaluation at which each run first was within each target. Most measures are sums of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.columns import Columns
from benchbook.errors import UsageError
from benchbook.typing import FloatArray

_MOST_AT_ONCE = 2_000_000  # improvements processed at once; limits the memory


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FirstHits:
    """First hits of runs.

    Attributes:
        table: The runs.
        targets: Shape `(targets,)` where all runs have the same, else `(runs, targets)`.
        evaluations: First evaluation within each target, shape `(runs, targets)`; infinite if there is none.
    """

    table: Columns
    targets: FloatArray
    evaluations: FloatArray

    @property
    def reached(self) -> np.ndarray:
        """Whether each run reached each target, shape `(runs, targets)`."""
        return np.isfinite(self.evaluations)

    def spent(self) -> FloatArray:
        """Return evaluations until the hit, or until the run stopped, shape `(runs, targets)`."""
        return np.where(self.reached, self.evaluations, self.table.evaluations[:, np.newaxis].astype(np.float64))


def first_hits(table: Columns, targets: FloatArray) -> FirstHits:
    """Return the first evaluation at which best value - f_opt <= target, for each run and target.

    Args:
        table: The runs.
        targets: Precisions, shape `(targets,)`, in any order.
    """
    order = np.argsort(-targets, kind="stable")
    falling = targets[order]
    found = np.empty((len(table), len(targets)))
    for start, stop in _blocks(table):
        found[start:stop] = _first_hits_of_block(table, start, stop, falling)
    in_order = np.empty_like(found)
    in_order[:, order] = found
    return FirstHits(table=table, targets=targets, evaluations=in_order)


def first_hits_by_problem(table: Columns, targets: Mapping[tuple[str, int], FloatArray]) -> FirstHits:
    """Return first hits if each function and dimension has its own targets, such as run-length based ones.

    Raises:
        UsageError: A function and dimension of the table has no targets, or their numbers differ.
    """
    number = {len(values) for values in targets.values()}
    if len(number) != 1:
        raise UsageError(f"the problems have {sorted(number)} targets, expected the same number for all")
    width = number.pop()
    found = np.empty((len(table), width))
    used = np.empty((len(table), width))
    pairs = np.unique(np.stack((table.function, table.dim)), axis=1).T
    for function, dim in pairs:
        name = table.functions[function]
        if (name, int(dim)) not in targets:
            raise UsageError(f"no targets for {name} in dimension {dim}")
        runs = np.flatnonzero((table.function == function) & (table.dim == dim))
        own = targets[name, int(dim)]
        found[runs] = first_hits(table.pick(runs), own).evaluations
        used[runs] = own
    return FirstHits(table=table, targets=used, evaluations=found)


def _blocks(table: Columns) -> list[tuple[int, int]]:
    """Return consecutive ranges of runs of bounded numbers of improvements."""
    edges = np.searchsorted(table.offsets, np.arange(0, table.offsets[-1], _MOST_AT_ONCE), side="right") - 1
    marks = np.unique(np.concatenate(([0], edges, [len(table)])))
    return list(zip(marks[:-1].tolist(), marks[1:].tolist(), strict=True))


def _first_hits_of_block(table: Columns, start: int, stop: int, falling: FloatArray) -> FloatArray:
    """Return first hits of consecutive runs, for falling targets.

    Each improvement reaches a number of targets; repeating its evaluation this often fills each run's row from left to
    right.
    """
    width = len(falling)
    hits = np.full((stop - start, width), np.inf)
    begin, end = table.offsets[start], table.offsets[stop]
    if begin == end:
        return hits
    precisions = table.precisions[begin:end]
    reached = np.searchsorted(-falling, -precisions, side="right")  # targets >= precision; NaN sorts last
    reached[np.isnan(precisions)] = 0
    firsts = table.offsets[start:stop] - begin
    firsts = firsts[firsts < end - begin]
    gained = np.diff(reached, prepend=0)
    gained[firsts] = reached[firsts]
    run = np.repeat(np.arange(stop - start), np.diff(table.offsets[start : stop + 1]))
    total = np.bincount(run, weights=gained, minlength=stop - start).astype(np.int64)
    hits[np.arange(width) < total[:, np.newaxis]] = np.repeat(table.at[begin:end], gained)
    return hits
