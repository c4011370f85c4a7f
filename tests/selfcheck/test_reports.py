import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchbook.artifacts.validate import check_file
from benchbook.errors import ArtifactError, UsageError
from benchbook.selfcheck import Report
from benchbook.selfcheck.reports import earlier_reports, find_report, read_report, write_report

from .conftest import check


def test_a_report_comes_back_as_it_went(report: Report, tmp_path: Path) -> None:
    """A report is valid by its schema, also with a check that measured no number."""
    path = write_report(report, tmp_path / "r.json")
    assert read_report(path) == report
    assert check_file(path) == []
    odd = replace(report, checks=(check(float("inf")),))
    assert read_report(write_report(odd, path)).failures == list(odd.checks)


def test_the_last_ten_are_found_and_damage_costs_itself_only(report: Report, tmp_path: Path) -> None:
    """Reports come oldest first, and unreadable ones are named."""
    for k in range(12):
        write_report(replace(report, report_id=f"{k:02d}"), tmp_path / f"{k:02d}.json")
    (tmp_path / "11.json").write_text("{")
    reports, problems = earlier_reports(tmp_path, 10)
    assert [item.report_id for item in reports] == [f"{k:02d}" for k in range(1, 11)]
    assert len(problems) == 1


def test_a_report_is_found_by_place_beginning_and_path(report: Report, tmp_path: Path) -> None:
    """Missing, ambiguous and invalid reports are refused with a message."""
    for name in ("a1", "a2", "b1"):
        write_report(replace(report, report_id=name), tmp_path / f"{name}.json")
    wanted = {"latest": "b1", "previous": "a2", "b": "b1", str(tmp_path / "a1.json"): "a1"}
    assert {name: find_report(name, tmp_path).report_id for name in wanted} == wanted
    with pytest.raises(UsageError, match=r"2 reports .* begin with 'a'"):
        find_report("a", tmp_path)
    with pytest.raises(UsageError, match="needs 1: run benchbook benchmark"):
        find_report("latest", tmp_path / "none")
    with pytest.raises(UsageError):
        find_report("nothing.json", tmp_path)


def test_an_artifact_of_another_kind_is_not_a_report(root: Path) -> None:
    """The message names both kinds."""
    with pytest.raises(ArtifactError, match=r"expected .*benchmark-report"):
        read_report(root / "artifacts" / "baselines" / "native-optimizers.json.zst")


def test_the_committed_summary_is_a_report_of_the_quick_preset(root: Path) -> None:
    """The committed summary exists, and its own checks hold."""
    summary = read_report(root / "benchmarks" / "summary.json")
    assert (summary.preset, summary.failures) == ("quick", [])
    assert json.loads((root / "benchmarks" / "summary.json").read_text())["kind"] == "benchmark-report"
