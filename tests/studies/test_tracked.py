"""Tracked studies have steps and counts, and tracking never costs a run."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.analysis.plots.timing import timeline
from benchbook.artifacts.store.store import Store
from benchbook.errors import MissingExtraError, StorageError, UsageError
from benchbook.records.pipeline import PipelineState
from benchbook.studies import tracked as tracked_studies
from benchbook.studies.tracked import Grouping, Watcher
from benchbook.tracking import Pipeline, list_runs, read_run, read_samples
from benchbook.tracking.files.folders import find_run


def small(functions: int = 2, **more: object) -> bb.Study:
    """Return a study of a few runs."""
    names = ["sphere", "rastrigin", "ackley", "griewank"][:functions]
    given = {"optimizers": ["differential_evolution"], "functions": names, "dims": [2, 3], "seeds": 2, "budget": 60}
    return bb.study(**{**given, **more})  # type: ignore[arg-type]  # checked by the study


def tracked() -> PipelineState:
    """Return the last tracked pipeline."""
    return read_run(find_run("latest")).state


def content(store: Path) -> str:
    """Return the digest of all runs of a store."""
    with Store(store) as opened:
        return opened.content_digest()


@pytest.mark.parametrize("executor", ["serial", "processes"])
def test_a_study_is_a_pipeline_of_its_functions_and_dimensions(tmp_path: Path, executor: str) -> None:
    """Each step counts its runs and evaluations, and the results equal those of an untracked study."""
    study = small()
    study.run(tmp_path / "plain")
    study.run(tmp_path / "followed", track=True, executor=executor, workers=2).close()
    state = tracked()
    assert state.name == "study followed"
    assert (state.status, state.total) == ("completed", 4)
    assert [step.label for step in state.steps] == ["sphere 2-D", "sphere 3-D", "rastrigin 2-D", "rastrigin 3-D"]
    assert {step.status.value for step in state.steps} == {"completed"}
    assert [(step.metrics["runs"].last, step.metrics["failed"].last) for step in state.steps] == [(4, 0)] * 4
    assert [step.evaluations for step in state.steps] == [240] * 4
    assert all((step.metrics["evaluations_per_s"].last or 0) > 0 for step in state.steps)
    assert content(tmp_path / "plain") == content(tmp_path / "followed")
    assert read_samples(find_run("latest"))


def test_nothing_is_tracked_unless_asked_for(tmp_path: Path) -> None:
    """Nothing is tracked by default, and the name can be chosen."""
    small().run(tmp_path / "s").close()
    assert list_runs() == ([], 0)
    small().run(tmp_path / "t", track="my campaign").close()
    assert tracked().name == "my campaign"


def test_what_the_store_has_is_skipped(tmp_path: Path) -> None:
    """A resumed study has steps for missing runs only, weighted by them."""
    small(1).run(tmp_path / "s").close()
    small(2).run(tmp_path / "s", track=True).close()
    state = tracked()
    assert [step.status.value for step in state.steps] == ["skipped"] * 2 + ["completed"] * 2
    assert [bool(step.weight) for step in state.steps] == [False, False, True, True]
    assert "in the store" in (state.steps[0].reason or "")
    small(2).run(tmp_path / "s", track=True).close()
    assert {step.status.value for step in tracked().steps} == {"skipped"}
    assert tracked().performance == []


def test_shards_are_separate_pipelines(tmp_path: Path) -> None:
    """Two shards of a study in two processes are two complete pipelines, and together have all runs."""
    (tmp_path / "study.yaml").write_text(
        "optimizers: [differential_evolution]\nfunctions: [sphere, rastrigin]\ndims: [2, 3]\nseeds: 2\nbudget: 60\n"
    )
    command = [sys.executable, "-m", "benchbook", "study", "run", "study.yaml", "-q", "--store", "s", "--shard"]
    children = [subprocess.Popen([*command, f"{k}/2"], cwd=tmp_path, stdout=subprocess.PIPE) for k in (1, 2)]
    for child in children:
        child.communicate(timeout=120)
    assert [child.returncode for child in children] == [0, 0]
    lines, count = list_runs()
    assert count == 2
    assert {(line.name, line.status) for line in lines} == {("study study", "completed")}
    runs = [
        sum(step.metrics["runs"].last or 0 for step in read_run(find_run(line.run_id)).state.steps) for line in lines
    ]
    assert sum(runs) == 16


def test_a_root_that_cannot_be_written_costs_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All runs are done, and the log says that they are not tracked."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        runs = small().run(tmp_path / "s", track=True)
    assert len(runs) == 16
    assert "this study is not tracked" in caplog.text


def test_a_tracker_that_breaks_midway_costs_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the tracker raises, the runs continue, and it is not called again."""

    def broken(self: Watcher, records: object) -> None:
        raise RuntimeError("a fault of the tracker")

    monkeypatch.setattr(Watcher, "_taken", broken)
    with caplog.at_level(logging.WARNING):
        runs = small().run(tmp_path / "s", track=True)
    assert len(runs) == 16
    assert caplog.text.count("tracking failed") == 1


def test_an_end_that_fails_costs_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """This includes a last event that cannot be written for an unexpected reason."""

    def broken(self: Pipeline, *reason: object) -> None:
        raise RuntimeError("no end")

    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(Pipeline, "finish", broken)
        assert len(small().run(tmp_path / "s", track=True)) == 16
    assert "could not be ended" in caplog.text


def test_a_timeline_that_cannot_be_drawn_costs_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Long studies end with a picture in their report; without it, the report stays as it was."""
    monkeypatch.setattr(tracked_studies, "LONG_S", 0.0)
    small(1).run(tmp_path / "s", track=True).close()
    assert "](timeline.svg)" in (find_run("latest") / "report.md").read_text()

    def full(path: Path, data: bytes) -> None:
        raise StorageError(f"cannot write {path}: no space left")

    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        patched.setattr(timeline, "write_atomic", full)
        assert len(small(1).run(tmp_path / "t", track=True)) == 8
    assert "no timeline of pipeline study t: StorageError" in caplog.text
    assert "timeline.svg" not in (find_run("latest") / "report.md").read_text()


@pytest.mark.usefixtures("quick_disk")
def test_an_interrupt_marks_the_running_step(tmp_path: Path) -> None:
    """Ctrl-C ends the study as usual, and the pipeline is cancelled."""

    def stop(done: int, planned: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small().run(tmp_path / "s", track=True, progress=stop)
    state = tracked()
    assert state.status.value == "cancelled"
    assert "completed" in {step.status.value for step in state.steps}
    assert state.steps[-1].status.value != "completed"


def test_a_mirror_without_tracking_or_without_tensorboard_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are refused before the first run, and a pipeline that has begun ends as failed."""
    with pytest.raises(UsageError, match="only a tracked study is mirrored"):
        small().run(tmp_path / "s", tensorboard=tmp_path / "tb")
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.event_file_writer", None)
    with pytest.raises(MissingExtraError, match="tensorboard"):
        small().run(tmp_path / "s", track=True, tensorboard=tmp_path / "tb")
    assert tracked().status.value == "failed"


def test_steps_are_bounded_in_number() -> None:
    """One function in one dimension is split by optimizer; a hundred functions are grouped."""
    few = small(1, dims=[2])
    assert list(Grouping(few.plan, None, {}).tallies) == [
        ("sphere", "2-D", "differential_evolution"),
        ("sphere", "2-D", "random_search"),
    ]
    many = bb.study(optimizers=["cma_es"], functions="bbob", dims=[2, 3, 5], budget=10)
    assert len(Grouping(many.plan, None, {}).tallies) == 24
    for study in (few, many):
        grouping = Grouping(study.plan, None, {})
        assert sum(tally.planned for tally in grouping.tallies.values()) == len(study)
        listed = Grouping(study.plan, study.plan.cells(), {})
        assert {k: (t.planned, pytest.approx(t.weight)) for k, t in listed.tallies.items()} == {
            k: (t.planned, t.weight) for k, t in grouping.tallies.items()
        }


def test_a_smoke_test_is_kept_and_compared_with_the_earlier_one(tmp_path: Path) -> None:
    """Start-up is separate, and the second study of a name is compared with the first."""
    for name in ("a", "b"):
        small().run(tmp_path / name, track="smoke").close()
    test = tracked().performance[0]
    assert (test.amount, test.unit, len(test.repeats_s), test.earlier) == (1000, "evaluations", 5, 1)
    assert test.startup_s > 0
    assert test.median_s > 0
    assert test.earlier_median_s is not None
    assert "## Performance smoke test" in (find_run("latest") / "report.md").read_text()
