"""The time lane of a comparison, with relative, absolute and noise thresholds; start-up is compared separately."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.analysis.comparison.thresholds import Thresholds
from benchbook.analysis.comparison.verdicts import Row, Verdict
from benchbook.analysis.statistics.permutation import exchanged_medians, exchanges, p_value, shuffled
from benchbook.records.published import CellSummary, StudySummary
from benchbook.typing import FloatArray

_LEAST_RUNS = 5
_MOST_TESTS = 500  # 20,000 exchanges cannot correct for more


def time_rows(
    pairs: Sequence[tuple[CellSummary, CellSummary]],
    baseline: StudySummary,
    candidate: StudySummary,
    limits: Thresholds,
) -> list[Row]:
    """Return one row per cell, one over all cells of each optimizer, and one for its start-up.

    A cell's time is the median of its runs' seconds per evaluation, times the evaluations that the baseline spent in
    it, so it does not depend on what the runs found. Its noise is the standard error of that median. Because times on a
    busy machine have several modes, labels are exchanged as well, with Bonferroni's correction.
    """
    unlike = _unlike(baseline, candidate)
    tests = len(pairs) + len({then.optimizer for then, _ in pairs})
    rows: list[Row] = []
    sums: dict[str, list[tuple[FloatArray, FloatArray, int]]] = {}
    for then, now in pairs:
        work = int(then.evaluations.sum())
        a, b = _known(then), _known(now)
        rows.append(_judged(then.optimizer, then.function, then.dim, [(a, b, work)], unlike, limits, tests))
        sums.setdefault(then.optimizer, []).append((a, b, work))
    for optimizer, parts in sums.items():
        if len(parts) > 1:
            rows.append(_judged(optimizer, "all", None, parts, unlike, limits, tests))
        before, after = baseline.startup_s.get(optimizer), candidate.startup_s.get(optimizer)
        rows.append(
            _row(optimizer, "all", None, before, after, unlike, "one measurement per study: its noise is unknown",
                 metric="start-up")
        )  # fmt: skip
    return rows


def _known(cell: CellSummary) -> FloatArray:
    """Return the known microseconds per evaluation."""
    known: FloatArray = cell.us_per_evaluation[~np.isnan(cell.us_per_evaluation)]
    return known


def _judged(
    optimizer: str,
    function: str,
    dim: int | None,
    parts: Sequence[tuple[FloatArray, FloatArray, int]],
    unlike: str,
    limits: Thresholds,
    tests: int,
) -> Row:
    usable = [part for part in parts if min(len(part[0]), len(part[1])) >= _LEAST_RUNS]
    if len(usable) < len(parts):
        known = min(min(len(a), len(b)) for a, b, _ in parts)
        return _row(optimizer, function, dim, None, None, unlike, f"too few timed runs: {known}")
    before = sum(float(np.median(a)) * work / 1e6 for a, _, work in usable)
    after = sum(float(np.median(b)) * work / 1e6 for _, b, work in usable)
    noise = sum(((_error(a) ** 2 + _error(b) ** 2) * (work / 1e6) ** 2 for a, b, work in usable), 0.0) ** 0.5
    if unlike:
        return _row(optimizer, function, dim, before, after, unlike, "")
    difference = after - before
    if not before:
        return _row(optimizer, function, dim, before, after, "", "the baseline is zero")
    if abs(difference) < limits.time_relative * before or abs(difference) < limits.time_absolute_s:
        verdict, reason = Verdict.UNCHANGED, "the difference is within the thresholds"
        if limits.time_noise * noise >= max(limits.time_relative * before, limits.time_absolute_s):
            verdict, reason = Verdict.UNDECIDED, "the noise is larger than the thresholds"
        elif abs(difference) >= limits.time_relative * before:
            reason = f"too short to judge: {abs(difference):.2g} s is below {limits.time_absolute_s:g} s"
            verdict = Verdict.UNDECIDED
    elif abs(difference) < limits.time_noise * noise:
        verdict, reason = Verdict.UNDECIDED, f"not above the noise: {limits.time_noise:g} x {noise:.3g} s"
    elif (p := _chance(usable) * min(tests, _MOST_TESTS)) >= limits.time_alpha:
        verdict, reason = (
            Verdict.UNDECIDED,
            f"exchanged labels give an equal difference too often (p = {min(p, 1):.2g})",
        )
    else:
        verdict, reason = (Verdict.WORSE if difference > 0 else Verdict.BETTER), ""
    return _row(optimizer, function, dim, before, after, "", reason, verdict=verdict)


def _chance(parts: Sequence[tuple[FloatArray, FloatArray, int]]) -> float:
    """Return how often exchanged labels give an equally large difference; valid even if times have several modes."""
    total: FloatArray | float = 0.0
    for number, (a, b, work) in enumerate(parts):
        lots = exchanged_medians(b, a, exchanges(len(b), len(a), paired=False)) * work
        total = total + shuffled(lots, number, 1)
    return p_value(np.asarray(total))


def _error(us: FloatArray) -> float:
    """Return the standard error of a median from the median absolute deviation, which tolerates outliers."""
    deviation = float(np.median(np.abs(us - np.median(us))))
    return 1.2533 * 1.4826 * deviation / float(np.sqrt(len(us)))


def _unlike(baseline: StudySummary, candidate: StudySummary) -> str:
    """Return why times cannot be compared; empty if they can."""
    then, now = baseline.host, candidate.host
    if then is None or now is None:
        return f"the host of the {'baseline' if then is None else 'candidate'} is unknown or mixed"
    for name in ("name", "cpu", "python", "arithmetic"):
        if getattr(then, name) != getattr(now, name):
            return f"unlike hosts: {name} {getattr(then, name)!r} then, {getattr(now, name)!r} now"
    return ""


def _row(
    optimizer: str,
    function: str,
    dim: int | None,
    before: float | None,
    after: float | None,
    unlike: str,
    reason: str,
    *,
    metric: str = "time (s)",
    verdict: Verdict = Verdict.UNDECIDED,
) -> Row:
    return Row(
        lane="time",
        optimizer=optimizer,
        function=function,
        dim=dim,
        metric=metric,
        baseline=before,
        current=after,
        verdict=Verdict.NOT_COMPARABLE if unlike else verdict,
        reason=unlike or reason,
    )
