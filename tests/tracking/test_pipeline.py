import os
import sys
import threading
from pathlib import Path

import orjson
import pytest

from benchbook.artifacts.validate import check_document, check_file
from benchbook.clock import ManualClock
from benchbook.errors import MissingExtraError, StorageError, UsageError
from benchbook.records.pipeline import PipelineState, StepStatus
from benchbook.tracking import Pipeline, list_runs, read_run, track
from benchbook.tracking.events import read_manifest
from benchbook.tracking.files import writer as files
from benchbook.tracking.files.folders import MANIFEST, REPORT, SNAPSHOT
from benchbook.tracking.files.pipeline_document import from_document, to_document, to_json
from benchbook.tracking.output.reports import tally


def worked(clock: ManualClock, **options: object) -> Pipeline:
    """Return an ended pipeline of four steps."""
    with track("imitation", total=4, telemetry=False, clock=clock, **options) as pipeline:  # type: ignore[arg-type]
        for k, seconds in enumerate((10, 20, 30, 40)):
            with pipeline.step(f"step {k}") as step:
                step.metric("loss", 1.0 / (k + 1), step=k)
                step.count(100)
                clock.advance(seconds)
    return pipeline


def test_steps_are_written_with_order_position_status_and_duration() -> None:
    """The manifest has each step's number, label, status and seconds."""
    pipeline = worked(ManualClock())
    state = read_manifest(pipeline.folder / MANIFEST)
    assert [(s.index, s.label, s.duration_s) for s in state.steps] == [
        (1, "step 0", 10), (2, "step 1", 20), (3, "step 2", 30), (4, "step 3", 40),
    ]  # fmt: skip
    assert {step.status for step in state.steps} == {StepStatus.COMPLETED}
    assert (state.status, state.duration_s, state.planned, state.steps[3].evaluations) == ("completed", 100, 4, 100)


def test_the_manifest_and_the_snapshot_agree() -> None:
    """Events and snapshot give the same state."""
    pipeline = worked(ManualClock())
    snapshot = orjson.loads((pipeline.folder / SNAPSHOT).read_bytes())
    assert snapshot == to_document(read_manifest(pipeline.folder / MANIFEST))
    assert to_document(from_document(snapshot)) == snapshot


def test_a_state_has_the_same_bytes_with_either_writer() -> None:
    """The records in a state, written by orjson, equal the document byte for byte."""
    state = worked(ManualClock()).state
    assert to_json(state) == orjson.dumps(to_document(state))


def test_the_snapshot_is_valid_under_its_schema() -> None:
    """The command `benchbook validate` accepts a snapshot, also of a failed pipeline with odd metrics."""
    pipeline = track("odd", steps=["a", "b"]).start()
    step = pipeline.begin_step("a")
    step.metric("loss", float("nan"))
    step.artifact("not there")
    pipeline.claim("a claim", "failed")
    step.end(StepStatus.FAILED, "ValueError: no")
    pipeline.finish(StepStatus.FAILED, "ValueError: no")
    assert check_document(orjson.loads((pipeline.folder / SNAPSHOT).read_bytes())) == []
    assert pipeline.state.steps[0].metrics["loss"].last is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError("broken"), StepStatus.FAILED),
        (KeyboardInterrupt(), StepStatus.CANCELLED),
        (SystemExit(3), StepStatus.CANCELLED),
    ],
)
def test_what_comes_out_of_a_step_marks_it_and_goes_on_its_way(error: BaseException, status: StepStatus) -> None:
    """Step and pipeline get status and reason, planned steps are skipped, and a report is written."""
    with pytest.raises(type(error)), track("x", steps=["a", "b"], telemetry=False) as pipeline, pipeline.step("a"):
        raise error
    state = read_manifest(pipeline.folder / MANIFEST)
    assert [step.status for step in state.steps] == [status, StepStatus.SKIPPED]
    assert state.status == status
    assert type(error).__name__ in str(state.reason)
    assert type(error).__name__ in (pipeline.folder / REPORT).read_text()


def test_a_step_can_be_skipped_with_a_reason() -> None:
    """A skipped step counts as finished, and gives the reason."""
    with track("x", steps=["a", "b"], telemetry=False) as pipeline:
        pipeline.skip("a", "no data")
        with pipeline.step("b"):
            pass
    assert [(s.status, s.reason) for s in pipeline.state.steps] == [("skipped", "no data"), ("completed", None)]


def test_a_step_that_fails_and_is_caught_leaves_the_pipeline_going() -> None:
    """The pipeline is completed, and the list shows the failed step."""
    with track("x", total=2, telemetry=False) as pipeline:
        with pytest.raises(ValueError, match="a"), pipeline.step("a"):
            raise ValueError("a")
        with pipeline.step("b"):
            pass
    (line,), _ = list_runs()
    assert (line.status, line.done, line.failed, line.total) == ("completed", 2, 1, 2)


def test_only_steps_that_were_done_count_as_done() -> None:
    """One completed, one cancelled and one unfinished step give 1 of 3, live, in the list and in its index."""
    pipeline = track("x", steps=["a", "b", "c"], telemetry=False).start()
    with pipeline.step("a"):
        pass
    with pytest.raises(KeyboardInterrupt), pipeline.step("b"):
        raise KeyboardInterrupt
    pipeline.finish(StepStatus.CANCELLED, "KeyboardInterrupt")
    assert [step.status.value for step in pipeline.state.steps] == ["completed", "cancelled", "skipped"]
    assert tally(pipeline.state) == "1 of 3"
    (line,), _ = list_runs()
    assert (line.status, line.done, line.total) == ("cancelled", 1, 3)


def test_nothing_works_before_the_start_and_nothing_is_written_after_the_end() -> None:
    """Calls before the start are errors; calls after the end are ignored."""
    pipeline = track("x", telemetry=False)
    with pytest.raises(UsageError, match="was not started"):
        pipeline.begin_step("a")
    with pipeline:
        step = pipeline.begin_step("a")
    size = (pipeline.folder / MANIFEST).stat().st_size
    step.metric("late", 1.0)
    step.end()
    pipeline.finish()
    assert (pipeline.folder / MANIFEST).stat().st_size == size
    with pytest.raises(UsageError, match="already started"):
        pipeline.start()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "!"}, "a letter or a digit"),
        ({"name": "x", "total": 0}, "total is 0, expected at least 1"),
        ({"name": "x", "total": 1, "steps": ["a", "b"]}, "expected at least 2"),
        ({"name": "x", "steps": ["a"], "weights": [1.0, 2.0]}, "for each of 1 steps"),
        ({"name": "x", "steps": ["a"], "weights": [-1.0]}, "a finite number >= 0"),
        ({"name": "x", "telemetry": 0.05}, "at least 0.1 s"),
        ({"name": "x", "telemetry": float("nan")}, "at least 0.1 s"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_written(options: dict[str, object], message: str) -> None:
    """The message names argument, expectation and value."""
    with pytest.raises(UsageError, match=message):
        track(**options)  # type: ignore[arg-type]


def test_a_folder_that_cannot_be_written_is_reported_at_the_start(tmp_path: Path) -> None:
    """The error comes before anything is computed."""
    (tmp_path / "tracking").write_text("a file")
    with pytest.raises(StorageError, match="cannot make"):
        track("x", root=tmp_path, telemetry=False).start()


def test_threads_write_whole_lines_in_order() -> None:
    """Eight threads with steps and metrics lose no line and tear none."""
    with track("threads", telemetry=False) as pipeline:

        def work(k: int) -> None:
            with pipeline.step(f"t{k}") as step:
                for value in range(100):
                    step.metric("n", value)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    state = read_manifest(pipeline.folder / MANIFEST)
    assert state.torn == 0
    assert [step.metrics["n"].count for step in state.steps] == [100] * 8
    assert [step.index for step in state.steps] == list(range(1, 9))


def test_two_concurrent_runs_of_one_name_have_separate_folders() -> None:
    """Neither has the other's steps."""
    with (
        track("same", telemetry=False) as first,
        track("same", telemetry=False) as second,
        first.step("a"),
        second.step("b"),
    ):
        assert {line.status for line in list_runs()[0]} == {"running"}
    assert first.run_id != second.run_id
    assert [step.label for step in read_run(second.folder).state.steps] == ["b"]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_is_inert_and_does_not_hold_the_lock() -> None:
    """A fork writes nothing, and a worker that outlives its parent does not keep its run alive."""
    with track("fork", telemetry=False) as pipeline, pipeline.step("a") as step:
        child = os.fork()
        if child == 0:
            step.metric("n", 1.0)
            pipeline.finish()
            os._exit(0)
        os.waitpid(child, 0)
        assert read_run(pipeline.folder).status == "running"
    state: PipelineState = read_manifest(pipeline.folder / MANIFEST)
    assert (state.status, state.steps[0].metrics) == ("completed", {})


def test_a_clock_that_jumps_changes_no_duration() -> None:
    """Durations come from the monotonic clock, and clocks that jump back are tolerated."""
    clock = ManualClock()
    with track("jump", total=2, telemetry=False, clock=clock) as pipeline:
        with pipeline.step("a"):
            clock.advance(5)
            clock.start = clock.start.replace(year=2020)
        with pipeline.step("b"):
            clock.advance(-3)
            clock.advance(1)
    durations = [step.duration_s for step in read_manifest(pipeline.folder / MANIFEST).steps]
    assert durations == [5, 0]
    assert check_document(to_document(pipeline.state)) == []


def test_an_observer_counts_evaluations() -> None:
    """The counter gives the rate and the evaluations of a step."""
    import benchbook as bb

    with track("count", telemetry=False) as pipeline, pipeline.step("a"):
        observer = pipeline.observer()
        problem = bb.problem("sphere", dim=2, instance=1)
        x = (problem.lower + problem.upper)[None] / 2
        observer.observe(0, x, problem(x), True)
    assert pipeline.state.steps[0].evaluations == 1


def test_importing_tracking_stays_light(python) -> None:  # type: ignore[no-untyped-def]
    """Each run imports this package, so psutil, rich, yaml and orjson are loaded only when a pipeline is tracked."""
    code = (
        "import sys, benchbook.tracking\n"
        "heavy = ('psutil', 'rich', 'yaml', 'orjson', 'pydantic', 'tensorboard', 'pynvml')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert python(code) == "[]"


def test_a_listener_that_breaks_is_left_out_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A mirror whose disk is full is removed, and the pipeline continues."""

    def broken(event: dict[str, object]) -> None:
        raise OSError("no room")

    with track("x", telemetry=False) as pipeline, pipeline.step("a") as step:
        pipeline.add_listener(broken, at_end=lambda: broken({}))
        step.metric("n", 1.0)
        step.metric("n", 2.0)
    assert read_run(pipeline.folder).status == "completed"
    assert sum("receives no more" in line for line in caplog.messages) == 1


def test_a_report_that_cannot_be_written_gives_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """If there is space only for the manifest, one warning says so, and the pipeline can still be read."""

    def full(path: Path, data: bytes) -> None:
        raise StorageError(f"cannot write {path}: no space left")

    monkeypatch.setattr(files, "write_atomic", full)
    pipeline = worked(ManualClock())
    assert not (pipeline.folder / REPORT).exists()
    assert sum("no space left; the manifest" in line for line in caplog.messages) == 1
    assert read_run(pipeline.folder).status == "completed"


def test_many_steps_do_not_each_bring_a_prediction() -> None:
    """The snapshot of a long pipeline stays small; the first hundred steps each have a prediction."""
    clock = ManualClock()
    with track("long", total=400, telemetry=False, clock=clock) as pipeline:
        for k in range(400):
            with pipeline.step(f"s{k}"):
                clock.advance(1)
    assert 100 < len(pipeline.state.predictions) < 350


def test_without_file_locks_the_process_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without file locks, live and dead runs are distinguished by the process in the heartbeat."""
    from benchbook.tracking.files import run_locks

    monkeypatch.setattr(run_locks, "fcntl", None)
    with track("x", telemetry=False) as pipeline:
        lock = pipeline.folder / "lock"
        assert run_locks.is_live(lock)
        text = lock.read_text()
        lock.write_text(text.replace(str(os.getpid()), "999999999"))
        assert not run_locks.is_live(lock)
        lock.write_text("")
        assert not run_locks.is_live(lock)
    assert read_run(pipeline.folder).status == "completed"


def test_named_steps_start_in_any_order() -> None:
    """A step takes the place that was announced for its label, or else the next free one."""
    with track("x", steps=["a", "b", "c"], telemetry=False) as pipeline:
        for label in ("c", "a"):
            with pipeline.step(label):
                pass
        with pipeline.step("other"):
            pass
    assert [step.label for step in pipeline.state.steps] == ["a", "other", "c"]
    assert {step.status.value for step in pipeline.state.steps} == {"completed"}


def test_a_step_counts_its_own_evaluations() -> None:
    """Parallel steps do not share counts; a step that counts nothing gets the evaluations of its time."""
    with track("x", telemetry=False) as pipeline:
        a, b = pipeline.begin_step("a"), pipeline.begin_step("b")
        a.count(3)
        b.count(40)
        a.end()
        b.end()
        with pipeline.step("c"):
            pipeline.count(5)
    assert [step.evaluations for step in pipeline.state.steps] == [3, 40, 5]


def test_a_smoke_test_keeps_start_up_apart_and_knows_earlier_ones() -> None:
    """The first call does not count as a repeat; report and snapshot have both, and the snapshot is valid."""
    for slow in (1.0, 2.0):
        clock = ManualClock()
        calls = iter([9.0, *[slow] * 3])
        with track("smoke", telemetry=False, clock=clock) as pipeline:
            found = pipeline.smoke_test("work", lambda: clock.advance(next(calls)), amount=10, repeats=3)  # noqa: B023  # called at once
    assert (found.startup_s, found.repeats_s, found.median_s) == (9.0, (2.0,) * 3, 2.0)
    assert (found.earlier_median_s, found.earlier) == (1.0, 1)
    assert read_manifest(pipeline.folder / MANIFEST).performance == [found]
    assert "+100 % (1 earlier)" in (pipeline.folder / REPORT).read_text()
    assert check_file(pipeline.folder / SNAPSHOT) == []
    with track("smoke", telemetry=False) as pipeline, pytest.raises(UsageError, match="repeats is 0"):
        pipeline.smoke_test("work", lambda: None, repeats=0)


def test_each_record_has_a_schema_that_real_ones_fit() -> None:
    """Step executions, recommendations, performance tests and telemetry in files fit their schemas."""
    import json

    import jsonschema_rs

    from benchbook.artifacts.models.registry import RECORDS, record_schema

    with track("records", telemetry=0.1) as pipeline, pipeline.step("a") as step:
        step.metric("loss", 1.0)
        pipeline.smoke_test("work", lambda: None)
        advice = {"rule": "r", "severity": "info", "message": "m", "actions": ["a"], "evidence": {"x.mean": 1.0}}
        pipeline.emit("advice", lambda _: advice)
    document = json.loads((pipeline.folder / SNAPSHOT).read_text())
    lines = [json.loads(line) for line in (pipeline.folder / "telemetry.jsonl").read_text().splitlines()]
    samples = [line for line in lines if line["event"] == "sample"]
    records = {
        "step-execution": document["steps"],
        "recommendation": document["advice"],
        "performance-test": document["performance"],
        "telemetry-snapshot": samples,
    }
    assert {name.partition(".")[0] for name in RECORDS} == set(records)
    for name in RECORDS:
        validator = jsonschema_rs.validator_for(record_schema(name))
        assert records[name.partition(".")[0]]
        for record in records[name.partition(".")[0]]:
            validator.validate(record)


def test_a_mirror_that_cannot_be_made_leaves_no_pipeline_that_looks_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipeline that had begun ends as failed."""
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.event_file_writer", None)
    pipeline = track("x", telemetry=False, tensorboard=tmp_path)
    with pytest.raises(MissingExtraError):
        pipeline.start()
    assert read_run(pipeline.folder).status == "failed"
