"""Checking a store from its bytes up, and repairing what can be: damaged frames, empty shards, orphan temporaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchbook.artifacts.store.index import FILE_NAME as INDEX_FILE
from benchbook.artifacts.store.index import Index
from benchbook.artifacts.store.shards import IMPORTED_SUFFIX
from benchbook.artifacts.io import load_document
from benchbook.artifacts.store.manifest import FILE_NAME as MANIFEST_FILE
from benchbook.artifacts.store.manifest import check_store
from benchbook.artifacts.store.shards import IMPORTED_FOLDER, SHARD_FOLDER, frames_of_shard, is_being_written, shards_of
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.store.trace import read_trace
from benchbook.artifacts.validate import check_file
from benchbook.errors import ArtifactError, StorageError, UsageError
from benchbook.files import write_atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong in a store.

    Attributes:
        path: File, from the store's folder.
        reason: What is wrong with it.
        repairable: Whether `repair` removes it; what was lost is then computed again.
    """

    path: str
    reason: str
    repairable: bool

    def __str__(self) -> str:
        """Return file and reason."""
        return f"{self.path}: {self.reason}"


def inspect(folder: Path) -> Iterator[Finding]:
    """Yield what is wrong in a store; every frame is read anew, and every run held against its digests.

    Raises:
        UsageError: The folder is no store.
        StorageError: It cannot be read.
    """
    check_store(folder)
    for path in _temporaries(folder):
        yield Finding(path=path.relative_to(folder).as_posix(), reason="left by a killed process", repairable=True)
    if (folder / MANIFEST_FILE).exists():
        try:
            load_document(folder / MANIFEST_FILE)
        except ArtifactError as error:
            yield Finding(path=MANIFEST_FILE, reason=str(error), repairable=False)
    with Store(folder, Index(folder, fresh=True)) as store:
        index = store.index()
        for shard, offset, reason in index.query("SELECT shard, offset, reason FROM damages ORDER BY shard, offset"):
            yield Finding(path=shard, reason=f"frame at byte {offset}: {reason}", repairable=True)
        for row in store.rows():
            try:
                record = store.read(row)
            except ArtifactError as error:
                reason = str(error).removeprefix(f"{row.shard}, ")
                yield Finding(path=row.shard, reason=reason, repairable=False)
                continue
            if record.trace is not None:
                try:
                    for _ in read_trace(record, folder):
                        pass
                except (ArtifactError, UsageError) as error:
                    yield Finding(path=f"{SHARD_FOLDER}/{record.trace.file}", reason=str(error), repairable=False)
    yield from _wrong_imports(folder)


def _wrong_imports(folder: Path) -> Iterator[Finding]:
    for path in sorted((folder / IMPORTED_FOLDER).glob(f"*{IMPORTED_SUFFIX}")):
        name = path.relative_to(folder).as_posix()
        try:
            for number, problem in check_file(path):
                yield Finding(path=name, reason=f"frame {number}: {problem}", repairable=False)
        except ArtifactError as error:
            yield Finding(path=name, reason=str(error), repairable=False)


def repair(folder: Path) -> list[str]:
    """Remove damaged frames, empty shards and orphan temporaries; return what was done, in words.

    A shard that a process is writing to is left alone.

    Raises:
        StorageError: A file cannot be written or removed.
    """
    done: list[str] = []
    try:
        for path in _temporaries(folder):
            path.unlink()
            done.append(f"{path.relative_to(folder).as_posix()}: removed")
        for path in shards_of(folder):
            done += _repair_shard(path, path.relative_to(folder).as_posix())
        if done:
            (folder / INDEX_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot repair {folder}: {error.strerror or error}") from error
    return done


def _repair_shard(path: Path, name: str) -> list[str]:
    damaged = [(frame.offset, frame.size) for frame in frames_of_shard(path) if frame.data is None]
    if not damaged:
        return []
    if is_being_written(path):
        return [f"{name}: left alone, a process is writing to it"]
    data = path.read_bytes()
    for offset, size in reversed(damaged):
        data = data[:offset] + data[offset + size :]
    if data:
        write_atomic(path, data)
        return [f"{name}: {len(damaged)} damaged frames removed"]
    path.unlink()
    return [f"{name}: removed, nothing in it could be read"]


def _temporaries(folder: Path) -> list[Path]:
    found = [*folder.glob(".*.tmp"), *(folder / SHARD_FOLDER).glob(".*.tmp")]
    return sorted(path for path in found if path.is_file())
