"""Aggregates: statistics of runs, cell by cell, as an artifact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from benchbook.artifacts.kinds import Kind, as_document
from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.digests import canonical_json, text_digest
from benchbook.importing.objects import version_of
from benchbook.observers.targets import STANDARD_TARGETS
from benchbook.records import RunRecord, Status, Stop
from benchbook.records.study import Aggregate, CellAggregate, Spread
from benchbook.typing import FloatArray, JsonObject

BRIEF_TARGETS = (1e1, 1e0, 1e-1, 1e-2, 1e-4, 1e-8)
_SUCCESS = 1e-8


def aggregate(
    runs: Iterable[RunRecord], *, targets: Sequence[float] = STANDARD_TARGETS, clock: Clock = SYSTEM_CLOCK
) -> JsonObject:
    """Return the statistics of runs as a document of kind `aggregate`.

    A cell is optimizer, settings, function, dimension and budget. Failed runs count: their evaluations enter the
    expected running time, and targets that they hit before they failed count.

    Args:
        runs: The runs; they are read once.
        targets: Precisions, starting with the easiest.
        clock: Gives the date.

    Examples:
        >>> import benchbook as bb
        >>> runs = [bb.run("random_search", "sphere", dim=2, seed=seed, budget=100) for seed in (1, 2)]
        >>> cell = aggregate(runs)["cells"][0]
        >>> cell["runs"], cell["evaluations"], cell["successes"]
        (2, 200, 0)
    """
    cells: dict[bytes, _Cell] = {}
    pairs = []
    for record in runs:
        key = [record.optimizer.name, record.optimizer.settings, record.problem.name, record.problem.dim, record.budget]
        name = canonical_json(key)
        cells.setdefault(name, _Cell(record, targets)).add(record)
        pairs.append(f"{record.run_key}:{record.content_digest}")
    found = Aggregate(
        created_at=timestamp(clock.now()),
        version=version_of("benchbook", "0+unknown"),
        content_digest=text_digest(*sorted(pairs)),
        targets=list(targets),
        cells=[cell.aggregate() for cell in cells.values()],
    )
    return as_document(Kind.AGGREGATE, found)


class _Cell:
    """A few numbers of each run of a cell."""

    def __init__(self, first: RunRecord, targets: Sequence[float]) -> None:
        self._first = first
        self._targets = np.array(targets)
        self._statuses: list[tuple[bool, bool]] = []
        self._numbers: list[tuple[float | None, ...]] = []
        self._evaluations: list[int] = []
        self._hits: list[np.ndarray] = []
        self._known = True

    def add(self, record: RunRecord) -> None:
        timed_out = record.stop is Stop.TIMEOUT
        self._statuses.append((record.status is Status.FAILED and not timed_out, timed_out))
        timing = record.timing
        seconds = (timing.total_s, timing.optimizer_s, timing.objective_s)
        self._numbers.append((record.precision, *seconds, record.memory.peak_rss_bytes, record.memory.grown_bytes))
        self._evaluations.append(record.evaluations)
        f_opt = record.problem.f_opt
        self._known = self._known and f_opt is not None
        if f_opt is not None:
            values = np.append(record.history.best_values - f_opt, -np.inf)
            self._hits.append(values[:-1].size - np.searchsorted(values[:-1][::-1], self._targets, side="right"))
            at = np.append(record.history.evaluations.astype(np.float64), np.nan)
            self._hits[-1] = at[self._hits[-1]]

    def aggregate(self) -> CellAggregate:
        first = self._first
        columns = list(zip(*self._numbers, strict=True))
        spreads = {name: spread(column) for name, column in zip(_SPREADS, columns, strict=True)}
        failed, timed_out = (sum(flags) for flags in zip(*self._statuses, strict=True))
        successes = sum(p is not None and p <= _SUCCESS for p in columns[0])
        runs = len(self._numbers)
        ert, hits = self._running_times()
        return CellAggregate(
            optimizer=first.optimizer.name,
            settings=first.optimizer.settings,
            function=first.problem.name,
            dim=first.problem.dim,
            budget=first.budget,
            runs=runs,
            failed=failed,
            timed_out=timed_out,
            evaluations=sum(self._evaluations),
            successes=successes,
            success_rate=successes / runs if self._known else None,
            ert=ert,
            hits=hits,
            **spreads,
        )

    def _running_times(self) -> tuple[list[float | None] | None, list[int] | None]:
        """Return the expected running time to each target and how many runs hit it; None for an unknown optimum."""
        if not self._known:
            return None, None
        hits = np.array(self._hits)
        reached = np.isfinite(hits)
        spent = np.where(reached, hits, np.array(self._evaluations)[:, np.newaxis]).sum(axis=0)
        counts = reached.sum(axis=0)
        ert = [float(s / n) if n else None for s, n in zip(spent.tolist(), counts.tolist(), strict=True)]
        return ert, counts.tolist()


_SPREADS = ("precision", "total_s", "optimizer_s", "objective_s", "peak_rss_bytes", "grown_bytes")


def spread(values: Iterable[float | None]) -> Spread:
    """Return statistics of numbers; None is left out; without numbers all statistics are None.

    Examples:
        >>> spread([1.0, 2.0, None, 4.0]).median
        2.0
    """
    known: FloatArray = np.array([value for value in values if value is not None], dtype=np.float64)
    if not known.size:
        return Spread()
    quantiles = np.quantile(known, list(_QUANTILES.values())).tolist()
    return Spread(
        least=float(known.min()),
        **dict(zip(_QUANTILES, quantiles, strict=True)),
        greatest=float(known.max()),
        mean=float(known.mean()),
        std=float(known.std(ddof=1)) if known.size > 1 else None,
    )


_QUANTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "p95": 0.95}
