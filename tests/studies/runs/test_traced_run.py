from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.artifacts.store.trace import TraceFile, memory_map, read_trace
from benchbook.cli.main import main
from benchbook.errors import StorageError, UnknownNameError, UsageError

RUN = {"dim": 3, "instance": 1, "seed": 4, "budget": 200}


def test_a_run_keeps_what_is_asked_for(tmp_path):
    """Each value and point can be memory-mapped, and the rest of the record is the same."""
    plain = bb.run("cma_es", "sphere", **RUN)
    record = bb.run("cma_es", "sphere", **RUN, history="all", points=True, trace_to=tmp_path)
    values = memory_map(record, tmp_path, "value", tmp_path / "values.npy")
    points = memory_map(record, tmp_path, "point", tmp_path / "points.npy")
    assert isinstance(values, np.memmap)
    assert (record.trace.rows, values.shape, points.shape) == (200, (200,), (200, 3))
    assert float(values.min()) == record.best_value
    assert (record.content_digest, record.history) == (plain.content_digest, plain.history)


@pytest.mark.parametrize("level", ["triggers", "population"])
def test_traces_are_among_the_artifacts_by_default(level, tmp_path, monkeypatch):
    """Traces are in a folder of the artifacts by default."""
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))
    record = bb.run("differential_evolution", "sphere", **RUN, history=level)
    assert record.trace.level == level
    assert sum(len(chunk["evaluations"]) for chunk in read_trace(record, tmp_path / "traces")) == record.trace.rows > 0


@pytest.mark.parametrize(
    ("extra", "error", "message"),
    [
        ({"history": "everything"}, UnknownNameError, "no history level 'everything'|unknown history level"),
        ({"history": "population", "points": True}, UsageError, "points is True and history is 'population'"),
        ({"trace_to": "somewhere"}, UsageError, "trace_to is 'somewhere' and history is 'improvements'"),
    ],
)
def test_what_does_not_fit_is_named(extra, error, message):
    """Arguments that do not fit are named before anything is run."""
    with pytest.raises(error, match=message):
        bb.run("cma_es", "sphere", **RUN, **extra)


def test_a_folder_that_cannot_be_written_is_reported_before_the_run(tmp_path):
    """The objective is never called."""
    (tmp_path / "file").write_text("")
    calls = []
    with pytest.raises(StorageError, match="cannot write traces into"):
        bb.run("cma_es", calls.append, bounds=(-1, 1), dim=2, history="all", trace_to=tmp_path / "file")
    assert calls == []


def test_a_trace_that_breaks_off_does_not_cost_the_run(tmp_path, monkeypatch, caplog):
    """The run is complete, with a warning about the trace."""

    def full(self, data):
        raise StorageError("cannot write the trace: no space left on device")

    monkeypatch.setattr(TraceFile, "append", full)
    record = bb.run("cma_es", "sphere", **RUN, history="all", trace_to=tmp_path)
    assert (record.evaluations, record.trace.rows, record.trace.lost_from) == (200, 0, 1)
    assert "no space left" in caplog.text


def test_the_command_keeps_a_trace(tmp_path, capsys):
    """The command prints the path, and unknown levels are refused."""
    run = ["run", "--optimizer", "cma_es", "--function", "sphere", "--dim", "2", "--budget", "60"]
    assert main([*run, "--history", "all", "--points", "--trace-to", str(tmp_path)]) == 0
    assert "all: 60 rows" in capsys.readouterr().out
    assert len(list(Path(tmp_path).rglob("*.traces.zst"))) == 1
    assert main([*run, "--history", "everything"]) == 2
    assert "everything" in capsys.readouterr().err


def test_the_memory_of_a_run_is_separated_from_the_process(python):
    """Only memory that the objective keeps counts; tested in a process with a fresh heap."""
    code = """
import numpy as np
import benchbook as bb
kept = []
def hungry(x):
    kept.append(np.ones(1_000_000))
    return float(x @ x)
before = np.ones(8_000_000)
record = bb.run("random_search", hungry, bounds=(-1, 1), dim=2, budget=10)
print(record.memory.grown_bytes, record.memory.peak_rss_bytes, before.size)
"""
    grown, peak, _ = map(int, python(code).split())
    assert 70e6 < grown < 100e6 < peak
