import os
from pathlib import Path

import pytest

from benchbook.tracking.files.run_locks import RunLock, is_live

fcntl = pytest.importorskip("fcntl", reason="locks of the operating system")


def test_readers_do_not_take_each_other_for_the_pipeline(tmp_path: Path) -> None:
    """Several may look at once whether a pipeline lives: only its own lock says so."""
    lock = RunLock(tmp_path / "lock")
    assert is_live(lock.path)
    lock.release()
    reader = os.open(lock.path, os.O_RDONLY)
    fcntl.flock(reader, fcntl.LOCK_SH)  # another reader is just looking
    try:
        assert not is_live(lock.path)
    finally:
        os.close(reader)
