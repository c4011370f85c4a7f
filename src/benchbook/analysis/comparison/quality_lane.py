"""The quality lane of a comparison: ERT ratios and AOCC differences, tested by exchanging labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from benchbook.analysis.comparison.thresholds import Thresholds
from benchbook.analysis.comparison.verdicts import Row, Verdict
from benchbook.analysis.statistics.intervals import Estimate, ert_of, ert_ratio, mean_difference
from benchbook.analysis.statistics.permutation import (
    EXCHANGES,
    exchanged_log_ert_ratios,
    exchanged_means,
    exchanges,
    sequential_p_value,
    shuffled,
)
from benchbook.analysis.statistics.tests import holm
from benchbook.analysis.student import t_quantile
from benchbook.analysis.suites import suite_of, suites_of
from benchbook.records.published import CellSummary
from benchbook.typing import FloatArray, IntArray

Pair = tuple[CellSummary, CellSummary]
_LEAST_RUNS = 5
_MOST_EXCHANGES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Test:
    """A row before the p-values are adjusted: with its raw p-value, and whether its effect is large enough."""

    row: Row
    p: float | None = None
    better: bool = False
    large: bool = False
    small: bool = False  # the whole interval is within the thresholds


@dataclass(frozen=True, slots=True)
class _Areas:
    """The AOCC of the runs of a cell on both sides, aligned."""

    then: FloatArray
    now: FloatArray
    paired: bool

    def lots(self, seed: int) -> FloatArray:
        """Return the difference of the means under exchanges, the observed one first."""
        members = exchanges(len(self.now), len(self.then), paired=self.paired, seed=seed)
        return exchanged_means(self.now, self.then, members)

    def log_ways(self) -> float:
        """Return the logarithm of the number of ways in which the labels can be exchanged."""
        n, m = len(self.now), len(self.then)
        if self.paired:
            return n * math.log(2)
        return math.lgamma(n + m + 1) - math.lgamma(n + 1) - math.lgamma(m + 1)

    def standard_error(self) -> float:
        """Return the standard error of the difference of the means."""
        if min(len(self.then), len(self.now)) < 2:
            return float("nan")
        if self.paired:
            return float(np.std(self.now - self.then, ddof=1) / np.sqrt(len(self.then)))
        return float(np.sqrt(np.var(self.then, ddof=1) / len(self.then) + np.var(self.now, ddof=1) / len(self.now)))


def quality_rows(pairs: Sequence[Pair], limits: Thresholds) -> tuple[list[Row], dict[str, float | None]]:
    """Return the rows of all cells and optimizers, and the detectable loss of AOCC by optimizer.

    All p-values of the lane are adjusted together by Holm's method, so that the probability of any false alarm is
    `alpha`.
    """
    tests: list[_Test] = []
    areas: dict[tuple[str, str], list[_Areas]] = {}
    suites = suites_of(then.function for then, _ in pairs)
    most = _exchanges_for(2 * len(pairs) + len({then.optimizer for then, _ in pairs}), limits)
    for then, now in pairs:
        if then.budget != now.budget:
            unlike = _undecided(then, "ERT", f"budgets differ: {then.budget} then, {now.budget} now")
            tests.append(replace(unlike, row=replace(unlike.row, gap=True)))
            continue
        one, other, paired = aligned(then, now)
        tests.append(_ert_test(then, now, one, other, paired, limits, most))
        if then.aocc is None or now.aocc is None:
            tests.append(_undecided(then, "AOCC", "no known optimum"))
            continue
        cell = _Areas(then.aocc[one], now.aocc[other], paired)
        tests.append(_aocc_test(then, cell, limits, most))
        areas.setdefault((then.optimizer, suite_of(then.function)), []).append(cell)
    tests += [
        _overall(name, "all" if len(suites) == 1 else suite, cells, limits, most)
        for (name, suite), cells in areas.items()
        if len(cells) > 1
    ]
    rows = _judged(tests, limits)
    total = sum(test.p is not None for test in tests)
    found: dict[str, float | None] = {}
    for (name, _), cells in areas.items():
        loss = _detectable(cells, total, limits)
        before = found.get(name, 0.0)  # of several suites the one in which the least is noticed counts
        found[name] = None if loss is None or before is None else max(loss, before)
    return rows, found


def _exchanges_for(tests: int, limits: Thresholds) -> int:
    """Return how many exchanges are needed for a p-value that can be below alpha after correction for all tests."""
    return int(min(2 * tests / limits.alpha, _MOST_EXCHANGES))


def aligned(then: CellSummary, now: CellSummary) -> tuple[IntArray, IntArray, bool]:
    """Return the positions of the runs on both sides, and whether they form pairs.

    Pairs are runs with the same instance and seed, or with the same instance if each has one run on each side.
    """
    for keys in ([_keys(then), _keys(now)], [then.instances.tolist(), now.instances.tolist()]):
        one, other = ({key: place for place, key in enumerate(side)} for side in keys)
        if len(one) == len(then) and len(other) == len(now) and one.keys() == other.keys():
            return np.arange(len(then)), np.array([other[key] for key in one], dtype=np.int64), True
    return np.arange(len(then)), np.arange(len(now)), False


def _keys(cell: CellSummary) -> list[tuple[int, int]]:
    return list(zip(cell.instances.tolist(), cell.seeds.tolist(), strict=True))


def _ert_test(
    then: CellSummary,
    now: CellSummary,
    one: IntArray,
    other: IntArray,
    paired: bool,
    limits: Thresholds,
    most: int,
) -> _Test:
    if then.target is None:
        return _undecided(then, "ERT", "the baseline reaches no target in half of its runs")
    metric = f"ERT({then.target:g})"
    a, b = (
        (now.hits[other], now.evaluations[other].astype(float)),
        (then.hits[one], then.evaluations[one].astype(float)),
    )
    estimate = ert_ratio(a, b)
    base, current = ert_of(*b), ert_of(*a)
    row = _row(then, metric, base, current, estimate)
    same = paired and np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1])
    if same:
        return _Test(replace(row, verdict=Verdict.UNCHANGED, reason="identical runs"), small=True)
    if min(len(one), len(other)) < _LEAST_RUNS:
        return _few(row, len(one), len(other))
    sides = [(np.where(np.isfinite(hit), hit, spent), np.isfinite(hit).astype(float)) for hit, spent in (a, b)]

    def lots(seed: int) -> FloatArray:
        members = exchanges(len(other), len(one), paired=paired, seed=seed)
        return exchanged_log_ert_ratios(sides[0], sides[1], members)

    large = abs(current - base) >= limits.ert_absolute_per_dim * then.dim if np.isfinite(current) else True
    large = large and abs(current / base - 1) >= limits.quality_relative
    edge = 1 + limits.quality_relative
    small = estimate.low is not None and estimate.high is not None and 1 / edge < estimate.low <= estimate.high < edge
    return _Test(row, sequential_p_value(lots, most), bool(current < base), bool(large), small)


def _aocc_test(then: CellSummary, cell: _Areas, limits: Thresholds, most: int) -> _Test:
    a, b = cell.now, cell.then
    estimate = mean_difference(a, b, paired=cell.paired)
    row = _row(then, "AOCC", float(b.mean()), float(a.mean()), estimate)
    if cell.paired and np.array_equal(a, b):
        return _Test(replace(row, verdict=Verdict.UNCHANGED, reason="identical runs"), small=True)
    if min(len(a), len(b)) < _LEAST_RUNS:
        return _few(row, len(b), len(a))
    if not row.baseline:
        return _Test(replace(row, reason="the baseline is zero"))
    large, small = _size(estimate, row.baseline, limits)
    return _Test(row, sequential_p_value(cell.lots, most), bool(a.mean() > b.mean()), large, small)


def _overall(name: str, functions: str, cells: Sequence[_Areas], limits: Thresholds, most: int) -> _Test:
    """Test the mean over cells: exchanges are made within each cell, independently."""
    before = float(np.mean([cell.then.mean() for cell in cells]))
    difference = float(np.mean([cell.now.mean() - cell.then.mean() for cell in cells]))
    error = _error(cells)
    freedom = sum(min(len(cell.then), len(cell.now)) - 1 for cell in cells)
    reach = t_quantile(0.975, freedom) * error
    estimate = Estimate(value=difference, low=difference - reach, high=difference + reach)
    row = Row(
        lane="quality",
        optimizer=name,
        function=functions,
        dim=None,
        metric=f"AOCC, mean of {len(cells)} cells",
        baseline=before,
        current=before + difference,
        verdict=Verdict.UNDECIDED,
        low=estimate.low,
        high=estimate.high,
    )
    if all(cell.paired and np.array_equal(cell.then, cell.now) for cell in cells):
        return _Test(replace(row, verdict=Verdict.UNCHANGED, reason="identical runs"), small=True)
    if min(min(len(cell.then), len(cell.now)) for cell in cells) < 2 or not before:
        return _Test(replace(row, reason="too few runs" if before else "the baseline is zero"))

    def lots(seed: int) -> FloatArray:
        total = np.zeros(EXCHANGES)
        for number, cell in enumerate(cells):
            total += shuffled(cell.lots(seed), number, seed)
        return total / len(cells)

    large, small = _size(estimate, before, limits)
    return _Test(row, sequential_p_value(lots, most), difference > 0, large, small)


def _error(cells: Sequence[_Areas]) -> float:
    """Return the standard error of the difference of the mean over cells."""
    return float(np.sqrt(np.sum(np.square([cell.standard_error() for cell in cells])))) / len(cells)


def _size(estimate: Estimate, base: float, limits: Thresholds) -> tuple[bool, bool]:
    """Return whether a difference of AOCC is large enough to count, and whether it is certainly too small."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return False, False
    edge = max(limits.aocc_absolute, limits.quality_relative * base)
    return abs(estimate.value) >= edge, -edge < estimate.low <= estimate.high < edge


def _judged(tests: Sequence[_Test], limits: Thresholds) -> list[Row]:
    adjusted = iter(holm([test.p for test in tests if test.p is not None]))
    rows = []
    for test in tests:
        if test.p is None:
            rows.append(test.row)
            continue
        p = next(adjusted)
        if p < limits.alpha and test.large:
            verdict = Verdict.BETTER if test.better else Verdict.WORSE
            reason = ""
        elif test.small or p < limits.alpha:
            verdict, reason = Verdict.UNCHANGED, "the difference is within the thresholds"
        else:
            verdict, reason = Verdict.UNDECIDED, "not significant"
        rows.append(replace(test.row, verdict=verdict, reason=reason, p=p))
    return rows


def _detectable(cells: Sequence[_Areas], tests: int, limits: Thresholds) -> float | None:
    """Return the loss of AOCC over all cells that is detected with the stated power, by the normal approximation.

    It uses the strictest level of Holm's method, alpha / number of tests, so that the power is not overstated. None if
    there are so few runs that no loss could be significant at that level.
    """
    error = _error(cells)
    if not np.isfinite(error) or not tests:
        return None
    level = limits.alpha / tests
    if math.log(2 / level) > sum(cell.log_ways() for cell in cells) or 1 / level > _MOST_EXCHANGES:
        return None
    normal = NormalDist()
    reach = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(limits.power)
    base = float(np.mean([cell.then.mean() for cell in cells]))
    return max(reach * error, limits.aocc_absolute, limits.quality_relative * base)


def _row(cell: CellSummary, metric: str, base: float, current: float, estimate: Estimate) -> Row:
    return Row(
        lane="quality",
        optimizer=cell.optimizer,
        function=cell.function,
        dim=cell.dim,
        metric=metric,
        baseline=base,
        current=current,
        verdict=Verdict.UNDECIDED,
        low=estimate.low,
        high=estimate.high,
    )


def _few(row: Row, n: int, m: int) -> _Test:
    reason = f"too few runs: {n} then, {m} now, at least {_LEAST_RUNS} are needed"
    return _Test(replace(row, reason=reason))


def _undecided(cell: CellSummary, metric: str, reason: str) -> _Test:
    row = _row(cell, metric, 0.0, 0.0, Estimate(value=None, low=None, high=None))
    return _Test(replace(row, baseline=None, current=None, reason=reason))
