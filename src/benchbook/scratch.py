"""Temporary folders that the next process removes where the one that made them was killed."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

OWNER = "owner.lock"  # locked as long as the process lives that made the folder, however it ends


class ScratchFolder:
    """A temporary folder of this process. Making one removes those of the same prefix whose process is gone."""

    def __init__(self, prefix: str, parent: Path | None = None) -> None:
        """Make it, in the folder for temporary files or in another one."""
        sweep(prefix, parent)
        self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        self._owner: int | None = os.open(self.path / OWNER, os.O_RDWR | os.O_CREAT, 0o600)
        _lock(self._owner)

    def forget(self) -> None:
        """Let go of it, without removing it: another process has it."""
        if self._owner is not None:
            os.close(self._owner)
            self._owner = None

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.forget()


@contextlib.contextmanager
def scratch_folder(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """Give a temporary folder, in that for temporary files or in another one, and remove it afterwards."""
    folder = ScratchFolder(prefix, parent)
    try:
        yield folder.path
    finally:
        folder.remove()


def sweep(prefix: str, parent: Path | None = None) -> list[Path]:
    """Remove the folders of this user and prefix whose process is gone, and return them; others are left alone.

    Without file locks, as on Windows, none is removed.
    """
    gone = []
    for path in (parent or Path(tempfile.gettempdir())).glob(f"{glob.escape(prefix)}*"):
        try:
            owner = os.open(path / OWNER, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        except OSError:  # another user's, or only just being made
            continue
        try:
            if _lock(owner):
                shutil.rmtree(path, ignore_errors=True)
                gone.append(path)
        finally:
            os.close(owner)
    return gone


def _lock(file: int) -> bool:
    """Lock an open file, and return whether that was possible."""
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True
