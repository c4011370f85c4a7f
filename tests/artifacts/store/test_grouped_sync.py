"""When written data are synced to disk."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import benchbook as bb
from benchbook.artifacts.store import shards, store
from benchbook.artifacts.store.grouped_sync import GroupedSync
from benchbook.artifacts.store.store import Store
from benchbook.clock import ManualClock
from benchbook.errors import StorageError
from benchbook.files import sync_file


class Disk:
    """A disk that counts syncs, each of which takes a given time."""

    def __init__(self, takes_s: float = 0.01) -> None:
        self.clock = ManualClock()
        self.takes_s = takes_s
        self.syncs = 0
        self.heard = threading.Event()

    def sync(self) -> None:
        """Let the time of a sync pass."""
        self.clock.advance(self.takes_s)
        self.syncs += 1
        self.heard.set()


def test_the_first_is_synced_immediately_and_the_next_ones_in_a_group() -> None:
    """A group lasts twenty times as long as the previous sync."""
    disk = Disk()
    groups = GroupedSync(disk.sync, disk.clock)
    groups.written()
    assert (disk.syncs, groups.is_settled) == (1, True)
    groups.written()
    groups.written()
    assert (disk.syncs, groups.is_settled) == (1, False)
    disk.clock.advance(0.2)
    groups.written()
    assert (disk.syncs, groups.is_settled) == (2, True)
    groups.close()
    assert disk.syncs == 2


def test_a_slow_disk_is_asked_once_per_second() -> None:
    """However slow a sync is, a group lasts at most a second."""
    disk = Disk(takes_s=0.5)
    groups = GroupedSync(disk.sync, disk.clock)
    groups.written()
    disk.clock.advance(0.9)
    groups.written()
    assert not groups.is_settled
    disk.clock.advance(0.2)
    groups.written()
    assert groups.is_settled
    groups.close()


def test_what_nothing_follows_is_synced_within_a_second() -> None:
    """Runs are synced within a second even if a long run follows."""
    disk = Disk()
    groups = GroupedSync(disk.sync, disk.clock)
    groups.written()
    disk.heard.clear()
    groups.written()
    assert disk.heard.wait(60)
    groups.close()
    assert (disk.syncs, groups.is_settled) == (2, True)


def test_a_sync_that_fails_later_is_raised_with_the_next_write() -> None:
    """An error in the sync thread is raised by the next write, where the study sees it."""
    disk = Disk()
    failing = threading.Event()

    def sync() -> None:
        disk.sync()
        if disk.syncs == 2:
            failing.set()
            raise StorageError("the disk is gone")

    groups = GroupedSync(sync, disk.clock)
    groups.written()
    groups.written()
    assert failing.wait(60)
    with pytest.raises(StorageError, match="gone"):
        groups.close()


def test_a_run_is_on_disk_before_it_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trace, the shard and the folders that contain them are synced before the study reports the run."""
    happened: list[str] = []
    fsync = shards.os.fsync

    def noted(handle: int) -> None:
        happened.append("shard")
        fsync(handle)

    monkeypatch.setattr(shards.os, "fsync", noted)
    monkeypatch.setattr(shards, "sync_folder", lambda folder: happened.append(folder.name))
    monkeypatch.setattr(store, "sync_file", lambda path: happened.append(path.name.split(".", 1)[1]))
    study = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=1, budget=10, history="all")
    study.run(tmp_path / "s", progress=lambda done, _: happened.append(f"{done} done")).close()
    wanted = ["traces.zst", "shard", "shards", "s", tmp_path.name, "1 done"]
    assert [item for item in happened if item in wanted][-len(wanted) :] == wanted


def test_runs_in_a_group_are_reported_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No run is reported while it is only in the system's memory."""
    told: list[tuple[int, bool]] = []
    opened: list[Store] = []
    entered = Store.__enter__
    monkeypatch.setattr(Store, "__enter__", lambda self: (opened.append(self), entered(self))[1])
    study = bb.study(
        optimizers="random_search", functions=["sphere", "ackley", "rastrigin"], dims=2, seeds=1, budget=10
    )
    study.run(tmp_path / "s", progress=lambda done, _: told.append((done, opened[0].is_on_disk))).close()
    assert told[-1] == (3, True)
    assert all(on_disk for _, on_disk in told)


def test_a_file_that_is_not_there_needs_no_sync(tmp_path: Path) -> None:
    """A missing file needs no sync, since a trace may be on another machine."""
    sync_file(tmp_path / "x")
    (tmp_path / "x").write_bytes(b"x")
    sync_file(tmp_path / "x")
