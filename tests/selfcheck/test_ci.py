"""The CI benchmarks, `make bench-ci`: one run of the suite, written to `.benchmarks/`, that all tests here use."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchbook.selfcheck import Report, compare_reports, worse
from benchbook.selfcheck.comparing import MOST_REPORTS
from benchbook.selfcheck.quick_specs import MOST_S, quick_costs
from benchbook.selfcheck.reports import earlier_reports, read_report

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def earlier() -> list[Report]:
    """Return the committed summary, and the last reports of this machine."""
    return [read_report(ROOT / "benchmarks" / "summary.json"), *earlier_reports(ROOT / ".benchmarks", MOST_REPORTS)[0]]


@pytest.fixture(scope="module")
def measured(earlier: list[Report]) -> Report:
    """Run the suite once by its command, in another process with pinned arithmetic, and keep its report."""
    folder = ROOT / ".benchmarks"
    before = set(folder.glob("*.json"))
    command = [sys.executable, "-m", "benchbook", "benchmark", "--output-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 5), done.stderr
    (path,) = set(folder.glob("*.json")) - before
    return read_report(path)


def test_every_check_of_accuracy_holds(measured: Report) -> None:
    """Values, digests, budgets, solved problems and predictions hold."""
    assert measured.failures == []
    assert len(measured.checks) >= 10


def test_accuracy_and_quality_are_no_worse_than_the_committed_summary(earlier: list[Report], measured: Report) -> None:
    """A loss of 5 % beyond the noise fails, and so does a missing metric."""
    assert worse(compare_reports(earlier, measured, reference=earlier[0])) == []


def test_speed_was_measured_and_changes_are_printed(
    earlier: list[Report], measured: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    """Times are advice: they are printed with verdict, baseline and reason, and never fail."""
    assert len(measured.speed) >= 8
    assert all(item.median_s > 0 and item.startup_s > 0 for item in measured.speed)
    changes = [change for change in compare_reports(earlier, measured) if change.lane == "time"]
    with capsys.disabled():
        print(f"\nsuite: {measured.duration_s:.0f} s")  # noqa: T201  # this is the advice
        for item, change in zip(measured.speed, changes, strict=True):
            rate = f"{item.amount / item.median_s:14,.0f} {item.unit}/s"
            print(f"  {change.verdict.value:10} {item.name:10} {rate}  {change.why}")  # noqa: T201  # the same


def test_every_quick_spec_computes_for_less_than_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    """The processor seconds of a spec's runs, corrected for the machine's speed, are below one; all are printed."""
    costs = list(quick_costs(ROOT / "notebooks"))
    with capsys.disabled():
        for cost in costs:
            print(f"  {cost.name:25} {cost.compute_s:6.3f} s for {cost.evaluations:7,} evaluations")  # noqa: T201  # asked for
    assert len(costs) >= 17
    assert [cost for cost in costs if not 0 < cost.compute_s <= MOST_S] == []
