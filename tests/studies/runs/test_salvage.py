"""What is saved of a run whose process was killed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchbook.observers import ImprovementHistory
from benchbook.records import TraceRecord
from benchbook.studies.runs.salvage import SalvageWriter, read_salvaged

VALUES = st.lists(st.sampled_from([3.0, 2.0, 2.0, np.inf]) | st.floats(-4, 4), min_size=1, max_size=40)
TRACE = TraceRecord(
    level="all", points=False, file="a.traces.zst", offset=5, size=7, digest="0" * 64, rows=3, lost_from=4
)


def noted(folder: Path, values: list[float], borders: list[int], trace: TraceRecord | None = None) -> bytes:
    """Record a run in batches and return the file as it is during the run."""
    writer = SalvageWriter(folder / "key", ())
    best, done = np.inf, 0
    for batch in np.split(np.array(values), sorted(border % (len(values) + 1) for border in borders)):
        if len(batch):
            x = np.column_stack([batch, np.arange(len(batch)) + done])
            writer.observe(done, x, batch, bool(batch.min() < best))
            best = min(best, batch.min())
            done += len(batch)
    if trace is not None:
        writer.note_trace(trace)
    data = (folder / "key").read_bytes()
    writer.close()
    assert not (folder / "key").exists()
    return data


@given(VALUES, st.lists(st.integers(0, 100), max_size=6))
@settings(deadline=None, max_examples=50)
def test_what_was_noted_is_read_back(values: list[float], borders: list[int]) -> None:
    """For any batches, evaluations, invalid ones, history and solution equal those of the run."""
    with TemporaryDirectory() as name:
        path = Path(name) / "copy"
        path.write_bytes(noted(Path(name), values, borders))
        found = read_salvaged(path, 2)
        assert not path.exists()
    assert found is not None
    assert found.evaluations == len(values)
    assert found.invalid_evaluations == sum(np.isinf(values))
    history = ImprovementHistory()
    history.observe(0, np.zeros((len(values), 2)), np.array(values), bool(np.isfinite(min(values))))
    assert found.history == history.history
    if len(found.history.evaluations):
        assert found.best_solution is not None
        assert found.best_solution.tolist() == [min(values), found.history.evaluations[-1] - 1]
    else:
        assert found.best_solution is None


def test_an_entry_that_a_kill_left_incomplete_is_left_out(tmp_path: Path) -> None:
    """A file cut at any byte is read up to there, and nothing is made up."""
    data = noted(tmp_path, [3.0, 2.0, 1.0], [1, 2], TRACE)
    seen = set()
    for size in range(len(data) + 1):
        (tmp_path / "cut").write_bytes(data[:size])
        found = read_salvaged(tmp_path / "cut", 2)
        if found is not None:
            assert found.history.best_values.tolist() == [3.0, 2.0, 1.0][: len(found.history.best_values)]
            assert found.evaluations == 3
            seen.add((len(found.history.best_values), found.trace is not None))
    assert seen == {(0, False), (1, False), (2, False), (3, False), (3, True)}


def test_a_run_that_had_not_begun_leaves_nothing(tmp_path: Path) -> None:
    """A missing file and an empty one give nothing."""
    assert read_salvaged(tmp_path / "none", 2) is None
    (tmp_path / "empty").touch()
    assert read_salvaged(tmp_path / "empty", 2) is None


def test_a_trace_that_lacks_the_end_says_from_where_on(tmp_path: Path) -> None:
    """A trace that has all evaluations lacks nothing."""
    for values, lost_from in (([3.0, 2.0, 1.0], None), ([3.0, 2.0, 1.0, 0.0], 4)):
        (tmp_path / "copy").write_bytes(noted(tmp_path, values, [], TRACE))
        found = read_salvaged(tmp_path / "copy", 2)
        assert found is not None
        assert found.trace is not None
        assert found.trace.lost_from == lost_from
