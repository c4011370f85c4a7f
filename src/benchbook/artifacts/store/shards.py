"""Shards: append-only files of zstd frames, one document each; every writer has its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from benchbook.artifacts.codec import ZSTD_MAGIC, Frame, encode, zstd_frames
from benchbook.artifacts.store.deduplicated import StoredForm
from benchbook.errors import ArtifactError, StorageError, UsageError
from benchbook.files import sync_folder
from benchbook.profiling.stages import stage
from benchbook.typing import JsonObject

SHARD_FOLDER = "shards"
SHARD_SUFFIX = ".runs.zst"
IMPORTED_FOLDER = "imported"  # data of other tools are stored separately, in files of another kind
IMPORTED_SUFFIX = ".imported.zst"
# A shared document is repeated after this many runs, so a damaged one costs at most these.
_SAY_AGAIN = 64
_BUFFER = 1 << 18


class ShardWriter:
    """Appends documents to a shard of its own, each in one write."""

    def __init__(self, store: Path, name: str | None = None) -> None:
        """Name the shard; it is made with the first document."""
        self.path = store / SHARD_FOLDER / f"{name or uuid.uuid4().hex}{SHARD_SUFFIX}"
        self._file: int | None = None
        self._length = 0
        self._synced_length = -1
        self._is_named = False
        self._said: dict[str, int] = {}

    def append(self, form: StoredForm) -> None:
        """Append a run, and before it what it refers to if that was not said lately.

        Raises:
            StorageError: It cannot be written; what was written before stays whole.
        """
        with stage("encode"):
            run = encode(form.run)
            unsaid = self._unsaid([form.cell, form.circumstances])
            shared = [(name, encode(document)) for name, document in unsaid]
        with stage("write"):
            self.append_frame(run, shared)

    def append_frame(self, run: bytes, shared: list[tuple[str, bytes]]) -> None:
        """Append the frame of a run behind the frames of the shared documents; see `append`."""
        self._write(b"".join([*(data for _, data in shared), run]))
        for name, _ in shared:
            self._said[name] = 0

    def needs(self, name: str) -> bool:
        """Return whether a shared document must be said (again) before the next run, and count that run."""
        since = self._said.get(name, _SAY_AGAIN)
        self._said[name] = since + 1
        return since >= _SAY_AGAIN

    def sync(self) -> None:
        """Bring what was written to disk.

        Raises:
            StorageError: It cannot be brought there.
        """
        length = self._length
        if self._file is None or self._synced_length == length:
            return
        try:
            with stage("write"):
                os.fsync(self._file)
                self._synced_length = length
                if not self._is_named:  # a new file survives a power loss only where the folders above name it
                    for folder in (self.path.parent, *self.path.parent.parents[:2]):
                        sync_folder(folder)
                    self._is_named = True
        except OSError as error:
            raise StorageError(f"cannot write to the store: {self.path}: {error.strerror or error}") from error

    def close(self) -> None:
        """Bring what was written to disk, and close the shard.

        Raises:
            StorageError: It cannot be brought there.
        """
        if self._file is None:
            return
        try:
            self.sync()
        finally:
            os.close(self._file)
            self._file = None
            self._said.clear()

    def _unsaid(self, shared: list[tuple[str, JsonObject]]) -> list[tuple[str, JsonObject]]:
        return [(name, document) for name, document in shared if self.needs(name)]

    def _write(self, data: bytes) -> None:
        try:
            if self._file is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
                self._length = os.fstat(self._file).st_size
                _lock(self._file)
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
        except OSError as error:
            self._said.clear()
            if self._file is not None:
                os.ftruncate(self._file, self._length)
            raise StorageError(f"cannot write to the store: {self.path}: {error.strerror or error}") from error
        self._length += len(data)


def shards_of(store: Path) -> list[Path]:
    """Return the shards of a store, sorted by name: those in `shards/`, and those directly in its folder."""
    found = [*store.glob(f"*{SHARD_SUFFIX}"), *store.glob(f"{SHARD_FOLDER}/*{SHARD_SUFFIX}")]
    return sorted((path for path in found if path.is_file()), key=lambda path: (path.name, path))


def is_being_written(path: Path) -> bool:
    """Return whether a process has a shard open for writing; its lock dies with it."""
    with path.open("rb") as file:
        return not _lock(file.fileno())


def _lock(file: int) -> bool:
    """Lock a file for as long as it is open, and return whether it was free. If there are no locks it always is."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # Windows; file systems without locks
        return True
    return True


def frames_of_shard(path: Path, start: int = 0) -> Iterator[Frame]:
    """Read the frames of a shard from an offset on, with bounded memory.

    Raises:
        StorageError: It cannot be read.
    """
    try:
        with path.open("rb", buffering=0) as file:
            end = os.fstat(file.fileno()).st_size
            if start == 0 and end == 0:
                yield Frame(0, None, "the file is empty")
            yield from zstd_frames(_Window(file.fileno()).read, end, start)
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from error


def frame_at(path: Path, offset: int, size: int) -> bytes:
    """Return the compressed frame at an offset.

    Raises:
        ArtifactError: There is none.
        StorageError: The shard cannot be read.
    """
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(offset)
            data = file.read(size)
    except FileNotFoundError as error:
        raise UsageError(f"no such file: {path}") from error
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) < size or not data.startswith(ZSTD_MAGIC):
        raise ArtifactError(f"{path} has no frame at byte {offset} any more: it was changed after it was read")
    return data


class _Window:
    """Reads a file through a buffer, so that small frames do not cost a system call each."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._start = 0
        self._data = b""

    def read(self, offset: int, count: int) -> bytes:
        """Return `count` bytes from `offset`, or fewer at the end of the file."""
        begin = offset - self._start
        if begin < 0 or begin + count > len(self._data):
            self._start, begin = offset, 0
            self._data = os.pread(self._file, max(count, _BUFFER), offset)
        return self._data[begin : begin + count]
