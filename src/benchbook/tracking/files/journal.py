"""An append-only file of lines that survives the end of its process and a full disk."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import deque
from pathlib import Path

from benchbook.errors import StorageError

log = logging.getLogger(__name__)
_MOST_WAITING = 100_000  # most lines kept in memory while nothing can be written


class Journal:
    """Appends lines; each goes to the operating system at once, so that nothing is lost when the process dies.

    A line that cannot be written waits in memory, and the next call tries again: tracking must never stop the work.
    """

    def __init__(self, path: Path) -> None:
        """Open the file for appending.

        Raises:
            StorageError: It cannot be opened.
        """
        self.path = path
        self.lost = 0
        self.problem: str | None = None
        self._waiting: deque[bytes] = deque()
        self._is_synced = True
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            self._size = os.fstat(self._handle).st_size
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror or error}") from error

    @property
    def waiting(self) -> int:
        """Lines that could not be written yet."""
        return len(self._waiting)

    def append(self, line: bytes) -> bool:
        """Write the waiting lines and this one; return whether all are in the file."""
        self._waiting.append(line)
        while self._waiting:
            if not self._write(self._waiting[0]):
                while len(self._waiting) > _MOST_WAITING:
                    self._waiting.popleft()
                    self.lost += 1
                return False
            self._waiting.popleft()
        return True

    def sync(self) -> None:
        """Sync the file to disk, which takes milliseconds."""
        if self._is_synced or self._handle < 0:
            return
        self._is_synced = True
        try:
            os.fsync(self._handle)
        except OSError as error:
            self._complain(error)

    def close(self) -> None:
        """Sync and close; lines that still wait count as lost."""
        if self._handle < 0:
            return
        self.sync()
        self.lost += len(self._waiting)
        self._waiting.clear()
        os.close(self._handle)
        self._handle = -1

    def _write(self, line: bytes) -> bool:
        if self._handle < 0:
            return False
        try:
            view = memoryview(line)
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            # Part of a line may be in the file; it is removed, so that all lines are whole.
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, self._size)
            self._complain(error)
            return False
        self._size += len(line)
        self._is_synced = False
        return True

    def _complain(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        self.complain(reason, f"cannot write {self.path}: {reason}; tracking continues in memory")

    def complain(self, reason: str, message: str) -> None:
        """Remember why nothing can be written, and log it the first time."""
        if self.problem is None:
            log.warning("%s", message)
        self.problem = reason
