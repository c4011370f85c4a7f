"""Observers that keep more than improvements, and the traces that they write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchbook as bb
from benchbook.artifacts.store.trace import TraceFile, TraceWriter, memory_map, read_trace
from benchbook.errors import ArtifactError, UsageError
from benchbook.observers.targets import STANDARD_TARGETS, target_hits
from benchbook.observers.trace_rows import CHUNK_ROWS, EveryValue, GenerationStatistics
from benchbook.records import History


@given(sizes=st.lists(st.integers(1, 3 * CHUNK_ROWS), min_size=1, max_size=6), points=st.booleans())
def test_every_value_is_kept_in_order(sizes: list[int], points: bool) -> None:
    """The concatenated chunks equal the values for any batches, and no chunk is too long."""
    chunks: list[dict[str, np.ndarray]] = []
    recorder = EveryValue(lambda columns: chunks.append({k: v.copy() for k, v in columns.items()}), points=points)
    values = np.arange(sum(sizes), dtype=np.float64)
    x = np.stack([values, -values], axis=1)
    done = 0
    for size in sizes:
        recorder.observe(done, x[done : done + size], values[done : done + size], True)
        done += size
    recorder.flush()
    assert np.array_equal(np.concatenate([chunk["value"] for chunk in chunks]), values)
    assert max(len(chunk["value"]) for chunk in chunks) <= CHUNK_ROWS
    if points:
        assert np.array_equal(np.concatenate([chunk["point"] for chunk in chunks]), x)


def test_statistics_are_those_of_each_batch(rng: np.random.Generator) -> None:
    """There is one row per generation; infinite values make the mean infinite, without a warning."""
    chunks: list[dict[str, np.ndarray]] = []
    recorder = GenerationStatistics(lambda columns: chunks.append({k: v.copy() for k, v in columns.items()}))
    for generation in range(CHUNK_ROWS + 3):
        fx = rng.random(5)
        if generation == 1:
            fx[0] = np.inf
        recorder.observe(5 * generation, rng.random((5, 2)), fx, True)
    recorder.flush()
    assert [len(chunk["best"]) for chunk in chunks] == [CHUNK_ROWS, 3]
    assert chunks[0]["evaluations"][:3].tolist() == [5, 10, 15]
    assert np.isinf(chunks[0]["mean"][1])
    assert np.all(chunks[0]["best"] <= chunks[0]["median"])


@pytest.fixture
def traced(tmp_path: Path) -> bb.RunRecord:
    """Return a run with its trace in a store."""
    made = bb.study(optimizers="random_search", functions="sphere", dims=3, budget=20_000, history="all", points=True)
    return next(iter(made.run(tmp_path)))


def test_a_column_can_be_memory_mapped(tmp_path: Path, traced: bb.RunRecord) -> None:
    """The file is an ordinary .npy, and its minimum is the run's best value."""
    values = memory_map(traced, tmp_path, "value", tmp_path / "values.npy")
    points = memory_map(traced, tmp_path, "point", tmp_path / "points.npy")
    assert values.shape == (20_000,)
    assert points.shape == (20_000, 3)
    best = int(np.argmin(values))
    assert values[best] == traced.best_value
    assert np.array_equal(points[best], traced.best_solution)
    with pytest.raises(UsageError, match="column is 'x', the trace has value, point"):
        memory_map(traced, tmp_path, "x", tmp_path / "x.npy")


def test_a_damaged_trace_is_reported(tmp_path: Path, traced: bb.RunRecord) -> None:
    """The digest in the record shows the damage; a run without a trace is refused."""
    assert traced.trace is not None
    path = tmp_path / "shards" / traced.trace.file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ArtifactError, match="does not match the digest"):
        list(read_trace(traced, tmp_path))
    path.unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        list(read_trace(traced, tmp_path))
    with pytest.raises(UsageError, match="has no trace"):
        list(read_trace(replace(traced, trace=None), tmp_path))


@pytest.mark.parametrize("shape", [(7,), (7, 3), (1,)])
def test_columns_come_back_bit_by_bit(tmp_path: Path, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    """Infinite values and both kinds of numbers are included."""
    values = rng.standard_normal(shape)
    values.flat[0] = np.inf
    whole = np.arange(shape[0]) * 2**40
    writer = TraceWriter(TraceFile(tmp_path), "all", points=False, most_bytes=10**6)
    writer.write({"value": values, "evaluations": whole})
    record = replace(bb.run("random_search", "sphere", dim=2, budget=5), trace=writer.finish())
    (columns,) = read_trace(record, tmp_path)
    assert columns["value"].tobytes() == values.tobytes()
    assert columns["evaluations"].tolist() == whole.tolist()


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40, unique=True), st.floats(-10, 10))
def test_target_hits_are_first_hits(values: list[float], f_opt: float) -> None:
    """Target hits equal the definition, target by target."""
    falling = np.array(sorted(values, reverse=True))
    history = History(evaluations=np.arange(1, len(falling) + 1) * 3, best_values=falling)
    expected = []
    for target in STANDARD_TARGETS:
        hit = [3 * (k + 1) for k, value in enumerate(falling) if value - f_opt <= target]
        if hit:
            expected.append(hit[0])
    assert target_hits(history, f_opt) == tuple(expected)
    assert target_hits(history, None) is None


def test_there_are_51_targets() -> None:
    """The targets go from 1e2 to 1e-8, with five per factor of ten."""
    assert len(STANDARD_TARGETS) == 51
    assert (STANDARD_TARGETS[0], STANDARD_TARGETS[10], STANDARD_TARGETS[-1]) == (100.0, 1.0, 1e-8)
