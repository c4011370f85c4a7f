"""Programs that tests start must never be left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from programs import Program, free_port, wait_until

FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(1000)
"""


def started(log: Path) -> psutil.Process:
    """Return the grandchild process once it has started."""
    return psutil.Process(int(wait_until(lambda: log.read_text() if log.exists() else "", "the child was started")))


@pytest.mark.parametrize("grace_s", [0.0, 5.0])
def test_a_program_ends_with_all_that_it_started(tmp_path: Path, grace_s: float) -> None:
    """This includes processes in sessions of their own."""
    with Program([sys.executable, "-c", FAMILY], tmp_path / "log", grace_s=grace_s):
        child = started(tmp_path / "log")
        assert child.is_running()
    child.wait(60)


def test_a_program_ends_when_the_tests_are_killed(tmp_path: Path) -> None:
    """No code of the test can run then."""
    code = (
        f"import sys, time\nsys.path.append({str(Path(__file__).parent)!r})\n"
        "from pathlib import Path\nfrom programs import Program\n"
        f"made = Program([sys.executable, '-c', {FAMILY!r}], Path({str(tmp_path / 'log')!r}))\ntime.sleep(1000)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as tests:
        try:
            child = started(tmp_path / "log")
        finally:
            os.kill(tests.pid, signal.SIGKILL)
    child.wait(60)


def test_a_server_that_never_starts_is_ended(tmp_path: Path) -> None:
    """The failure shows the output of the server, and does not wait for the time limit."""
    program = Program([sys.executable, "-c", "print('no such option'); raise SystemExit(3)"], tmp_path / "log")
    with pytest.raises(AssertionError, match="no such option"):
        program.wait_for_answer(f"http://127.0.0.1:{free_port()}")
    program.close()
