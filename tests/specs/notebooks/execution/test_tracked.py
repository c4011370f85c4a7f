"""Specs that are tracked as a pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchbook.cli.main import main
from benchbook.specs.notebooks.discover import SpecFile
from benchbook.specs.notebooks.execution import tracked
from benchbook.specs.notebooks.execution.execute import CellStarted, Happening, SpecResult, SpecStarted
from benchbook.studies import tracked as studies
from benchbook.tracking import list_runs, read_run
from benchbook.tracking.files.folders import find_run

from ...conftest import TINY
from .test_execute import FAILING, SETUP


def result(name: str, status: str = "held") -> SpecResult:
    """Return the result of a spec, with one claim."""
    outcome = {
        "status": status,
        "error": None,
        "claims": [{"text": "It works.", "verdict": "held" if status == "held" else "failed"}],
        "timing": {"compute_s": 0.5, "evaluations": 120},
        "runs": {"done": 4, "planned": 4},
    }
    return SpecResult(
        name=name,
        outcome=outcome,  # type: ignore[arg-type]  # a part of one
        notebook=Path("executed.ipynb"),
        elapsed_s=1.0,
        source=Path(f"{name}.ipynb"),
    )


FILES = [SpecFile(name=name, path=Path(f"{name}.ipynb"), title=name) for name in ("a", "b")]


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace execution: b begins first, and one of its claims fails."""

    def execute_specs(files, params, *, listener=None, pipeline=None):  # type: ignore[no-untyped-def]
        results = [result("b", "failed"), result("a")]
        told = [SpecStarted(spec=item.name) for item in results]
        told += [CellStarted(spec=item.name, done=1, total=2, text="") for item in results]
        for happening in [*told, *results] if listener else []:
            listener(happening)
        return results[::-1]

    monkeypatch.setattr(tracked, "execute_specs", execute_specs)


def test_each_spec_is_a_step_with_claims_and_runs(executed: None) -> None:
    """Steps keep their places whichever begins first; a failed claim fails its step, not the pipeline."""
    heard: list[Happening] = []
    tracked.execute_tracked(FILES, {"preset": "quick"}, listener=heard.append)
    state = read_run(find_run("latest")).state
    assert (state.name, state.status.value, state.total) == ("specs quick", "completed", 2)
    assert [(step.label, step.status.value) for step in state.steps] == [("a", "completed"), ("b", "failed")]
    assert [step.evaluations for step in state.steps] == [120, 120]
    assert state.steps[1].metrics["quality_failed"].last == 1
    claims = [(claim.text, claim.verdict) for claim in state.claims]
    assert claims == [
        ("b: It works.", "failed"),
        ("a: It works.", "held"),
    ]
    assert [type(happening) for happening in heard] == [SpecStarted] * 2 + [CellStarted] * 2 + [SpecResult] * 2
    assert len(state.performance) == 1


def test_a_spec_that_cannot_run_here_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step gives the reason, and the pipeline is completed."""
    left_out = result("a", "not run")
    left_out = replace(left_out, outcome={**left_out.outcome, "error": "scipy is not installed"})
    monkeypatch.setattr(tracked, "execute_specs", lambda *given, listener, pipeline: listener(left_out) or [left_out])
    tracked.execute_tracked(FILES[:1], {"preset": "quick"})
    state = read_run(find_run("latest")).state
    assert [(step.status.value, step.reason) for step in state.steps] == [("skipped", "scipy is not installed")]
    assert state.status.value == "completed"


def test_long_work_leaves_its_timeline_in_the_report(executed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture is written next to the report and shown in it; short work has none."""
    tracked.execute_tracked(FILES, {"preset": "quick"})
    folder = find_run("latest")
    assert not (folder / "timeline.svg").exists()
    assert "timeline.svg" not in (folder / "report.md").read_text()
    monkeypatch.setattr(studies, "LONG_S", 0.0)
    tracked.execute_tracked(FILES, {"preset": "quick"})
    folder = find_run("latest")
    assert "its 2 steps shaded" in (folder / "timeline.svg").read_text()
    assert (folder / "report.md").read_text().endswith("](timeline.svg)\n")


def test_a_tracker_that_cannot_begin_costs_a_warning(
    executed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The specs run as usual."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "file"))
    results = tracked.execute_tracked(FILES, {"preset": "quick"})
    assert [item.name for item in results] == ["a", "b"]
    assert "these specs are not tracked" in caplog.text


def test_a_tracker_that_breaks_midway_costs_a_warning(
    executed: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The tracker is not called again."""

    def broken(self: object, *told: object) -> None:
        raise RuntimeError("a fault of the tracker")

    monkeypatch.setattr(tracked._Watcher, "_begin", broken)
    assert len(tracked.execute_tracked(FILES, {"preset": "quick"})) == 2
    assert caplog.text.count("tracking failed") == 1


def test_the_command_tracks_by_default(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A real notebook gives a real pipeline, and exit codes are those of the specs."""
    write_notebook("bad", SETUP, FAILING)
    assert main(["spec", "run", "--no-track", *TINY]) == 1
    assert list_runs() == ([], 0)
    assert main(["spec", "run", *TINY]) == 1
    state = read_run(find_run("latest")).state
    assert (state.name, state.spec, state.status.value) == ("specs quick", "bad", "completed")
    assert state.steps[0].status.value == "failed"
    assert main(["spec", "run", "--no-track", "--tensorboard", "tb"]) == 2
    assert "cannot be combined with --no-track" in capsys.readouterr().err
