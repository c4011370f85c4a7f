import logging
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.artifacts import Store
from benchbook.artifacts.codec import encode
from benchbook.artifacts.run_document import to_document
from benchbook.errors import StorageError
from benchbook.records import RunRecord


@pytest.fixture(scope="module")
def records() -> list[RunRecord]:
    """Return three runs."""
    return [bb.run("random_search", "ackley", dim=2, instance=1, seed=seed, budget=20) for seed in (1, 2, 3)]


def shards(folder: Path) -> list[Path]:
    """Return the shards of a store."""
    return sorted(folder.rglob("*.runs.zst"))


def filled(folder: Path, records: list[RunRecord]) -> Store:
    """Return a store that contains the records in one shard."""
    with Store(folder) as store:
        for record in records:
            store.append(record)
    return store


def test_what_was_appended_comes_back_in_order(tmp_path: Path, records: list[RunRecord]) -> None:
    """One shard has one frame per run."""
    store = filled(tmp_path / "new" / "store", records)
    assert list(store.records()) == records
    assert len(shards(store.folder)) == 1


def test_a_store_that_is_not_there_is_empty(tmp_path: Path) -> None:
    """Reading a store that does not exist creates no folder."""
    assert Store(tmp_path / "none").by_key() == {}
    assert not (tmp_path / "none").exists()


def test_a_run_is_safe_once_it_is_appended(tmp_path: Path, records: list[RunRecord]) -> None:
    """Another process sees a run before the writer is closed, so an interrupted study keeps its runs."""
    writer = Store(tmp_path)
    writer.append(records[0])
    assert list(Store(tmp_path).records()) == records[:1]
    writer.close()
    writer.close()


def test_two_writers_have_two_shards(tmp_path: Path, records: list[RunRecord]) -> None:
    """Simultaneous writers use different shards, and the union of their runs is read."""
    one, two = Store(tmp_path), Store(tmp_path)
    one.append(records[0])
    two.append(records[1])
    one.append(records[2])
    one.close()
    two.close()
    assert len(shards(tmp_path)) == 2
    assert set(Store(tmp_path).by_key()) == {record.run_key for record in records}


def test_a_closed_store_can_be_written_on(tmp_path: Path, records: list[RunRecord]) -> None:
    """Earlier shards stay as they are, byte for byte."""
    store = filled(tmp_path, records[:1])
    before = {path: path.read_bytes() for path in shards(tmp_path)}
    with store:
        store.append(records[1])
    assert all(path.read_bytes().startswith(data) for path, data in before.items())
    assert len(store.by_key()) == 2


def test_of_several_runs_with_one_key_the_first_is_taken(tmp_path: Path, records: list[RunRecord]) -> None:
    """Merging stores is a set union over run keys."""
    again = bb.run("random_search", "ackley", dim=2, instance=1, seed=1, budget=20)
    assert again.run_key == records[0].run_key
    store = filled(tmp_path, [records[0], again])
    assert [kept.run_id for kept in store.by_key().values()] == [records[0].run_id]


def test_shards_can_be_concatenated(tmp_path: Path, records: list[RunRecord]) -> None:
    """`cat a.runs.zst b.runs.zst > c.runs.zst` makes a shard."""
    (tmp_path / "c.runs.zst").write_bytes(b"".join(encode(to_document(record)) for record in records))
    assert list(Store(tmp_path).records()) == records


@pytest.mark.parametrize("part", [0.02, 0.5, 0.99])
def test_a_torn_last_frame_costs_only_itself(
    tmp_path: Path, records: list[RunRecord], part: float, caplog: pytest.LogCaptureFixture
) -> None:
    """After a writer was killed during a write, all earlier runs can be read, with a warning."""
    frames = [encode(to_document(record)) for record in records]
    torn = frames[2][: int(part * len(frames[2]))]
    (tmp_path / "a.runs.zst").write_bytes(frames[0] + frames[1] + torn)
    with caplog.at_level(logging.WARNING):
        assert list(Store(tmp_path).records()) == records[:2]
    assert "left out: a.runs.zst" in caplog.text


def test_an_invalid_document_is_left_out(
    tmp_path: Path, records: list[RunRecord], caplog: pytest.LogCaptureFixture
) -> None:
    """A run that was edited in the store is left out, and its neighbours are read."""
    edited = {**to_document(records[1]), "seed": 77}
    frames = [encode(document) for document in (to_document(records[0]), edited, to_document(records[2]))]
    (tmp_path / "a.runs.zst").write_bytes(b"".join(frames))
    with caplog.at_level(logging.WARNING):
        assert list(Store(tmp_path).records()) == [records[0], records[2]]
    assert f"frame at byte {len(frames[0])}: $.content_digest: does not match" in caplog.text


def test_a_foreign_file_is_left_out(tmp_path: Path, records: list[RunRecord]) -> None:
    """Other files, and files that only look like shards, are ignored."""
    filled(tmp_path, records[:1])
    (tmp_path / "zz.runs.zst").write_bytes(b"no shard")
    (tmp_path / "empty.runs.zst").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"hello")
    assert list(Store(tmp_path).records()) == records[:1]


def test_a_store_that_cannot_be_written_is_an_error(tmp_path: Path, records: list[RunRecord]) -> None:
    """The message names the folder."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"cannot write to the store.*file"):
        Store(tmp_path / "file" / "store").append(records[0])
