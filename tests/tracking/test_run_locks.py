import os
from pathlib import Path

import numpy as np
import pytest

from benchbook.tracking.files.run_locks import RunLock, is_live

fcntl = pytest.importorskip("fcntl", reason="needs file locks of the operating system")


def test_readers_do_not_take_each_other_for_the_pipeline(tmp_path: Path) -> None:
    """Several readers may check simultaneously whether a pipeline is live: only its own lock counts."""
    lock = RunLock(tmp_path / "lock")
    assert is_live(lock.path)
    lock.release()
    reader = os.open(lock.path, os.O_RDONLY)
    fcntl.flock(reader, fcntl.LOCK_SH)  # another reader is checking
    try:
        assert not is_live(lock.path)
    finally:
        os.close(reader)


def test_a_sign_of_life_takes_numbers_of_numpy(tmp_path: Path) -> None:
    """The clock of a caller may return NumPy numbers."""
    lock = RunLock(tmp_path / "lock")
    lock.beat("2026-01-02T03:04:05Z", np.float64(1.5))
    lock.release()
    assert '"t":1.5' in lock.path.read_text()
