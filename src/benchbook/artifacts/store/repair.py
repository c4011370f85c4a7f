"""Checking a store byte by byte, and repairing it: damaged frames, empty shards, orphaned temporary files.

Readable data that is not a run, such as a frame that does not fit its schema, is set aside: it is moved to `set-aside/`
in the store, which is not read. The same happens to damaged manifests, imports, references and traces; a run whose
trace is damaged is kept, with its trace marked as lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from benchbook.artifacts.codec import decode, encode
from benchbook.artifacts.store.aside import (
    NEWER,
    add_aside,
    document_files,
    part_of_trace,
    problems_of,
    set_documents_aside,
    without_trace,
)
from benchbook.artifacts.store.indexing.index import FILE_NAME as INDEX_FILE
from benchbook.artifacts.store.indexing.index import Index
from benchbook.artifacts.store.indexing.row import Row
from benchbook.artifacts.store.manifest import check_store
from benchbook.artifacts.store.shards import SHARD_FOLDER, frame_at, frames_of_shard, is_being_written, shards_of
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.store.trace import read_trace
from benchbook.errors import ArtifactError, StorageError, UsageError
from benchbook.files import write_atomic
from benchbook.records import RunRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault of a store.

    Attributes:
        path: File, from the store's folder.
        reason: What is wrong with it.
        repairable: Whether `repair` removes it or sets it aside; runs that were lost are then computed again.
    """

    path: str
    reason: str
    repairable: bool

    def __str__(self) -> str:
        """Return file and reason."""
        return f"{self.path}: {self.reason}"


def inspect(folder: Path) -> Iterator[Finding]:
    """Yield the faults of a store; every frame is read again, and every run compared with its digests.

    Raises:
        UsageError: The folder is not a store.
        StorageError: It cannot be read.
    """
    check_store(folder)
    for path in _temporaries(folder):
        yield Finding(path=path.relative_to(folder).as_posix(), reason="left by a killed process", repairable=True)
    for path in document_files(folder):
        name = path.relative_to(folder).as_posix()
        for reason in problems_of(path):
            yield Finding(path=name, reason=reason, repairable=NEWER not in reason)
    with Store(folder, Index(folder, fresh=True)) as store:
        index = store.index()
        for shard, offset, reason in index.query("SELECT shard, offset, reason FROM damages ORDER BY shard, offset"):
            yield Finding(path=shard, reason=f"frame at byte {offset}: {reason}", repairable=NEWER not in reason)
        for row in chain(store.rows(), index.others()):
            try:
                record = store.read(row)
            except ArtifactError as error:
                reason = str(error).removeprefix(f"{row.shard}, ")
                yield Finding(path=row.shard, reason=reason, repairable=NEWER not in reason)
                continue
            lost = _lost_trace(record, folder)
            if record.trace is not None and lost is not None:
                yield Finding(
                    path=f"{SHARD_FOLDER}/{record.trace.file}", reason=str(lost), repairable=NEWER not in str(lost)
                )


def _lost_trace(record: RunRecord, folder: Path) -> ArtifactError | UsageError | None:
    """Return why a run's trace cannot be read; None if it can, or there is none."""
    if record.trace is None:
        return None
    try:
        for _ in read_trace(record, folder):
            pass
    except (ArtifactError, UsageError) as error:
        return error
    return None


def repair(folder: Path) -> list[str]:
    """Remove damaged frames, empty shards and orphaned temporary files, set aside what is not a run, and say so.

    Shards that a process is writing to, and files of a newer benchbook, are not changed.

    Raises:
        UsageError: The folder is not a store.
        StorageError: A file cannot be written or removed.
    """
    done: list[str] = []
    check_store(folder)
    try:
        for path in _temporaries(folder):
            path.unlink()
            done.append(f"{path.relative_to(folder).as_posix()}: removed")
        done += set_documents_aside(folder)
        wrong, rewritten = _wrong_frames(folder)
        for path in shards_of(folder):
            name = path.relative_to(folder).as_posix()
            done += _repair_shard(folder, path, name, wrong.get(name, set()), rewritten.get(name, {}))
        if done:
            (folder / INDEX_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot repair {folder}: {error.strerror or error}") from error
    return done


def _wrong_frames(folder: Path) -> tuple[dict[str, set[int]], dict[str, dict[int, bytes]]]:
    """Return, by shard, the offsets of unreadable runs, and new frames for runs that lost their traces."""
    wrong: dict[str, set[int]] = {}
    rewritten: dict[str, dict[int, bytes]] = {}
    with Store(folder, Index(folder, fresh=True)) as store:
        index = store.index()
        for shard, offset, reason in index.query("SELECT shard, offset, reason FROM damages"):
            if NEWER not in reason:
                wrong.setdefault(shard, set()).add(offset)
        for row in chain(store.rows(), index.others()):
            try:
                record = store.read(row)
            except ArtifactError as error:
                if NEWER not in str(error):
                    wrong.setdefault(row.shard, set()).add(row.offset)
                continue
            lost = _lost_trace(record, folder)
            if lost is not None and NEWER not in str(lost):
                rewritten.setdefault(row.shard, {})[row.offset] = _set_trace_aside(folder, row, record)
    return wrong, rewritten


def _set_trace_aside(folder: Path, row: Row, record: RunRecord) -> bytes:
    """Set aside what is left of a damaged trace, and return the frame of its run without it."""
    part = part_of_trace(record, folder)
    if part and record.trace is not None and not is_being_written(folder / row.shard):
        add_aside(folder, record.trace.file, part)
    frame = frame_at(folder / row.shard, row.offset, row.size)
    return encode(without_trace(decode(frame, row.shard)))


def _repair_shard(folder: Path, path: Path, name: str, wrong: set[int], rewritten: dict[int, bytes]) -> list[str]:
    damaged, aside, changed = [], [], []
    for frame in frames_of_shard(path):
        if frame.data is None:
            damaged.append((frame.offset, frame.size))
        elif frame.offset in wrong:
            aside.append((frame.offset, frame.size))
        elif frame.offset in rewritten:
            changed.append((frame.offset, frame.size))
    if not damaged and not aside and not changed:
        return []
    if is_being_written(path):
        return [f"{name}: left alone, a process is writing to it"]
    data = path.read_bytes()
    if aside:
        add_aside(folder, path.name, b"".join(data[offset : offset + size] for offset, size in aside))
    for offset, size in sorted([*damaged, *aside, *changed], reverse=True):
        data = data[:offset] + rewritten.get(offset, b"") + data[offset + size :]
    if not data:
        path.unlink()
        return [f"{name}: {'set aside, it held no run' if aside else 'removed, nothing in it could be read'}"]
    write_atomic(path, data)
    words = [f"{len(damaged)} damaged frames removed"] if damaged else []
    words += [f"{len(aside)} frames that are no runs set aside"] if aside else []
    words += [f"the damaged traces of {len(changed)} runs set aside"] if changed else []
    return [f"{name}: {', '.join(words)}"]


def _temporaries(folder: Path) -> list[Path]:
    found = [*folder.glob(".*.tmp"), *(folder / SHARD_FOLDER).glob(".*.tmp")]
    return sorted(path for path in found if path.is_file())
