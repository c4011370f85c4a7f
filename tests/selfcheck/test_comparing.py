from dataclasses import replace

import pytest

from benchbook.selfcheck import Change, Quality, Report, compare_reports, worse

from .conftest import DIGESTS, check, quality, speed


def changes(before: Report | list[Report], after: Report) -> dict[str, Change]:
    """Return the changes, by metric."""
    baselines = before if isinstance(before, list) else [before]
    return {change.metric: change for change in compare_reports(baselines, after)}


def test_a_report_compared_with_itself_is_unchanged(report: Report) -> None:
    """Comparing a report with itself finds no difference in any lane."""
    assert {change.verdict.value for change in changes(report, report).values()} == {"unchanged"}


@pytest.mark.parametrize(
    ("before_s", "after_s", "noise", "verdict"),
    [
        (1.0, 1.5, 0.01, "worse"),
        (1.0, 0.5, 0.01, "better"),
        (1.0, 1.34, 0.01, "unchanged"),  # below 35 %
        (0.1, 0.19, 0.01, "unchanged"),  # below 0.10 s
        (1.0, 1.5, 0.2, "undecided"),  # within the noise
        (0.0, 1.5, 0.01, "undecided"),  # a zero baseline
    ],
)
def test_time_counts_when_relative_absolute_and_above_noise(
    report: Report, before_s: float, after_s: float, noise: float, verdict: str
) -> None:
    """All three must hold, in both directions."""
    before = replace(report, speed=(speed(median_s=before_s, noise=noise),))
    after = replace(report, speed=(speed(median_s=after_s, noise=noise),))
    assert changes(before, after)["loop"].verdict.value == verdict


def test_slower_is_advice_only(report: Report) -> None:
    """A longer time is reported, and does not fail."""
    after = replace(report, speed=(speed(median_s=9.0),))
    found = compare_reports([report], after)
    assert [change.metric for change in found if change.verdict.value == "worse"] == ["loop"]
    assert worse(found) == []


def test_time_is_compared_with_the_median_of_the_last_ten(report: Report) -> None:
    """Neither a single slow report nor reports before the last ten decide."""
    history = [replace(report, speed=(speed(median_s=s),)) for s in (9.0, 9.0, 9.0, *[1.0] * 9, 5.0)]
    found = changes(history, replace(report, speed=(speed(median_s=1.0),)))["loop"]
    assert (found.baseline, found.verdict.value) == (1.0, "unchanged")


def test_reports_that_differ_among_themselves_are_noise(report: Report) -> None:
    """On a machine that takes 1 s today and 2 s tomorrow, 2 s decides nothing."""
    history = [replace(report, speed=(speed(median_s=s),)) for s in (1.0, 2.0, 1.0, 2.2, 1.1, 1.9)]
    assert changes(history, replace(report, speed=(speed(median_s=2.2),)))["loop"].verdict.value in (
        "undecided",
        "unchanged",
    )


def test_times_of_another_machine_are_scaled_and_never_decide(report: Report, elsewhere: Report) -> None:
    """Work without benchbook shows how much slower the machine is; differences beyond that stay undecided."""
    found = changes(elsewhere, report)
    assert (found["loop"].verdict.value, found["loop"].baseline) == ("unchanged", 1.0)
    slower = replace(report, speed=(speed(median_s=3.0), report.speed[1]))
    assert changes(elsewhere, slower)["loop"].verdict.value == "undecided"


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (quality(0.4, digest=DIGESTS[1]), "worse"),
        (quality(0.6, digest=DIGESTS[1]), "better"),
        (quality(0.48, digest=DIGESTS[1]), "unchanged"),  # below 5 %
        (quality(0.4, error=0.1, digest=DIGESTS[1]), "undecided"),  # within the noise
        (quality(0.4), "unchanged"),  # the same bits: the difference comes from reading
        (quality(0.4, digest=DIGESTS[1], runs=15), "undecided"),  # another preset
    ],
)
def test_quality_counts_when_relative_and_above_noise(report: Report, now: Quality, verdict: str) -> None:
    """A smaller area over the convergence curve is worse."""
    found = compare_reports([report], replace(report, quality=(now,)))
    assert {change.metric: change.verdict.value for change in found}[now.name] == verdict
    assert bool(worse(found)) == (verdict == "worse")


def test_a_check_that_fails_or_is_gone_is_worse(report: Report) -> None:
    """Accuracy is strict: a check that is no longer measured counts as worse."""
    for after in (replace(report, checks=(check(2.0),)), replace(report, checks=()), replace(report, quality=())):
        assert len(worse(compare_reports([report], after))) == 1
    broken = replace(report, checks=(check(float("nan")),))
    assert [change.verdict.value for change in worse(compare_reports([report], broken))] == ["worse"]
    assert changes(broken, report)["budgets"].verdict.value == "better"


def test_quality_is_compared_with_the_reference(report: Report) -> None:
    """A worse report among the last ones does not become the reference for later ones."""
    bad = replace(report, quality=(quality(0.4, digest=DIGESTS[1]),))
    assert worse(compare_reports([report, bad], bad, reference=report))
    assert not worse(compare_reports([report, bad], bad))
