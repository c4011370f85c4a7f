"""A store: a folder of append-only shards, one run document in each zstd frame, and an index of them.

Every writer has a shard of its own, so that processes and machines need no lock; shards can be concatenated, and
merging stores is a set union over run keys. A torn last frame, left by a killed writer, is dropped when reading.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from benchbook.artifacts.store.deduplicated import to_stored
from benchbook.artifacts.store.grouped_sync import GroupedSync
from benchbook.artifacts.store.indexing.index import Index
from benchbook.artifacts.store.indexing.row import Row
from benchbook.artifacts.store.indexing.run_reading import read_document, read_run
from benchbook.artifacts.store.shards import SHARD_FOLDER, SHARD_SUFFIX, ShardWriter
from benchbook.digests import text_digest
from benchbook.errors import ArtifactError
from benchbook.files import sync_file
from benchbook.profiling.stages import stage
from benchbook.records import RunRecord
from benchbook.typing import JsonObject

__all__ = ["SHARD_SUFFIX", "Row", "Store"]
log = logging.getLogger(__name__)


class Store:
    """Runs in a folder.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> record = bb.run("random_search", "sphere", dim=2, seed=1, budget=10)
        >>> with Store(Path(tempfile.mkdtemp())) as store:
        ...     store.append(record)
        ...     [kept == record for kept in store.records()]
        [True]
    """

    def __init__(self, folder: Path, index: Index | None = None) -> None:
        """Name the folder; nothing is read or written yet. `index` is opened when it is needed unless given."""
        self.folder = Path(folder)
        self._writer = ShardWriter(self.folder)
        self._groups = GroupedSync(self._sync)
        self._traces: set[str] = set()  # files with traces of runs that are not on disk yet
        self._index = index

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close it."""
        self.close()

    @property
    def shard(self) -> Path:
        """The shard that this store appends to; it may not exist yet."""
        return self._writer.path

    @property
    def is_on_disk(self) -> bool:
        """Whether all appended runs would survive a power loss."""
        return self._groups.is_settled

    def append(self, record: RunRecord) -> None:
        """Add a run, in one write to this process's own shard; it is brought to disk within a second.

        Raises:
            StorageError: It cannot be written.
        """
        with stage("encode"):
            form = to_stored(record)
        self._writer.append(form)
        if record.trace is not None:
            self._traces.add(record.trace.file)
        self._groups.written()

    def sync(self) -> None:
        """Bring to disk what was appended.

        Raises:
            StorageError: It cannot be brought there.
        """
        self._groups.settle()

    def close(self) -> None:
        """Bring what was written to disk, and close shard and index.

        Raises:
            StorageError: It cannot be brought there.
        """
        try:
            self._groups.close()
        finally:
            self._writer.close()
            if self._index is not None:
                self._index.close()
                self._index = None

    def _sync(self) -> None:
        traces = self._traces.copy()
        for name in traces:  # before the runs that refer to them
            sync_file(self.folder / SHARD_FOLDER / name)
        self._writer.sync()
        self._traces -= traces

    def index(self) -> Index:
        """Return the index, with all that is in the shards by now.

        Raises:
            StorageError: The shards cannot be read.
        """
        if self._index is None:
            self._index = Index(self.folder)
        self._index.sync()
        return self._index

    def known(self, text: str, values: Sequence[Any] = ()) -> list[Any]:
        """Ask the index as it was when it was last brought up to date; see `Index.query`."""
        return (self._index or self.index()).query(text, values).fetchall()

    def __len__(self) -> int:
        """Return the number of runs, each key counted once."""
        return int(self.index().query("SELECT count(*) FROM runs").fetchone()[0])

    def rows(self, where: str = "", values: Sequence[Any] = ()) -> Iterator[Row]:
        """Yield what the index knows of the runs, by optimizer, function, dimension, instance and seed."""
        return self.index().rows(where, values)

    def get(self, run_key: str) -> RunRecord | None:
        """Return the run with a key; None if there is none that can be read."""
        row = next(self.rows("WHERE run_key = ?", (run_key,)), None)
        if row is None:
            return None
        try:
            return self.read(row)
        except ArtifactError as error:
            log.warning("left out: %s", error)
            return self._other(row)

    def read(self, row: Row) -> RunRecord:
        """Read a run that the index names.

        Raises:
            ArtifactError: It is damaged, or does not match its digests.
        """
        return read_run(self.folder, row, self.shared)

    def document(self, row: Row) -> JsonObject:
        """Return the self-contained document of a run that the index names, checked against its schema.

        Raises:
            ArtifactError: It is damaged.
        """
        return read_document(self.folder, row, self.shared)

    def shared(self, digest: str) -> JsonObject:
        """Return a document that runs refer to.

        Raises:
            ArtifactError: It is not in the store.
        """
        found = self.known("SELECT document FROM shared WHERE digest = ?", (digest,))
        if not found:
            raise ArtifactError(f"{self.folder} has no shared document {digest}, to which a run refers")
        return _parsed(found[0][0])

    def records(self) -> Iterator[RunRecord]:
        """Yield all valid runs, each key once; what is damaged is left out, and logged in one line for all."""
        return self.readable()

    def readable(self, where: str = "", values: Sequence[Any] = ()) -> Iterator[RunRecord]:
        """Yield the valid runs for which a condition over the index holds; see `records`."""
        damaged: list[str] = []
        lost = 0
        for row in self.rows(where, values):
            try:
                record: RunRecord | None = self.read(row)
            except ArtifactError as error:
                damaged.append(str(error))
                record = self._other(row)
                lost += record is None
            if record is not None:
                yield record
        if lost:
            log.warning("left out %d runs of %s that cannot be read; the first: %s", lost, self.folder, damaged[0])
        elif damaged:
            log.warning(
                "%d runs of %s were read from another copy; the first: %s", len(damaged), self.folder, damaged[0]
            )

    def _other(self, row: Row) -> RunRecord | None:
        """Return a run whose frame is damaged from another frame of the same key; None if there is none."""
        for other in self.index().others(row.run_key):
            try:
                return self.read(other)
            except ArtifactError as error:
                log.debug("left out: %s", error)
        return None

    def by_key(self) -> dict[str, RunRecord]:
        """Return the runs by run key; of several with one key the first, or the first that did its work."""
        return {record.run_key: record for record in self.records()}

    def content_digest(self) -> str:
        """Return the digest (hex) over run keys and content digests, in the order of the keys.

        It does not depend on who did the runs, in which order, or into which shard they were written.
        """
        pairs = self.index().query("SELECT run_key, content_digest FROM runs ORDER BY run_key")
        return text_digest(*(f"{key}:{content}" for key, content in pairs))


@lru_cache(maxsize=256)
def _parsed(document: bytes) -> JsonObject:
    parsed: JsonObject = orjson.loads(document)
    return parsed
