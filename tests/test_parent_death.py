"""Processes that end with their parent."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from benchbook.parent_death import die_with_parent

CHILD = """
import ctypes, sys
from benchbook.parent_death import die_with_parent
die_with_parent(int(sys.argv[1]))
print("ready", flush=True)
ctypes.PyDLL(None).sleep(600)  # in native code, with the interpreter's lock
"""
PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline().strip(), child.pid, flush=True)
child.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this signal")
def test_a_child_in_native_code_dies_with_its_parent() -> None:
    """Python code in the process could not notice the end."""
    with subprocess.Popen([sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        ready, pid = parent.stdout.readline().split()
        assert ready == "ready"
        child = psutil.Process(int(pid))
        parent.kill()
        parent.wait()
        _, alive = psutil.wait_procs([child], timeout=60)
        for process in alive:
            process.kill()
        assert alive == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this signal")
def test_a_child_that_comes_too_late_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parent had ended before the process asked for the signal."""
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    die_with_parent(-1)
    assert ended == [1]
    import ctypes

    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # the signal is switched off for this process
    monkeypatch.setattr(sys, "platform", "darwin")
    die_with_parent(-1)
    assert ended == [1]
