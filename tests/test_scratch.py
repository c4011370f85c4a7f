"""Temporary folders of processes that were killed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from benchbook.scratch import OWNER, ScratchFolder, scratch_folder, sweep

HOLDS = """
import sys, time
from benchbook.scratch import ScratchFolder
print(ScratchFolder("kept-").path, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make temporary folders in the test's own folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="needs file locks")
def test_the_folder_of_a_killed_process_is_removed_by_the_next(tmp_path: Path) -> None:
    """The folder of a living process stays."""
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        with scratch_folder("kept-") as own:
            assert folder.is_dir()
            assert sweep("kept-") == []
            assert own.is_dir()
        process.kill()
        process.wait()
    with scratch_folder("kept-") as own:
        assert list(tmp_path.iterdir()) == [own]
    assert list(tmp_path.iterdir()) == []


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    """A folder without its owner's mark may belong to anyone, and a link may lead anywhere."""
    (tmp_path / "kept-1").mkdir()
    (tmp_path / "kept-2").mkdir()
    (tmp_path / "kept-2" / OWNER).symlink_to(tmp_path / "x")
    (tmp_path / "kept-3").write_text("")
    assert sweep("kept-") == []
    assert len(list(tmp_path.iterdir())) == 3


def test_a_forgotten_folder_stays(tmp_path: Path) -> None:
    """A forked child does not remove its parent's folder."""
    folder = ScratchFolder("kept-")
    folder.forget()
    folder.forget()
    assert folder.path.is_dir()
    assert sweep("kept-") == ([folder.path] if os.name == "posix" else [])
