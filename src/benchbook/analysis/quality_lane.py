"""The quality lane of a comparison: ERT ratios and AOCC differences, tested by exchanging labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from benchbook.analysis.permutation import exchanged_log_ert_ratios, exchanged_means, exchanges, p_value, shuffled
from benchbook.analysis.resampling import Estimate, bootstrap_difference, bootstrap_ert_ratio, ert_of
from benchbook.analysis.rows import Row, Verdict
from benchbook.analysis.statistics import holm
from benchbook.analysis.summary import CellSummary
from benchbook.analysis.thresholds import Thresholds
from benchbook.typing import FloatArray, IntArray

Pair = tuple[CellSummary, CellSummary]
_LEAST_RUNS = 5
_SEED = 1


@dataclass(frozen=True, slots=True)
class _Test:
    """A row before the p-values are adjusted: with its raw p-value, and whether its effect is large enough."""

    row: Row
    p: float | None
    better: bool
    large: bool
    small: bool  # the whole interval lies within the thresholds


def quality_rows(pairs: Sequence[Pair], limits: Thresholds) -> tuple[list[Row], dict[str, float | None]]:
    """Return the rows of all cells and optimizers, and the detectable loss of AOCC by optimizer.

    All p-values of the lane are adjusted together by Holm's method, so that the chance of any false alarm is `alpha`.
    """
    tests: list[_Test] = []
    areas: dict[str, list[tuple[Pair, FloatArray, float]]] = {}
    for number, (then, now) in enumerate(pairs):
        if then.budget != now.budget:
            tests.append(_undecided(then, "ERT", f"budgets differ: {then.budget} then, {now.budget} now"))
            continue
        one, other, paired = aligned(then, now)
        tests.append(_ert_test(then, now, one, other, paired, limits))
        if then.aocc is None or now.aocc is None:
            tests.append(_undecided(then, "AOCC", "no known optimum"))
            continue
        members = exchanges(len(other), len(one), paired=paired)
        lots = exchanged_means(now.aocc[other], then.aocc[one], members)
        tests.append(_aocc_test(then, now, one, other, paired, lots, limits))
        spread = _standard_error(then.aocc[one], now.aocc[other], paired)
        areas.setdefault(then.optimizer, []).append(((then, now), shuffled(lots, number, _SEED), spread))
    tests += [_overall(name, parts, limits) for name, parts in areas.items() if len(parts) > 1]
    rows = _judged(tests, limits)
    total = sum(test.p is not None for test in tests)
    return rows, {name: _detectable(parts, total, limits) for name, parts in areas.items()}


def aligned(then: CellSummary, now: CellSummary) -> tuple[IntArray, IntArray, bool]:
    """Return positions of the runs of both sides, and whether they stand in pairs.

    Pairs are runs with the same instance and seed; or with the same instance, where each has one run on each side.
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
) -> _Test:
    if then.target is None:
        return _undecided(then, "ERT", "the baseline reaches no target in half of its runs")
    metric = f"ERT({then.target:g})"
    a, b = (
        (now.hits[other], now.evaluations[other].astype(float)),
        (then.hits[one], then.evaluations[one].astype(float)),
    )
    estimate = bootstrap_ert_ratio(a, b, seed=_SEED)
    base, current = ert_of(*b), ert_of(*a)
    row = _row(then, metric, base, current, estimate)
    same = paired and np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1])
    if same:
        return _Test(replace(row, verdict=Verdict.UNCHANGED, reason="identical runs"), None, False, False, True)
    if min(len(one), len(other)) < _LEAST_RUNS:
        return _few(row, len(one), len(other))
    sides = [(np.where(np.isfinite(hit), hit, spent), np.isfinite(hit).astype(float)) for hit, spent in (a, b)]
    members = exchanges(len(other), len(one), paired=paired)
    lots = exchanged_log_ert_ratios(sides[0], sides[1], members)
    large = abs(current - base) >= limits.ert_absolute_per_dim * then.dim if np.isfinite(current) else True
    large = large and abs(current / base - 1) >= limits.quality_relative
    edge = 1 + limits.quality_relative
    small = estimate.low is not None and estimate.high is not None and 1 / edge < estimate.low <= estimate.high < edge
    return _Test(row, p_value(lots), bool(current < base), bool(large), small)


def _aocc_test(
    then: CellSummary,
    now: CellSummary,
    one: IntArray,
    other: IntArray,
    paired: bool,
    lots: FloatArray,
    limits: Thresholds,
) -> _Test:
    before, after = then.aocc, now.aocc
    if before is None or after is None:
        return _undecided(then, "AOCC", "no known optimum")
    a, b = after[other], before[one]
    estimate = bootstrap_difference(a, b, paired=paired, seed=_SEED)
    row = _row(then, "AOCC", float(b.mean()), float(a.mean()), estimate)
    if paired and np.array_equal(a, b):
        return _Test(replace(row, verdict=Verdict.UNCHANGED, reason="identical runs"), None, False, False, True)
    if min(len(one), len(other)) < _LEAST_RUNS:
        return _few(row, len(one), len(other))
    if not row.baseline:
        return _Test(replace(row, reason="the baseline is zero"), None, False, False, False)
    large, small = _size(estimate, row.baseline, limits)
    return _Test(row, p_value(lots), bool(a.mean() > b.mean()), large, small)


def _overall(name: str, parts: Sequence[tuple[Pair, FloatArray, float]], limits: Thresholds) -> _Test:
    """Test the mean over cells: exchanges are made within each cell, independently."""
    length = min(len(lots) for _, lots, _ in parts)
    total = np.mean([lots[:length] for _, lots, _ in parts], axis=0)
    before = float(np.mean([then.aocc.mean() for (then, _), _, _ in parts if then.aocc is not None]))
    difference = float(total[0])
    error = float(np.sqrt(np.sum(np.square([spread for _, _, spread in parts])))) / len(parts)
    estimate = Estimate(value=difference, low=difference - 1.96 * error, high=difference + 1.96 * error)
    row = Row(
        lane="quality",
        optimizer=name,
        function="all",
        dim=None,
        metric=f"AOCC, mean of {len(parts)} cells",
        baseline=before,
        current=before + difference,
        verdict=Verdict.UNDECIDED,
        low=estimate.low,
        high=estimate.high,
    )
    if not total.any():
        return _Test(replace(row, verdict=Verdict.UNCHANGED, reason="identical runs"), None, False, False, True)
    if min(min(len(then), len(now)) for (then, now), _, _ in parts) < 2 or not before:
        return _Test(
            replace(row, reason="too few runs" if before else "the baseline is zero"), None, False, False, False
        )
    large, small = _size(estimate, before, limits)
    return _Test(row, p_value(total), difference > 0, large, small)


def _size(estimate: Estimate, base: float, limits: Thresholds) -> tuple[bool, bool]:
    """Return whether a difference of AOCC is large enough to count, and whether it is surely too small."""
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


def _detectable(parts: Sequence[tuple[Pair, FloatArray, float]], tests: int, limits: Thresholds) -> float | None:
    """Return the loss of AOCC over all cells that is found with the stated power, by the normal approximation.

    The strictest level of Holm's method, alpha / number of tests, is taken, so that the power is not overstated.
    """
    error = float(np.sqrt(np.sum(np.square([spread for _, _, spread in parts])))) / len(parts)
    if not np.isfinite(error) or not tests:
        return None
    normal = NormalDist()
    reach = normal.inv_cdf(1 - limits.alpha / (2 * tests)) + normal.inv_cdf(limits.power)
    base = float(np.mean([then.aocc.mean() for (then, _), _, _ in parts if then.aocc is not None]))
    return max(reach * error, limits.aocc_absolute, limits.quality_relative * base)


def _standard_error(then: FloatArray, now: FloatArray, paired: bool) -> float:
    if min(len(then), len(now)) < 2:
        return float("nan")
    if paired:
        return float(np.std(now - then, ddof=1) / np.sqrt(len(then)))
    return float(np.sqrt(np.var(then, ddof=1) / len(then) + np.var(now, ddof=1) / len(now)))


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
    return _Test(replace(row, reason=reason), None, False, False, False)


def _undecided(cell: CellSummary, metric: str, reason: str) -> _Test:
    row = _row(cell, metric, 0.0, 0.0, Estimate(value=None, low=None, high=None))
    return _Test(replace(row, baseline=None, current=None, reason=reason), None, False, False, False)
