"""Measures of run tables; each is a pure function with its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchbook.analysis.cells import cells
from benchbook.analysis.measures.ert import RunningTimes, expected_running_times
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.statistics.ties import tied
from benchbook.analysis.table import RunTable
from benchbook.errors import UnknownNameError, UsageError
from benchbook.records import RunRecord
from benchbook.typing import FloatArray, IntArray

FLOOR = 1e-12  # lower precisions count as equal; keeps logarithms finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """Quantiles over runs of the best precision so far.

    Attributes:
        evaluations: Evaluations, shape `(k,)`, rising.
        low: Lower quartile, shape `(k,)`; `inf` before the first finite value.
        median: Median, shape `(k,)`.
        high: Upper quartile, shape `(k,)`.
        runs: Number of runs.
    """

    evaluations: IntArray
    low: FloatArray
    median: FloatArray
    high: FloatArray
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """Evaluations that one optimizer needs for a target on one function and dimension.

    Attributes:
        ert: Expected running time in evaluations: all evaluations spent until the target or the end, over the number
            of successes; None without a success.
        successes: Runs that reached the target.
        runs: All runs.
    """

    optimizer: str
    function: str
    dim: int
    target: float
    ert: float | None
    successes: int
    runs: int


def convergence(runs: Sequence[RunRecord], points: int = 60) -> Convergence:
    """Return the quartiles of the best precision so far, at log-spaced evaluations up to the largest budget.

    A run that ended early keeps its last value.

    Raises:
        UsageError: The table is empty.
    """
    if not len(runs):
        raise UsageError("convergence needs at least one run, the table is empty")
    budget = max(getattr(r, "budget", None) or r.evaluations for r in runs)  # unknown for imported runs
    grid = np.unique(np.geomspace(1, budget, min(points, budget)).round().astype(np.int64))
    curves = np.array([best_at(r, grid) for r in runs])
    # An order statistic without interpolation, because entries may be infinite.
    low, median, high = np.quantile(curves, [0.25, 0.5, 0.75], axis=0, method="inverted_cdf")
    return Convergence(evaluations=grid, low=low, median=median, high=high, runs=len(runs))


def best_at(run: RunRecord, evaluations: IntArray) -> FloatArray:
    """Return the best precision after each number of evaluations, shape of `evaluations`; `inf` before the first."""
    f_opt = run.problem.f_opt or 0.0
    steps = np.concatenate(([np.inf], np.maximum(run.history.best_values - f_opt, FLOOR)))
    return steps[np.searchsorted(run.history.evaluations, evaluations, side="right")]


def first_hit(run: RunRecord, target: float) -> int | None:
    """Return the evaluation at which a run first was within `target` of the optimum; None if it never was.

    Examples:
        >>> import benchbook as bb
        >>> first_hit(bb.run("random_search", "sphere", dim=2, seed=1, budget=50), 1e9)
        1
    """
    if run.problem.f_opt is None:
        return None
    hits = run.history.best_values - run.problem.f_opt <= target
    return int(run.history.evaluations[np.argmax(hits)]) if hits.any() else None


def evaluations_to_targets(runs: RunTable, targets: Sequence[float]) -> list[TargetRow]:
    """Return the expected running time (ERT) for each optimizer, function, dimension and target.

    ERT counts the evaluations of failed runs (Hansen et al., COCO: https://numbbo.github.io/coco-doc/perf-assessment).

    Examples:
        >>> import tempfile, benchbook as bb
        >>> made = bb.study(optimizers="cma_es", functions="sphere", dims=2, instances=[1], seeds=2, budget=300)
        >>> rows = evaluations_to_targets(made.run(tempfile.mkdtemp()), [1.0, 1e-3])
        >>> [(row.optimizer, row.target) for row in rows][:2]
        [('cma_es', 1.0), ('cma_es', 0.001)]
    """
    table = runs.columns()
    times = expected_running_times(first_hits(table, np.array(targets, dtype=np.float64)), cells(table))
    place = {name: number for number, name in enumerate(times.cells.names)}
    # Variants have their own labels, `name[setting=value]`; all are in order of appearance of their names.
    labels = sorted(times.cells.optimizers, key=lambda label: runs.optimizers.index(label.partition("[")[0]))
    rows = []
    for function in runs.functions:
        for dim in runs.dims:
            for optimizer in labels:
                cell = place.get((optimizer, function, dim))
                if cell is not None:
                    rows += [_target_row(times, cell, column, target) for column, target in enumerate(targets)]
    return rows


def paired_wins(runs: RunTable, optimizer: str, control: str) -> tuple[int, int]:
    """Return the number of problems and seeds on which the optimizer ended lower than the control, and their total.

    Values below the hardest target, and values that differ by rounding only, are ties.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> made = bb.study(optimizers="cma_es", functions="sphere", dims=2, instances=[1, 2], seeds=2, budget=300)
        >>> paired_wins(made.run(tempfile.mkdtemp()), "cma_es", "random_search")
        (4, 4)
    """
    theirs = {_pair(r): r.precision for r in _selected(runs, optimizer=control)}
    wins = pairs = 0
    for run in runs.select(optimizer=optimizer):
        other = theirs.get(_pair(run))
        if run.precision is None or other is None:
            continue
        pairs += 1
        mine, theirs_tied = tied(np.array([run.precision, other]))
        wins += bool(mine < theirs_tied)
    return wins, pairs


def centre_bias(runs: RunTable, optimizer: str, functions: Sequence[str], dim: int) -> float | None:
    """Return by how many orders of magnitude the textbook instance is solved more precisely than shifted ones.

    The difference of the median log10 precision between shifted instances (>= 1) and the textbook instance (0), which
    has its optimum in the centre of the box or at the origin; median over the functions. None if runs are missing.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> made = bb.study(optimizers="grey_wolf", functions="ackley", dims=5, instances=[0, 1], seeds=3, budget=2000)
        >>> centre_bias(made.run(tempfile.mkdtemp()), "grey_wolf", ["ackley"], 5) > 3  # it is drawn to the origin
        True
    """
    differences = []
    for function in functions:
        cell = _selected(runs, optimizer=optimizer, function=function, dim=dim)
        textbook, shifted = cell.select(instance=0), cell.shifted()
        if not len(textbook) or not len(shifted):
            return None
        differences.append(_median_log10(shifted) - _median_log10(textbook))
    return float(np.median(differences)) if differences else None


def orders_of_magnitude_behind(
    runs: RunTable, optimizer: str, reference: str, *, least: float = FLOOR
) -> tuple[float | None, list[tuple[str, int, float]]]:
    """Return by how many orders of magnitude an optimizer is less precise than a reference; below 0: more precise.

    The difference of the median log10 precision of each function and dimension that both have runs of, and the median
    of these differences. Precisions below `least` count as it.

    Returns:
        The median, None if they have no function in common, and (function, dim, difference) of each.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> made = bb.study(optimizers="cma_es", functions="sphere", dims=2, instances=[1, 2], seeds=2, budget=300)
        >>> median, each = orders_of_magnitude_behind(made.run(tempfile.mkdtemp()), "cma_es", "random_search")
        >>> median < -1, len(each)
        (True, 1)
    """
    gaps: list[tuple[str, int, float]] = []
    for function in runs.functions:
        for dim in runs.dims:
            own, theirs = (
                _selected(runs, optimizer=name, function=function, dim=dim) for name in (optimizer, reference)
            )
            if len(own) and len(theirs):
                gaps.append((function, dim, _median_log10(own, least) - _median_log10(theirs, least)))
    return (float(np.median([gap for _, _, gap in gaps])) if gaps else None), gaps


decades_behind = orders_of_magnitude_behind  # its former name


def improvements_ratio(runs: RunTable) -> float:
    """Return the improvements found over those expected of as many independent draws.

    Of n independent draws from a continuous distribution, H(n) = 1 + 1/2 + ... + 1/n are records in expectation
    (Rényi 1962), whatever the distribution.

    Raises:
        UsageError: The table is empty.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> made = bb.study(optimizers="random_search", functions="sphere", dims=2, instances=[1], seeds=20, budget=99)
        >>> 0.8 < improvements_ratio(made.run(tempfile.mkdtemp())) < 1.2
        True
    """
    if not len(runs):
        raise UsageError("improvements_ratio needs at least one run, the table is empty")
    found = sum(len(r.history.evaluations) for r in runs)
    expected = sum(float(np.sum(1.0 / np.arange(1, r.evaluations + 1))) for r in runs)
    return found / expected


def _median_log10(runs: RunTable, least: float = FLOOR) -> float:
    return float(np.median(np.log10(np.maximum(runs.precisions(), least))))


def _pair(run: RunRecord) -> tuple[str, int, int, int]:
    return run.problem.name, run.problem.dim, run.problem.instance, run.seed


def _target_row(times: RunningTimes, cell: int, column: int, target: float) -> TargetRow:
    optimizer, function, dim = times.cells.names[cell]
    ert = float(times.ert[cell, column])
    return TargetRow(
        optimizer=optimizer,
        function=function,
        dim=dim,
        target=target,
        ert=ert if np.isfinite(ert) else None,
        successes=int(times.successes[cell, column]),
        runs=int(times.runs[cell]),
    )


def _selected(runs: RunTable, **which: Any) -> RunTable:
    """Return the matching runs; an unknown name gives none, because a measure of no runs is not an error."""
    try:
        return runs.select(**which)
    except UnknownNameError:
        return runs.select(seed=())
