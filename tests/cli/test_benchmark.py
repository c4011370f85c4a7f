"""`benchbook benchmark`; the measurements are tested in tests/selfcheck."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchbook.cli.main import main
from benchbook.selfcheck import Check, Preset, Quality, Report, Speed, suite
from benchbook.selfcheck.reports import write_report
from benchbook.studies.runs import provenance


def made(name: str, value: float = 0.5, measured: float = 0.0, median_s: float = 1.0) -> Report:
    """Return a report with one item of each kind."""
    digest = f"{round(1000 * value):064x}"
    timed = Speed(
        name="loop", text="runs", amount=1, unit="runs", startup_s=1, repeats_s=(median_s,), median_s=median_s, noise=0
    )
    return Report(
        report_id=name,
        created_at="2026-01-01T00:00:00.000000Z",
        version="0.1.0",
        commit=None,
        dirty=None,
        preset="quick",
        duration_s=1.0,
        host=provenance.host(),
        environment=provenance.environment(),
        checks=(Check(name="budgets", text="how many", measured=measured, limit=0),),
        quality=(Quality(name="cma_es.bbob_f8", text="area", value=value, error=0.001, runs=5, digest=digest),),
        speed=(timed,),
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty project as working directory."""
    for name in ("notebooks", "params"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Let the suite return these reports, one per call."""
    waiting: list[Report] = []

    def run_suite(which: Preset, **options: object) -> Report:
        return waiting.pop(0)

    monkeypatch.setattr(suite, "run_suite", run_suite)
    return waiting


def test_a_report_is_written_and_compared_with_the_committed_summary(
    project: Path, reports: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    """Worse quality is exit code 5, a slower loop is advice, and a failed check is exit code 1."""
    reports += [made("01"), made("02", median_s=3.0), made("03", value=0.4), made("04", measured=1.0)]
    assert main(["benchmark", "--write-summary"]) == 0
    assert (project / "benchmarks" / "summary.json").is_file()
    assert main(["benchmark"]) == 0
    assert "above 35%, 0.1 s and the noise" in capsys.readouterr().out
    assert main(["benchmark"]) == 5
    assert "above 5% and the noise" in capsys.readouterr().out
    assert main(["benchmark"]) == 1
    assert sorted(path.stem for path in (project / ".benchmarks").glob("*.json")) == ["01", "02", "03", "04"]


def test_two_reports_are_compared_without_measuring(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reports are compared by id or path, as table, Markdown or JSON, with exit code 5 where accuracy became worse."""
    for report in (made("a"), made("b", value=0.4)):
        write_report(report, project / ".benchmarks" / f"{report.report_id}.json")
    assert main(["benchmark", "--compare", "a", "latest"]) == 5
    assert main(["benchmark", "--compare", "latest", "previous"]) == 0
    capsys.readouterr()
    assert main(["benchmark", "--compare", "a", "b", "--format", "json"]) == 5
    rows = json.loads(capsys.readouterr().out)
    assert [row["verdict"] for row in rows] == ["unchanged", "worse", "unchanged"]
    assert rows[1]["relative_delta"] == "-20.0 %"
    assert main(["benchmark", "--compare", "a", "b", "--format", "markdown"]) == 5
    assert "| worse | quality | cma_es.bbob_f8 |" in capsys.readouterr().out


def test_the_report_as_json_is_the_file(
    project: Path, reports: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the document is printed."""
    reports.append(made("01"))
    assert main(["benchmark", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((project / ".benchmarks" / "01.json").read_text())


def test_wrong_names_and_files_are_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A usage error is exit code 2, a damaged report 3."""
    assert main(["benchmark", "--preset", "quik"]) == 2
    assert main(["benchmark", "--compare", "latest", "previous"]) == 2
    assert "run benchbook benchmark" in capsys.readouterr().err
    (project / ".benchmarks").mkdir()
    (project / ".benchmarks" / "x.json").write_text("{}")
    assert main(["benchmark", "--compare", "x", "x"]) == 3


def test_a_damaged_report_among_the_earlier_is_left_out(
    project: Path, reports: list[Report], capsys: pytest.CaptureFixture[str]
) -> None:
    """A damaged earlier report gives one line on standard error."""
    (project / ".benchmarks").mkdir()
    (project / ".benchmarks" / "00.json").write_text("{}")
    reports.append(replace(made("01"), dirty=True))
    assert main(["benchmark"]) == 0
    assert "left out" in capsys.readouterr().err
