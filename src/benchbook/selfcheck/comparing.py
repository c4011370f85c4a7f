"""One report compared with others: quality strictly, time as advice, each with the measured noise."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from benchbook.analysis.comparison.verdicts import Verdict
from benchbook.records.benchmark import Quality, Report, Speed

TIME_RELATIVE, TIME_ABSOLUTE_S, QUALITY_RELATIVE = 0.35, 0.10, 0.05
NOISES = 3.0  # a difference counts if it exceeds this multiple of the measured noise
MOST_REPORTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A metric of two reports.

    Attributes:
        lane: `accuracy`, `quality` or `time`; only a worse accuracy or quality is a failure.
        why: What the verdict is based on.
    """

    lane: str
    metric: str
    unit: str
    baseline: float | None
    current: float | None
    verdict: Verdict
    why: str

    @property
    def delta(self) -> float | None:
        """The difference."""
        return None if self.baseline is None or self.current is None else self.current - self.baseline

    @property
    def relative(self) -> float | None:
        """The difference, divided by the baseline; None if that is 0."""
        return None if self.delta is None or not self.baseline else self.delta / abs(self.baseline)


def compare_reports(baselines: Sequence[Report], current: Report, reference: Report | None = None) -> list[Change]:
    """Return a row for each metric of the current report, and for each missing one.

    Times are compared with the median of the last ten baselines, quality and checks with the reference. A time counts
    if it differs by 35 % and 0.10 s and three times the measured noise; quality if it differs by 5 % and three
    standard errors, and never if runs are identical to the last bit. Times of another machine or Python are divided by
    those of work without benchbook, and are at most undecided.

    Args:
        baselines: Earlier reports, oldest first.
        current: The report.
        reference: What quality and checks are compared with; default: the last baseline.
    """
    last = reference or baselines[-1]
    rows = [_check(last, current, name) for name in _names(last.checks, current.checks)]
    rows += [_quality(last, current, name) for name in _names(last.quality, current.quality)]
    rows += [
        _time([report for report in baselines if _find(report.speed, name)][-MOST_REPORTS:], current, name)
        for name in _names(last.speed, current.speed)
    ]
    return rows


def worse(changes: Iterable[Change]) -> list[Change]:
    """Return what became worse and counts as a failure."""
    return [change for change in changes if change.verdict is Verdict.WORSE and change.lane != "time"]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=_Named)


def _names(*groups: Iterable[_Named]) -> list[str]:
    return list(dict.fromkeys(item.name for group in groups for item in group))


def _find(items: Iterable[N], name: str) -> N | None:
    return next((item for item in items if item.name == name), None)


def _check(last: Report, current: Report, name: str) -> Change:
    before, now = _find(last.checks, name), _find(current.checks, name)
    verdict, why = Verdict.UNCHANGED, "it holds in both"
    if now is None:
        verdict, why = Verdict.WORSE, "it is no longer checked"
    elif before is None:
        verdict, why = (Verdict.UNCHANGED, "it is new, and holds") if now.holds else (Verdict.WORSE, "it does not hold")
    elif before.holds != now.holds:
        verdict, why = (Verdict.BETTER, "it holds now") if now.holds else (Verdict.WORSE, "it no longer holds")
    elif not now.holds:
        why = "it holds in neither"
    return Change(
        lane="accuracy", metric=name, unit="", verdict=verdict, why=why,
        baseline=None if before is None else before.measured, current=None if now is None else now.measured,
    )  # fmt: skip


def _quality(last: Report, current: Report, name: str) -> Change:
    before, now = _find(last.quality, name), _find(current.quality, name)
    verdict, why = _quality_verdict(before, now)
    return Change(
        lane="quality", metric=name, unit="", verdict=verdict, why=why,
        baseline=None if before is None else before.value, current=None if now is None else now.value,
    )  # fmt: skip


def _quality_verdict(before: Quality | None, now: Quality | None) -> tuple[Verdict, str]:
    if now is None:
        return Verdict.WORSE, "it is no longer measured"
    if before is None:
        return Verdict.UNDECIDED, "it is new"
    if before.digest == now.digest:
        return Verdict.UNCHANGED, "the runs are the same to the last bit"
    if before.runs != now.runs:
        return Verdict.UNDECIDED, f"of {before.runs} and {now.runs} runs"
    if before.value == 0:
        return Verdict.UNDECIDED, "the baseline is zero"
    difference = now.value - before.value
    noise = (before.error**2 + now.error**2) ** 0.5
    if abs(difference) < QUALITY_RELATIVE * abs(before.value):
        return Verdict.UNCHANGED, f"within {QUALITY_RELATIVE:.0%}"
    if abs(difference) < NOISES * noise:
        return Verdict.UNDECIDED, f"within {NOISES:g} standard errors of {noise:.3g}"
    return (Verdict.BETTER if difference > 0 else Verdict.WORSE), f"above {QUALITY_RELATIVE:.0%} and the noise"


def _time(baselines: Sequence[Report], current: Report, name: str) -> Change:
    now = _find(current.speed, name)
    seen = [(report, found) for report in baselines if (found := _find(report.speed, name)) is not None]
    if now is None or not seen:
        why = "it is no longer measured" if now is None else "it is new"
        before = statistics.median(found.median_s for _, found in seen) if seen else None
        return _timed(name, before, now, Verdict.UNDECIDED, why)
    alike = [(report, found) for report, found in seen if _place(report) == _place(current)]
    medians = [found.median_s for _, found in alike] or [
        found.median_s * _slower(report, current) for report, found in seen
    ]
    before = statistics.median(medians)
    if before == 0:
        return _timed(name, before, now, Verdict.UNDECIDED, "the baseline is zero")
    noise = NOISES * (_noise(found for _, found in seen) ** 2 + _spread(medians) ** 2 + now.noise**2) ** 0.5
    difference = now.median_s - before
    if abs(difference) < TIME_RELATIVE * before or abs(difference) < TIME_ABSOLUTE_S:
        return _timed(name, before, now, Verdict.UNCHANGED, f"within {TIME_RELATIVE:.0%} or {TIME_ABSOLUTE_S:g} s")
    if abs(difference) < noise * before:
        return _timed(name, before, now, Verdict.UNDECIDED, f"within the measured noise of {noise:.0%}")
    if not alike:
        return _timed(name, before, now, Verdict.UNDECIDED, "on another machine or Python, scaled by `machine`")
    verdict = Verdict.WORSE if difference > 0 else Verdict.BETTER
    return _timed(name, before, now, verdict, f"above {TIME_RELATIVE:.0%}, {TIME_ABSOLUTE_S:g} s and the noise")


def _timed(name: str, before: float | None, now: Speed | None, verdict: Verdict, why: str) -> Change:
    current = None if now is None else now.median_s
    return Change(lane="time", metric=name, unit="s", baseline=before, current=current, verdict=verdict, why=why)


def _place(report: Report) -> tuple[str, str, str]:
    """Return what must be equal for times to be comparable."""
    place = report.environment
    return report.host.name, place.cpu, place.python.rpartition(".")[0]


def _slower(report: Report, current: Report) -> float:
    """Return how many times slower the current machine is, by work without benchbook."""
    before, now = _find(report.speed, "machine"), _find(current.speed, "machine")
    return now.median_s / before.median_s if before is not None and now is not None and before.median_s > 0 else 1.0


def _noise(measured: Iterable[Speed]) -> float:
    return statistics.median(found.noise for found in measured)


def _spread(medians: Sequence[float]) -> float:
    """Return the relative spread between reports: half of the distance between the quartiles, by the median."""
    if len(medians) < 3:
        return 0.0
    low, middle, high = statistics.quantiles(medians, n=4, method="inclusive")
    return (high - low) / 2 / middle if middle > 0 else 0.0
