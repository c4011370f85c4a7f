"""Odd values, errors, failing sensors and a changed directory never stop the tracked work."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psutil
import pytest

from benchbook.clock import ManualClock
from benchbook.tracking import list_runs, read_run, track
from benchbook.tracking.events import read_manifest
from benchbook.tracking.files.folders import LOCK, MANIFEST, REPORT, SNAPSHOT
from benchbook.tracking.files.run_locks import is_live
from benchbook.tracking.step import Step
from benchbook.tracking.telemetry.sampling import Sampler, read_samples

ODD_TEXT = os.fsdecode(b"\xe9.csv")


class MuteError(Exception):
    """An exception without a text."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "report",
    [
        lambda step: step.metric("loss", np.float32(0.5), step=np.int64(3)),
        lambda step: step.metric("loss", np.array([0.5]), step=np.float64(0.25)),
        lambda step: step.metric("states", 10**400, step=2**70),
        lambda step: step.metric(ODD_TEXT, "a text"),
        lambda step: step.metric(Path("a/path"), object()),
        lambda step: step.progress(np.int64(3), np.int64(10)),
        lambda step: step.progress(float("nan"), "no number"),
        lambda step: step.count(np.int64(30)),
        lambda step: step.artifact(ODD_TEXT),
        lambda step: step.artifact(b"bytes\0"),
        lambda step: step._pipeline.claim(ODD_TEXT, np.str_("held")),
        lambda step: step._pipeline.skip(Path("next"), ODD_TEXT),
    ],
)
def test_whatever_is_reported_the_work_goes_on(report: Callable[[Step], Any], tmp_path: Path) -> None:
    """NumPy numbers, paths and any text are accepted, and can be read back."""
    label: Any = Path("fit")
    pipeline = track("odd", telemetry=False, root=tmp_path, steps=[label, ODD_TEXT])
    with pipeline, pipeline.step(label) as step:
        report(step)
    state = read_manifest(pipeline.folder / MANIFEST)
    assert (state.status, state.torn, state.steps[0].label) == ("completed", 0, "fit")
    assert orjson.loads((pipeline.folder / SNAPSHOT).read_bytes())["status"] == "completed"


def test_an_exception_without_a_text_goes_on_its_way(tmp_path: Path) -> None:
    """The block raises the same exception, and the pipeline has failed."""
    error = MuteError()
    pipeline = track("mute", telemetry=False, root=tmp_path)
    with pytest.raises(MuteError) as caught, pipeline, pipeline.step("go"):
        raise error
    assert caught.value is error
    assert pipeline.state.status == "failed"


@pytest.mark.parametrize("broken", ["cpu_percent", "virtual_memory", "Process"])
def test_a_sensor_that_fails_when_it_is_made_costs_its_values_only(
    broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pipeline completes, and says which sensor is missing."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/proc/stat")

    before = signal.getsignal(signal.SIGTERM)
    with monkeypatch.context() as patch:
        patch.setattr(psutil, broken, denied)
        pipeline = track("sandbox", root=tmp_path).start()
        assert pipeline._sampler is not None
        pipeline._sampler.sample()
        pipeline.finish()
    assert (pipeline.state.status, "Permission denied" in str(pipeline.state.missing)) == ("completed", True)
    assert signal.getsignal(signal.SIGTERM) is before


def test_samples_may_be_taken_by_several_threads(tmp_path: Path) -> None:
    """Every sample is one whole line of the file, however many threads take them."""
    pipeline = track("threads", root=tmp_path, telemetry=False)
    with pipeline:
        sampler = Sampler(pipeline, interval_s=60.0, sensors=[])
        with ThreadPoolExecutor(8) as pool:
            taken = [pool.submit(sampler.sample) for _ in range(400)]
        assert {type(each.exception()) for each in taken} == {type(None)}
        sampler.stop()
        assert len(read_samples(pipeline.folder)) == 400


def test_telemetry_that_cannot_begin_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever starting it raises, the pipeline begins and ends."""

    def broken(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(Sampler, "start", broken)
    with track("bare", root=tmp_path) as pipeline:
        pass
    assert "new thread" in read_run(pipeline.folder).state.missing["telemetry"]


def test_a_start_that_fails_undoes_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lock and signal handlers are released, and the run is recorded as failed."""
    from benchbook.tracking import pipeline as module

    def broken(*_: object) -> None:
        raise ValueError("no mirror")

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(module, "wanted", broken)
    pipeline = track("undone", telemetry=False, root=tmp_path)
    with pytest.raises(ValueError, match="no mirror"):
        pipeline.start()
    assert signal.getsignal(signal.SIGTERM) is before
    assert not is_live(pipeline.folder / LOCK)
    assert [line.status for line in list_runs(tmp_path)[0]] == ["failed"]


def test_a_record_that_cannot_begin_gives_its_lock_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If even the background thread does not start, nothing stays locked."""
    from benchbook.tracking.files import writer

    def broken(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(writer, "Flusher", broken)
    with pytest.raises(RuntimeError, match="new thread"):
        track("none", telemetry=False, root=tmp_path).start()
    (lock,) = tmp_path.rglob(LOCK)
    assert not is_live(lock)


def test_a_relative_root_stays_where_the_run_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that changes the directory does not leave files of its run elsewhere."""
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with track("moving", telemetry=False, root=Path("artifacts")) as pipeline, pipeline.step("go"):
        os.chdir(elsewhere)
    assert list(elsewhere.iterdir()) == []
    assert (pipeline.folder.is_absolute(), (pipeline.folder / REPORT).is_file()) == (True, True)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("show", "stream", "lines"),
    [(None, _Terminal, 4), (None, io.StringIO, 0), (True, io.StringIO, 4), (False, _Terminal, 0)],
    ids=["terminal", "log file", "wanted", "unwanted"],
)
def test_steps_are_shown_on_a_terminal(
    show: bool | None, stream: type[io.StringIO], lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Number, elapsed time and ETA are shown at the start and the end of each step; in a log file only on request."""
    shown, clock = stream(), ManualClock()
    monkeypatch.setattr(sys, "stderr", shown)
    with track("shown", steps=["a", "b"], telemetry=False, root=tmp_path, clock=clock, show=show) as pipeline:
        for label in ("a", "b"):
            with pipeline.step(label):
                clock.advance(30.0)
    said = shown.getvalue().splitlines()
    assert len(said) == lines
    if said:
        assert said[0].startswith("step 1 of 2: a, 0.00 s elapsed")
        assert said[1].startswith("step 1 of 2: a completed, 30 s elapsed, about ")


def test_steps_that_logging_writes_to_the_terminal_are_not_shown_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one line for the start of a step and one for its end."""
    shown = _Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    logger, handler = logging.getLogger("benchbook.tracking.steps"), logging.StreamHandler(shown)
    monkeypatch.setattr(logger, "level", logging.INFO)
    monkeypatch.setattr(logger, "propagate", False)
    logger.addHandler(handler)
    logger.manager._clear_cache()  # type: ignore[attr-defined]  # the level was set without its knowledge
    try:
        with track("once", steps=["a"], telemetry=False, root=tmp_path) as pipeline, pipeline.step("a"):
            pass
    finally:
        logger.removeHandler(handler)
    assert len(shown.getvalue().splitlines()) == 2
