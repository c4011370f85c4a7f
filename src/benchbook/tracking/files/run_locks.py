"""Locks of live pipelines: held by the operating system, which releases them when the process dies, however it dies.

Without `fcntl`, it is checked whether the process named in the lock exists.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import orjson

from benchbook.errors import StorageError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_WIDTH = 256  # the heartbeat is written in place and always has the same length
_TRIES, _PAUSE_S = 50, 0.01
_held: weakref.WeakSet[RunLock] = weakref.WeakSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The last sign of life.

    Attributes:
        at: When, by the machine's clock; empty if there was none.
        t: Seconds since the pipeline's start.
        pid: Process.
        host: Machine.
    """

    at: str
    t: float
    pid: int
    host: str


class RunLock:
    """The lock of one pipeline, held from its start to its end; its file carries the heartbeat."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            StorageError: Its file cannot be written, or another process holds it.
        """
        self.path = path
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(f"cannot write {path}: {error.strerror or error}") from error
        if not self._taken():
            os.close(self._handle)
            raise StorageError(f"{path} is held by another process")
        _held.add(self)

    def _taken(self) -> bool:
        if fcntl is None:
            return True
        for _ in range(_TRIES):
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                time.sleep(_PAUSE_S)  # a reader holds the lock for a moment to check whether it is free
        return False

    def beat(self, at: str, t: float) -> None:
        """Write a sign of life; if that fails, it is skipped."""
        text = orjson.dumps({"at": at, "t": float(t), "pid": os.getpid(), "host": socket.gethostname()[:80]})
        with contextlib.suppress(OSError):
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, text.ljust(_WIDTH - 1) + b"\n")

    def release(self) -> None:
        """Release the lock."""
        if self._handle >= 0:
            handle, self._handle = self._handle, -1
            os.close(handle)

    def forget(self) -> None:
        """Close the file in a forked child, so that no worker keeps the lock; the parent's stays."""
        self.release()


def heartbeat(path: Path) -> Heartbeat | None:
    """Return the last sign of life in a lock file; None if there is none, or it cannot be read."""
    try:
        found = orjson.loads(path.read_bytes())
        return Heartbeat(at=str(found["at"]), t=float(found["t"]), pid=int(found["pid"]), host=str(found["host"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_live(path: Path) -> bool:
    """Return whether a process holds the lock."""
    if fcntl is None:
        return _process_lives(path)
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _process_lives(path: Path) -> bool:
    import psutil

    beat = heartbeat(path)
    if beat is None or beat.host != socket.gethostname()[:80]:
        return False
    try:
        # A process that began after the lock was taken has only inherited the number.
        return bool(psutil.Process(beat.pid).create_time() <= path.stat().st_ctime)
    except (psutil.Error, OSError):
        return False


def _forget_all() -> None:
    for lock in list(_held):
        lock.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
