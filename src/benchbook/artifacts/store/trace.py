"""Traces: what a run keeps in addition to its improvements, as packed chunks in a file next to the shards.

A chunk is a JSON document in a zstd frame; its columns are byte-shuffled numbers in base64, which is smaller than
text and written much faster. Each writing process has a file of its own.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import math
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchbook.artifacts.codec import document_of, encode, zstd_frames
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.artifacts.store.shards import SHARD_FOLDER
from benchbook.artifacts.validate import schema_findings
from benchbook.errors import ArtifactError, StorageError, UsageError
from benchbook.records import RunRecord, TraceRecord, from_plain
from benchbook.records.stored import PackedColumn, TraceChunk
from benchbook.typing import JsonObject

log = logging.getLogger(__name__)
TRACE_SUFFIX = ".traces.zst"
_TYPES = {"f": "<f8", "i": "<i8"}


class TraceFile:
    """Appends the traces of one process, one run after another."""

    def __init__(self, store: Path) -> None:
        """Name a new file; it is made with the first chunk."""
        self.path = store / SHARD_FOLDER / f"{uuid.uuid4().hex}{TRACE_SUFFIX}"

    def append(self, data: bytes) -> int:
        """Append bytes and return the offset where they start.

        Raises:
            StorageError: They cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab", buffering=0) as file:
                offset = os.fstat(file.fileno()).st_size
                view = memoryview(data)
                while view:
                    view = view[file.write(view) or 0 :]
        except OSError as error:
            raise StorageError(f"cannot write the trace {self.path}: {error.strerror or error}") from error
        return offset


class TraceWriter:
    """Writes the trace of one run; stops at its byte budget and records from where on rows are missing."""

    def __init__(self, file: TraceFile, level: str, *, points: bool, most_bytes: int) -> None:
        """Take the file, what the rows are, and how many bytes there may be."""
        self._file = file
        self._level = level
        self._points = points
        self._most_bytes = most_bytes
        self._trace_id = uuid.uuid4().hex
        self._digest = hashlib.sha256()
        self._offset: int | None = None
        self._size = 0
        self._rows = 0
        self._evaluations = 0
        self._lost_from: int | None = None

    @property
    def full(self) -> bool:
        """Whether the byte budget is spent."""
        return self._lost_from is not None

    def write(self, columns: Mapping[str, np.ndarray]) -> None:
        """Append a chunk of columns of the same length; if it cannot be written, the trace ends with a warning."""
        if self._lost_from is not None:
            return
        rows = len(next(iter(columns.values())))
        data = encode(chunk_document(self._trace_id, self._level, columns))
        if self._size + len(data) > self._most_bytes:
            self._lost_from = self._evaluations + 1
            return
        try:
            offset = self._file.append(data)
        except StorageError as error:  # the run is worth more than its trace
            log.warning("the trace ends after %d evaluations: %s", self._evaluations, error)
            self._lost_from = self._evaluations + 1
            return
        self._offset = offset if self._offset is None else self._offset
        self._digest.update(data)
        self._size += len(data)
        self._rows += rows
        self._evaluations = int(columns["evaluations"][-1]) if "evaluations" in columns else self._rows

    def so_far(self) -> TraceRecord:
        """Return the location of the trace, if nothing more is written."""
        return replace(self.finish(), lost_from=self._evaluations + 1)

    def finish(self) -> TraceRecord:
        """Return the location of the trace."""
        return TraceRecord(
            level=self._level,
            points=self._points,
            file=self._file.path.name,
            offset=self._offset or 0,
            size=self._size,
            digest=self._digest.hexdigest(),
            rows=self._rows,
            lost_from=self._lost_from,
        )


def chunk_document(trace_id: str, level: str, columns: Mapping[str, np.ndarray]) -> JsonObject:
    """Return a chunk of columns as a document."""
    packed = {name: _packed(column) for name, column in columns.items()}
    rows = len(next(iter(columns.values())))
    return as_document(Kind.TRACE_CHUNK, TraceChunk(trace_id=trace_id, level=level, rows=rows, columns=packed))


def read_trace(record: RunRecord, store: Path) -> Iterator[dict[str, np.ndarray]]:
    """Yield the chunks of a run's trace as columns, one after another.

    Args:
        record: The run.
        store: Folder of its store.

    Raises:
        UsageError: The run has no trace, or its file is not there.
        ArtifactError: The trace is damaged.
    """
    trace = record.trace
    if trace is None:
        raise UsageError(f"{record!r} has no trace: it was done with history='improvements'")
    if trace.size == 0:
        return
    path = store / SHARD_FOLDER / trace.file
    try:
        part = _bytes_of(path, trace.offset, trace.size)
    except OSError as error:
        raise UsageError(f"the trace of the run cannot be read: {path}: {error.strerror or error}") from error
    if hashlib.sha256(part).hexdigest() != trace.digest:
        raise ArtifactError(f"{path}, from byte {trace.offset}: does not match the digest in the run's record")
    for frame in zstd_frames(lambda offset, count: part[offset : offset + count], len(part)):
        document = document_of(frame, path.name)
        for problem in schema_findings(document):
            raise ArtifactError(f"{path}, frame at byte {trace.offset + frame.offset}: {problem}")
        yield {name: _unpacked(column) for name, column in from_plain(TraceChunk, document).columns.items()}


def memory_map(record: RunRecord, store: Path, column: str, path: Path) -> np.ndarray:
    """Write a column of a run's trace to `path` (`.npy`) and return it memory-mapped.

    Raises:
        UsageError: The run has no trace, or the trace has no such column.
        ArtifactError: The trace is damaged.
        StorageError: The file cannot be written.
    """
    mapped: np.memmap[Any, Any] | None = None
    done = 0
    rows = record.trace.rows if record.trace is not None else 0
    for columns in read_trace(record, store):
        if column not in columns:
            raise UsageError(f"column is {column!r}, the trace has {', '.join(columns)}")
        part = columns[column]
        if mapped is None:
            try:
                mapped = np.lib.format.open_memmap(path, mode="w+", dtype=part.dtype, shape=(rows, *part.shape[1:]))
            except OSError as error:
                raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
        mapped[done : done + len(part)] = part
        done += len(part)
    if mapped is None:
        raise UsageError("the trace of the run is empty")
    mapped.flush()
    return cast("np.ndarray", np.load(path, mmap_mode="r"))


def _bytes_of(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size  # a damaged record may name places beyond any file
        file.seek(min(offset, length))
        return file.read(min(size, length))


def _packed(column: np.ndarray) -> PackedColumn:
    kind = _TYPES[column.dtype.kind]
    plain = np.ascontiguousarray(column, dtype=kind)
    shuffled = plain.reshape(-1).view(np.uint8).reshape(-1, plain.itemsize).T
    return PackedColumn(dtype=kind, shape=plain.shape, data=base64.b64encode(shuffled.tobytes()).decode("ascii"))


def _unpacked(column: PackedColumn) -> np.ndarray:
    dtype, shape = np.dtype(column.dtype), column.shape
    data = np.frombuffer(base64.b64decode(column.data, validate=True), dtype=np.uint8)
    if data.size != math.prod(shape) * dtype.itemsize:
        raise ArtifactError(f"a column of shape {shape} has {data.size} bytes")
    plain = np.ascontiguousarray(data.reshape(dtype.itemsize, -1).T)
    unpacked: np.ndarray = plain.reshape(-1).view(dtype).reshape(shape)
    return unpacked
