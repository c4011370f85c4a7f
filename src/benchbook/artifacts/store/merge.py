"""Merging stores: a set union over run keys, by copying frames as they are."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchbook.artifacts.codec import encode
from benchbook.artifacts.store.indexing.row import Row
from benchbook.artifacts.store.manifest import FILE_NAME, check_store, usable_manifest
from benchbook.artifacts.store.shards import SHARD_FOLDER, ShardWriter, frame_at
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.store.trace import TRACE_SUFFIX
from benchbook.errors import ArtifactError, StorageError, UsageError
from benchbook.files import read_bytes, sync_file, write_atomic

log = logging.getLogger(__name__)


def merge(sources: Sequence[Path], into: Path) -> int:
    """Copy the runs that `into` does not have from other stores; return how many they were.

    A completed run is added next to a failed one. The stores must have one plan, as the parts of a study do. Runs that
    cannot be read are left out, and a plan that cannot be read is not compared; the log names them.

    Raises:
        UsageError: A source is not a store, is the target itself, or holds another plan.
        ArtifactError: A manifest is of a newer benchbook.
        StorageError: The target cannot be written to.
    """
    for source in sources:
        check_store(source)
        if source.resolve() == into.resolve():
            raise UsageError(f"{source} cannot be merged into itself")
    _take_manifest(sources, into)
    copied = 0
    for source in sources:
        damaged: list[str] = []
        with Store(source) as theirs, Store(into) as ours:
            writer = ShardWriter(into)
            try:
                for row in theirs.rows():
                    there = ours.known("SELECT status FROM runs WHERE run_key = ?", (row.run_key,))
                    if there and (there[0][0] == "done" or row.status != "done"):
                        continue
                    try:
                        _copy(theirs, row, writer)
                        copied += 1
                    except ArtifactError as error:
                        damaged.append(str(error))
            finally:
                writer.close()
        _copy_traces(source, into)
        if damaged:
            log.warning("left out %d runs of %s that cannot be read; the first: %s", len(damaged), source, damaged[0])
    return copied


def _copy(store: Store, row: Row, writer: ShardWriter) -> None:
    names = [name for name in (row.cell, row.circumstances) if name is not None]
    shared = [(name, encode(store.shared(name))) for name in names if writer.needs(name)]
    writer.append_frame(frame_at(store.folder / row.shard, row.offset, row.size), shared)


def _take_manifest(sources: Sequence[Path], into: Path) -> None:
    held = [(folder, manifest) for folder in (into, *sources) if (manifest := usable_manifest(folder)) is not None]
    if not held:
        return
    first, manifest = held[0]
    for folder, other in held[1:]:
        if other.plan != manifest.plan:
            differing = other.plan.differences(manifest.plan) or ["code"]
            raise UsageError(f"{folder} and {first} hold different plans: other {', '.join(differing)}")
    if first != into and not (into / FILE_NAME).exists():
        write_atomic(into / FILE_NAME, read_bytes(first / FILE_NAME))


def _copy_traces(source: Path, into: Path) -> None:
    for path in sorted((source / SHARD_FOLDER).glob(f"*{TRACE_SUFFIX}")):
        there = into / SHARD_FOLDER / path.name
        # Traces are append-only too: the longer file holds the shorter one.
        if there.is_file() and there.stat().st_size >= path.stat().st_size:
            continue
        try:
            there.parent.mkdir(parents=True, exist_ok=True)
            temporary = there.with_name(f".{there.name}.tmp")
            shutil.copyfile(path, temporary)
            sync_file(temporary)
            temporary.replace(there)
        except OSError as error:
            raise StorageError(f"cannot copy {path} to {there}: {error.strerror or error}") from error
