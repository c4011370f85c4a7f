"""Checking a store from its bytes up, and repairing what can be: damaged frames, empty shards, orphan temporaries.

What is not a run although it can be read, such as a frame that does not fit its schema, is set aside: it is moved to
`set-aside/` in the store, where nothing reads it.
"""

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

ASIDE_FOLDER = "set-aside"
_NEWER = "a newer benchbook wrote it"


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
    """Yield what is wrong in a store; every frame is read again, and every run compared with its digests.

    Raises:
        UsageError: The folder is not a store.
        StorageError: It cannot be read.
    """
    check_store(folder)
    for path in _temporaries(folder):
        yield Finding(path=path.relative_to(folder).as_posix(), reason="left by a killed process", repairable=True)
    if (folder / MANIFEST_FILE).exists():
        try:
            load_document(folder / MANIFEST_FILE)
        except ArtifactError as error:
            yield Finding(path=MANIFEST_FILE, reason=str(error), repairable=_NEWER not in str(error))
    with Store(folder, Index(folder, fresh=True)) as store:
        index = store.index()
        for shard, offset, reason in index.query("SELECT shard, offset, reason FROM damages ORDER BY shard, offset"):
            yield Finding(path=shard, reason=f"frame at byte {offset}: {reason}", repairable=_NEWER not in reason)
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
    """Remove damaged frames, empty shards and orphan temporaries, set aside what is no run; return that in words.

    A shard that a process is writing to is left alone, and so is what a newer benchbook wrote.

    Raises:
        StorageError: A file cannot be written or removed.
    """
    done: list[str] = []
    try:
        for path in _temporaries(folder):
            path.unlink()
            done.append(f"{path.relative_to(folder).as_posix()}: removed")
        done += _set_manifest_aside(folder)
        wrong = _wrong_frames(folder)
        for path in shards_of(folder):
            name = path.relative_to(folder).as_posix()
            done += _repair_shard(folder, path, name, wrong.get(name, set()))
        if done:
            (folder / INDEX_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot repair {folder}: {error.strerror or error}") from error
    return done


def _set_manifest_aside(folder: Path) -> list[str]:
    path = folder / MANIFEST_FILE
    if not path.is_file():
        return []
    try:
        load_document(path)
    except ArtifactError as error:
        if _NEWER in str(error):
            return []
        (folder / ASIDE_FOLDER).mkdir(exist_ok=True)
        path.replace(folder / ASIDE_FOLDER / MANIFEST_FILE)
        return [f"{MANIFEST_FILE}: set aside; `benchbook study run` writes it again"]
    return []


def _wrong_frames(folder: Path) -> dict[str, set[int]]:
    """Return, by shard, where frames begin that can be read, but are no runs."""
    wrong: dict[str, set[int]] = {}
    with Store(folder, Index(folder, fresh=True)) as store:
        for shard, offset, reason in store.index().query("SELECT shard, offset, reason FROM damages"):
            if _NEWER not in reason:
                wrong.setdefault(shard, set()).add(offset)
    return wrong


def _repair_shard(folder: Path, path: Path, name: str, wrong: set[int]) -> list[str]:
    damaged, aside = [], []
    for frame in frames_of_shard(path):
        if frame.data is None:
            damaged.append((frame.offset, frame.size))
        elif frame.offset in wrong:
            aside.append((frame.offset, frame.size))
    if not damaged and not aside:
        return []
    if is_being_written(path):
        return [f"{name}: left alone, a process is writing to it"]
    data = path.read_bytes()
    if aside:
        kept = folder / ASIDE_FOLDER / path.name
        earlier = kept.read_bytes() if kept.is_file() else b""
        write_atomic(kept, earlier + b"".join(data[offset : offset + size] for offset, size in aside))
    for offset, size in sorted([*damaged, *aside], reverse=True):
        data = data[:offset] + data[offset + size :]
    if not data:
        path.unlink()
        return [f"{name}: {'set aside, it held no run' if aside else 'removed, nothing in it could be read'}"]
    write_atomic(path, data)
    words = [f"{len(damaged)} damaged frames removed"] if damaged else []
    words += [f"{len(aside)} frames that are no runs set aside"] if aside else []
    return [f"{name}: {', '.join(words)}"]


def _temporaries(folder: Path) -> list[Path]:
    found = [*folder.glob(".*.tmp"), *(folder / SHARD_FOLDER).glob(".*.tmp")]
    return sorted(path for path in found if path.is_file())
