"""Several frames have one run key: an altered copy never hides the run itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard

import benchbook as bb
from benchbook.artifacts.codec import frames_of
from benchbook.artifacts.store.indexing.index import FILE_NAME as INDEX
from benchbook.artifacts.store.repair import inspect, repair
from benchbook.cli.main import main

Change = Callable[[dict[str, Any]], dict[str, Any]]


def better(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run with a better value than the true one."""
    return {**run, "best_value": -5.0}


def other_history(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run whose index row equals that of the true one."""
    return {**run, "history": {**run["history"], "evaluations": [k + 1 for k in run["history"]["evaluations"]]}}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store of three runs."""
    made = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=3, budget=20)
    made.run(tmp_path / "store").close()
    return tmp_path / "store"


def shown(store: Path) -> tuple[list[Any], list[Any]]:
    """Return what the runs contain, and what the index contains about them."""
    runs = bb.open(store)
    table = runs.to_pandas()[["seed", "evaluations", "best_value"]]
    return [(run.seed, run.evaluations, run.best_value) for run in runs], table.values.tolist()


def add_copy(store: Path, change: Change, *, in_front: bool) -> None:
    """Put an altered copy of the first run in front of it or at the end."""
    (shard,) = store.glob("shards/*.runs.zst")
    data = shard.read_bytes()
    frame = next(f for f in frames_of(data) if orjson.loads(f.data or b"")["kind"] == "stored-run")
    copy = zstandard.ZstdCompressor(write_checksum=True).compress(orjson.dumps(change(orjson.loads(frame.data or b""))))
    place = frame.offset if in_front else len(data)
    shard.write_bytes(data[:place] + copy + data[place:])


@pytest.mark.parametrize("in_front", [True, False])
@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("change", [better, other_history])
def test_an_altered_copy_does_not_hide_the_run(store: Path, change: Change, indexed: bool, in_front: bool) -> None:
    """An altered copy hides nothing, first or indexed or not; `check` names it and `repair` removes it."""
    true = shown(store)
    if not indexed:
        (store / INDEX).unlink()
    add_copy(store, change, in_front=in_front)
    assert shown(store) == true
    assert len(list(inspect(store))) == 1
    repair(store)
    assert list(inspect(store)) == []
    assert len(list(store.glob("set-aside/*.runs.zst"))) == 1
    assert shown(store) == true


def test_a_run_done_twice_counts_once(store: Path) -> None:
    """Two concatenated copies of a shard count as one."""
    true = shown(store)
    (shard,) = store.glob("shards/*.runs.zst")
    shard.write_bytes(shard.read_bytes() * 2)
    assert shown(store) == true
    assert list(inspect(store)) == []


def test_a_run_whose_frame_is_damaged_is_read_from_its_copy(store: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The run is read from its undamaged copy, and the log says so."""
    true = shown(store)
    add_copy(store, other_history, in_front=True)
    assert shown(store) == true
    assert "1 runs of" in caplog.text
    assert bb.open(store)[0].seed == 1


def test_status_shows_the_runs_of_a_plan_that_cannot_be_read(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers that need the plan are unknown, and the exit code reports the damage."""
    (store / "manifest.json.zst").write_bytes(b"x")
    assert main(["study", "status", str(store)]) == 3
    said = capsys.readouterr()
    assert said.out.splitlines()[-1].split() == ["all", "?", "3", "0", "0", "?", "0"]
    assert "planned runs is unknown: " in said.err


def test_runs_whose_plan_cannot_be_read_are_merged(store: Path, tmp_path: Path) -> None:
    """The plans of the other stores are compared as usual."""
    other = tmp_path / "other"
    bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=[4], budget=20).run(other).close()
    (store / "manifest.json.zst").write_bytes(b"x")
    assert main(["study", "merge", str(store), str(other), "--into", str(tmp_path / "into")]) == 0
    assert len(bb.open(tmp_path / "into", everything=True)) == 4


def test_a_report_leaves_out_what_cannot_be_read(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A damaged plan or run costs only itself."""
    (store / "manifest.json.zst").write_bytes(b"x")
    (shard,) = store.glob("shards/*.runs.zst")
    data = bytearray(shard.read_bytes())
    data[-20] ^= 1
    shard.write_bytes(data)
    assert main(["report", str(store), "--out", str(tmp_path / "report")]) == 0
    assert "Ledger: 2 runs; planned: unknown" in (tmp_path / "report" / "index.html").read_text()
    capsys.readouterr()
