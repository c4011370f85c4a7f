"""The run table of a store, and the aggregates over it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.measures.aggregate import BRIEF_TARGETS, aggregate, spread
from benchbook.artifacts.validate import check_document
from benchbook.errors import UsageError
from benchbook.observers.targets import STANDARD_TARGETS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of 24 runs."""
    folder = tmp_path_factory.mktemp("store")
    made = bb.study(
        optimizers="manta_ray_foraging", functions=["sphere", "ackley"], dims=[2, 3], instances=[0, 1, 2], budget=400
    )
    made.run(folder).close()
    return folder


def test_a_stored_table_is_a_run_table(folder: Path) -> None:
    """Each question gets the same answer as from the records in memory."""
    stored = bb.open(folder)
    table = RunTable(list(stored))
    assert len(stored) == len(table) == 24
    assert stored.optimizers == table.optimizers
    assert sorted(stored.functions) == sorted(table.functions)
    assert stored.dims == table.dims
    assert list(stored.shifted()) == list(table.shifted())
    assert np.array_equal(stored.precisions(), table.precisions())
    chosen = {"optimizer": "random_search", "dim": [3], "instance": (1, 2), "seed": 1, "function": ["ackley"]}
    assert list(stored.select(**chosen)) == list(table.select(**chosen))
    assert stored.to_pandas().equals(table.to_pandas()[list(stored.to_pandas().columns)])
    assert stored[3] == table[3]
    assert stored[-1] == table[-1]
    assert list(stored[2:5]) == list(table[2:5])
    assert repr(stored).startswith("StoredRuns(24 runs, 0 failed")
    with pytest.raises(IndexError, match="24 runs"):
        stored[24]


def test_reading_one_cell_reads_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the frames of the selected runs are decompressed."""
    from benchbook.artifacts.store.indexing import run_reading

    read: list[int] = []
    frame_at = run_reading.frame_at
    stored = bb.open(folder)
    len(stored)
    monkeypatch.setattr(run_reading, "frame_at", lambda *a: read.append(a[1]) or frame_at(*a))
    cell = list(stored.select(optimizer="random_search", function="sphere", dim=2))
    assert len(read) == len(cell) == 3


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A folder that does not exist is named and not created; a file is refused."""
    with pytest.raises(UsageError, match="no such folder"):
        bb.open(tmp_path / "none")
    (tmp_path / "r.json").write_text("{}")
    with pytest.raises(UsageError, match="is a file, expected the folder of a store"):
        bb.open(tmp_path / "r.json")


def test_an_aggregate_is_valid_and_counts_failures(folder: Path) -> None:
    """An aggregate has cells and ERTs by their definition, and its document fits the schema."""
    runs = bb.open(folder)
    document = aggregate(runs)
    assert check_document(document) == []
    assert len(document["cells"]) == 8
    for cell in document["cells"]:
        own = list(runs.select(optimizer=cell["optimizer"], function=cell["function"], dim=cell["dim"]))
        assert cell["runs"] == len(own) == 3
        for target, ert, hits in zip(STANDARD_TARGETS, cell["ert"], cell["hits"], strict=True):
            k = STANDARD_TARGETS.index(target)
            found = [r.target_hits[k] if len(r.target_hits) > k else None for r in own]
            assert hits == sum(hit is not None for hit in found)
            spent = sum(r.evaluations if hit is None else hit for r, hit in zip(own, found, strict=True))
            assert ert == (spent / hits if hits else None)
    brief = aggregate(runs, targets=BRIEF_TARGETS)
    assert check_document(brief) == []
    assert brief["content_digest"] == document["content_digest"] == runs.store.content_digest()


def test_a_cell_without_a_known_optimum_has_no_ert() -> None:
    """The ERT is null, not zero, where the optimum is unknown or a run found nothing."""
    runs = [bb.run("random_search", lambda x: float("nan"), bounds=(0, 1), dim=2, seed=1, budget=5)]
    document = aggregate(runs)
    assert check_document(document) == []
    (cell,) = document["cells"]
    assert (cell["ert"], cell["hits"], cell["success_rate"]) == (None, None, None)
    assert set(cell["precision"].values()) == {None}


def test_a_spread_of_one_number_has_no_deviation() -> None:
    """The deviation of a sample needs two values."""
    assert spread([2.0]).std is None
    assert spread([1.0, 3.0]).std == pytest.approx(2**0.5)
