"""Programs that tests start: waited for patiently, and ended with all their children however a test ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

PATIENCE_S = 300.0
"""How long a test waits for what takes a few seconds on an idle machine; only a test that fails waits so long."""

Found = TypeVar("Found")

# The guardian starts the program and reads from a pipe. The pipe closes when the test closes it, and also when the
# process of the test is killed; in both cases the program and all that it started are ended.
GUARDIAN = """
import os, signal, subprocess, sys, threading
import psutil

def end(grace_s):
    try:
        program = psutil.Process(child.pid)
        family = [program, *program.children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    if grace_s > 0 and family:
        child.terminate()
        psutil.wait_procs(family[:1], timeout=grace_s)
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            pass
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass

def listen():
    word = sys.stdin.readline().strip()
    with ending:
        end(0.0 if word == "kill" else float(sys.argv[1]))

ending = threading.Lock()

child = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, start_new_session=True)
threading.Thread(target=listen, daemon=True).start()
code = child.wait()
with ending:
    end(0.0)
sys.exit(code if code >= 0 else 128 - code)
"""


def free_port() -> int:
    """Return a port of this machine that nothing listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until(find: Callable[[], Found], what: str, *, patience_s: float = PATIENCE_S, every_s: float = 0.05) -> Found:
    """Return the first true value that `find` returns; fail with the name of the awaited thing after a time limit."""
    until = time.monotonic() + patience_s
    while not (found := find()):
        assert time.monotonic() < until, f"waited {patience_s:g} s without success until {what}"
        time.sleep(every_s)
    return found


def answer_of(address: str) -> str:
    """Return what a server of this machine answers, or an empty text if it does not answer."""
    try:
        with urllib.request.urlopen(address, timeout=30) as response:  # noqa: S310  # an address of this machine
            return str(response.read().decode()) or " "
    except (urllib.error.URLError, OSError):
        return ""


class Program:
    """A program in its own session, with its output in a file; as a context manager it ends with the block."""

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        grace_s: float = 0.0,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self._guardian = subprocess.Popen(
                [sys.executable, "-c", GUARDIAN, str(grace_s), *command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=dict(os.environ if environment is None else environment),
            )

    def wait_for_answer(self, address: str, wanted: str = "") -> str:
        """Return the answer of a server once it contains the wanted text; end the program if it never does."""

        def find() -> str:
            answer = answer_of(address)
            assert self._guardian.poll() is None, f"the server ended:\n{self.log.read_text()[-3000:]}"
            return answer if wanted in answer else ""

        try:
            return wait_until(find, f"{address} answered with {wanted or 'anything'}")
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """Kill the program with all that it started."""
        self._end("kill\n")

    def close(self) -> None:
        """Ask the program to end, and kill what is left after the grace period."""
        self._end("end\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _end(self, word: str) -> None:
        assert self._guardian.stdin is not None
        try:
            with self._guardian.stdin as pipe:
                pipe.write(word.encode())
        except (BrokenPipeError, ValueError):
            pass  # it had already ended
        self._guardian.wait()
