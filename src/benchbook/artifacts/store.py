"""A store: a folder of append-only shards, one run document in each zstd frame.

Every writer has a shard of its own, so that processes and machines need no lock; shards can be concatenated, and
merging stores is a set union over run keys. A torn last frame, left by a killed writer, is dropped when reading.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from benchbook.artifacts.codec import document_of, encode, frames_of
from benchbook.artifacts.document import from_document, to_document
from benchbook.artifacts.validate import check_document
from benchbook.errors import ArtifactError, StorageError
from benchbook.files import read_bytes
from benchbook.records import RunRecord

log = logging.getLogger(__name__)
SHARD_SUFFIX = ".runs.zst"


class Store:
    """Runs in a folder.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> record = bb.run("random_search", "sphere", dim=2, seed=1, budget=10)
        >>> with Store(Path(tempfile.mkdtemp())) as store:
        ...     store.append(record)
        >>> [kept == record for kept in store.records()]
        [True]
    """

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read or written yet."""
        self.folder = Path(folder)
        self._writer: int | None = None

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close the writer."""
        self.close()

    def append(self, record: RunRecord) -> None:
        """Add a run, in one write to this process's own shard.

        Raises:
            StorageError: It cannot be written.
        """
        data = encode(to_document(record))
        try:
            if self._writer is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                shard = self.folder / f"{uuid.uuid4().hex}{SHARD_SUFFIX}"
                self._writer = os.open(shard, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_EXCL, 0o666)
            view = memoryview(data)
            while view:
                view = view[os.write(self._writer, view) :]
        except OSError as error:
            raise StorageError(f"cannot write to the store {self.folder}: {error.strerror or error}") from error

    def close(self) -> None:
        """Bring what was written to disk and close this process's shard."""
        if self._writer is not None:
            os.fsync(self._writer)
            os.close(self._writer)
            self._writer = None

    def records(self) -> Iterator[RunRecord]:
        """Yield all valid runs; what is damaged is logged and left out."""
        for shard in sorted(self.folder.glob(f"*{SHARD_SUFFIX}")):
            for frame in frames_of(read_bytes(shard)):
                try:
                    document = document_of(frame, shard.name)
                except ArtifactError as error:
                    log.warning("left out: %s", error)
                    continue
                problems = check_document(document)
                if problems:
                    log.warning("left out: %s, frame at byte %d: %s", shard.name, frame.offset, problems[0])
                    continue
                yield from_document(document)

    def by_key(self) -> dict[str, RunRecord]:
        """Return the runs by run key; of several with one key the first."""
        kept: dict[str, RunRecord] = {}
        for record in self.records():
            kept.setdefault(record.run_key, record)
        return kept
