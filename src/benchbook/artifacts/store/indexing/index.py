"""The index of a store: the position of each run and its most requested values, rebuilt from the shards if needed.

It is an SQLite file next to the shards, or in memory if the store is not writable. `sync` reads only what was
appended since; if a shard became shorter or was rewritten, it starts again. A seal (see
`benchbook.artifacts.store.indexing.seal`) shows whether the file is still as benchbook wrote it; otherwise it is
rebuilt.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import weakref
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.store.indexing.row import COLUMNS, IndexRow, Row
from benchbook.artifacts.store.indexing.run_reading import read_run
from benchbook.artifacts.store.indexing.same_key import OTHERS, OTHERS_BY_KEY, put_in
from benchbook.artifacts.store.indexing.scan import Damage, ScannedRun, ScannedShared, scan
from benchbook.artifacts.store.indexing.seal import Seal
from benchbook.artifacts.store.shards import shards_of
from benchbook.errors import ArtifactError, BenchbookError, StorageError
from benchbook.typing import JsonObject

log = logging.getLogger(__name__)
FILE_NAME = "index.sqlite"
_VERSION = 2
_WAIT_S = 60.0
_ONE_THREAD = sqlite3.threadsafety < 3  # otherwise SQLite lets any thread close what another opened
_MOST_CACHED_DOCUMENTS = 256  # shared documents kept while runs are added
_MOST_TOLD = 50  # log lines about frames that were left out
_BATCH = 4096  # rows inserted at once
_CACHE_KIB = 128 * 1024  # keys are unordered: a smaller cache would write each page many times


ORDER = "optimizer, function, dim, instance, seed, settings, run_key"
_TABLES = f"""
CREATE TABLE shards (path TEXT PRIMARY KEY, scanned INTEGER, size INTEGER, changed INTEGER, checksum INTEGER);
CREATE TABLE shared (digest TEXT PRIMARY KEY, document BLOB);
CREATE TABLE damages (shard TEXT, offset INTEGER, reason TEXT, torn INTEGER);
CREATE TABLE runs ({", ".join(COLUMNS)}, PRIMARY KEY (run_key)) WITHOUT ROWID;
{OTHERS};
{OTHERS_BY_KEY};
PRAGMA user_version = {_VERSION};
"""
# Made after the first runs are inserted: updating it meanwhile takes twice as long.
_CELLS = f"CREATE INDEX IF NOT EXISTS cells ON runs ({ORDER.removesuffix(', run_key')})"
_SAME_BYTES = 1 << 16  # before the end of what was scanned: a shard that grew must still have them


class Index:
    """The index of one store."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        """Open it, or make it; with `fresh` it is rebuilt in memory from the present shards."""
        self.folder = folder
        self._file = folder / FILE_NAME
        self._fresh = fresh
        self._seal = Seal(folder)
        self._documents: dict[str, bytes] = {}
        self._new: list[IndexRow] = []
        self._told = 0
        self._verified: int | None = None  # the state of the file that was compared with its seal
        self._keep = not fresh and folder.is_dir() and os.access(folder, os.W_OK) and self._seal.is_available()
        self._database = self._open()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def sync(self) -> None:
        """Add what was appended to the shards since the last time."""
        try:
            self._sync()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the second one from damaged texts
            if not self._keep:
                raise StorageError(f"cannot index the store {self.folder}: {error}") from error
            log.info("rebuilding the index of %s: %s", self.folder, error)
            self._database.close()
            try:
                if "locked" in str(error):  # another process takes very long and keeps the index
                    raise
                self._file.unlink(missing_ok=True)
                self._verified = None
                self._database = self._open()
                self._sync()
            except (sqlite3.Error, OSError):
                # The disk is full or fails: the shards can still be read.
                self._keep = False
                self._database = self._open()
                self._sync()

    def rows(self, where: str = "", values: Sequence[Any] = ()) -> Iterator[Row]:
        """Yield what is known of runs, ordered by optimizer, function, dimension, instance and seed."""
        text = f"SELECT {', '.join(COLUMNS)} FROM runs {where} ORDER BY {ORDER}"  # noqa: S608  # conditions of our own
        yield from map(_row, self.query(text, values))

    def others(self, run_key: str | None = None) -> list[Row]:
        """Return the runs that do not count, because one with the same key does; of one key or of all."""
        where, values = ("WHERE run_key = ?", (run_key,)) if run_key is not None else ("", ())
        text = f"SELECT {', '.join(COLUMNS)} FROM others {where} ORDER BY shard, offset"  # noqa: S608  # fixed texts
        return [_row(row) for row in self.query(text, values)]

    def query(self, text: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Query the database: tables `runs` (columns as in `Row`), `shared` and `damages`."""
        return self._database.execute(text, values)

    def _open(self) -> sqlite3.Connection:
        """Open the database; it is closed at the latest when the index is no longer referenced."""
        database = self._connected()
        weakref.finalize(self, _close, database)
        return database

    def _connected(self) -> sqlite3.Connection:
        if not self._keep:
            database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=_ONE_THREAD)
            if not self._fresh:
                self._copy_file_into(database)
            return database
        return sqlite3.connect(self._file, timeout=_WAIT_S, isolation_level=None, check_same_thread=_ONE_THREAD)

    def _copy_file_into(self, database: sqlite3.Connection) -> None:
        if not self._file.is_file():
            return
        try:
            there = sqlite3.connect(f"{self._file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            try:
                if self._seal.is_unbroken(there):
                    there.backup(database)
            finally:
                there.close()
        except sqlite3.Error as error:
            log.debug("the index file of %s is not used: %s", self.folder, error)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        if self._keep:
            self._seal.put_on(self._database)
        self._database.execute("COMMIT")

    def _sync(self) -> None:
        # It can be rebuilt, so it need not survive a power failure, but it survives a killed process.
        self.query("PRAGMA synchronous = OFF")
        if self._keep:
            self._verify()
        if self._known() == self._there():
            return
        with self._transaction():
            self._prepare()
            self._documents.clear()
            self._new.clear()
            self.query(f"PRAGMA cache_size = -{_CACHE_KIB}")
            pending: list[ScannedRun] = []
            for path, (size, changed) in self._there().items():
                known = self._known().get(path)
                if known == (size, changed):
                    continue
                pending += self._take_in(path, size, changed)
            for run in pending:
                if not self._add(run):
                    self._damage(run.shard, run.offset, "refers to a shared document that is not in the store", False)
            self._put_in()
            self.query(_CELLS)

    def _verify(self) -> None:
        """Compare the file with its seal if another process has written to it; raise `DatabaseError` if broken."""
        state = self.query("PRAGMA data_version").fetchone()[0]
        if state == self._verified:
            return
        if not self._seal.is_unbroken(self._database):
            self.query("BEGIN IMMEDIATE")  # another process may have been between writing the seal and committing
            unbroken = self._seal.is_unbroken(self._database)
            self.query("ROLLBACK")
            if not unbroken:
                raise sqlite3.DatabaseError("it was modified by another program")
        self._verified = state

    def _known(self) -> dict[str, tuple[int, int]]:
        if self.query("PRAGMA user_version").fetchone()[0] != _VERSION:
            return {"": (-1, 0)}
        return {path: (size, changed) for path, size, changed in self.query("SELECT path, size, changed FROM shards")}

    def _there(self) -> dict[str, tuple[int, int]]:
        found = {}
        for path in shards_of(self.folder):
            stat = path.stat()
            found[path.relative_to(self.folder).as_posix()] = (stat.st_size, stat.st_mtime_ns)
        return found

    def _prepare(self) -> None:
        """Make the tables; make them again if a known shard was shortened, rewritten or removed."""
        known, there = self._known(), self._there()
        current = self.query("PRAGMA user_version").fetchone()[0] == _VERSION
        if current and all(
            path in there and (there[path] == seen or (there[path][0] > seen[0] and self._has_only_grown(path)))
            for path, seen in known.items()
        ):
            return
        for (table,) in self.query("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            self.query(f"DROP TABLE {table}")
        for statement in _TABLES.split(";"):
            self.query(statement)

    def _has_only_grown(self, path: str) -> bool:
        scanned, checksum = self.query("SELECT scanned, checksum FROM shards WHERE path = ?", (path,)).fetchone()
        return bool(self._checksum(path, scanned) == checksum)

    def _checksum(self, path: str, end: int) -> int:
        """Return the checksum of the last bytes before a place of a shard."""
        start = max(end - _SAME_BYTES, 0)
        with (self.folder / path).open("rb") as file:
            file.seek(start)
            return zlib.crc32(file.read(end - start))

    def _take_in(self, path: str, size: int, changed: int) -> list[ScannedRun]:
        """Scan what is new in a shard; return the runs whose shared documents were not yet read."""
        start = self.query("SELECT scanned FROM shards WHERE path = ?", (path,)).fetchone() or (0,)
        self.query("DELETE FROM damages WHERE shard = ? AND offset >= ?", (path, start[0]))
        pending: list[ScannedRun] = []
        scanned = start[0]
        for item in scan(self.folder, path, start[0]):
            scanned = item.offset + item.size
            if isinstance(item, ScannedShared):
                self.query("INSERT OR IGNORE INTO shared VALUES (?, ?)", (item.digest, item.document))
            elif isinstance(item, Damage):
                self._damage(path, item.offset, item.reason, item.torn)
                if item.last:
                    # It may be a frame that is being written, so it is read again when the shard has grown.
                    scanned = item.offset
            elif not self._add(item):
                pending.append(item)
        self.query(
            "INSERT OR REPLACE INTO shards VALUES (?, ?, ?, ?, ?)",
            (path, scanned, size, changed, self._checksum(path, scanned)),
        )
        return pending

    def _add(self, run: ScannedRun) -> bool:
        row = run.row
        if row is None:
            found = [self._shared(digest) for digest in run.refers_to]
            if found[0] is None or None in found:
                return False
            row = run.completed(found[0])
        self._new.append(row)
        if len(self._new) == _BATCH:
            self._put_in()
        return True

    def _put_in(self) -> None:
        put_in(self._database, self._new, self._is_genuine)
        self._new.clear()

    def _is_genuine(self, row: IndexRow) -> bool:
        """Return whether a run can be read and matches its digests."""
        try:
            read_run(self.folder, _row(row), self._shared_document)
        except BenchbookError:
            return False
        return True

    def _shared_document(self, digest: str) -> JsonObject:
        found = self._shared(digest)
        if found is None:
            raise ArtifactError(f"{self.folder} has no shared document {digest}, to which a run refers")
        document: JsonObject = orjson.loads(found)
        return document

    def _shared(self, digest: str) -> bytes | None:
        """Return a shared document, cached because many runs refer to each."""
        if digest not in self._documents:
            found = self.query("SELECT document FROM shared WHERE digest = ?", (digest,)).fetchone()
            if found is None:
                return None
            if len(self._documents) >= _MOST_CACHED_DOCUMENTS:
                self._documents.clear()
            self._documents[digest] = found[0]
        return self._documents[digest]

    def _damage(self, shard: str, offset: int, reason: str, torn: bool) -> None:
        self._told += 1
        if self._told <= _MOST_TOLD:
            log.warning("left out: %s, frame at byte %d: %s", shard, offset, reason)
        elif self._told == _MOST_TOLD + 1:
            log.warning("left out: more frames; `benchbook study check` lists them")
        self.query("INSERT INTO damages VALUES (?, ?, ?, ?)", (shard, offset, reason, torn))


def _row(values: IndexRow) -> Row:
    return Row(**dict(zip(COLUMNS, values, strict=True)))


def _close(database: sqlite3.Connection) -> None:
    """Close a database; if SQLite was built for one thread, only the thread that opened it may."""
    with suppress(sqlite3.ProgrammingError):
        database.close()
