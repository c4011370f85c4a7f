"""Worker processes that execute notebooks, one after another: papermill is imported once in each."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from benchbook.files import ARTIFACT_ROOT_VARIABLE, artifact_root
from benchbook.typing import JsonObject

Event = Callable[[dict[str, Any]], None]
_PATIENCE_S = 10.0  # a worker that was told to go needs far less
_LAST_WORDS = 5  # lines of standard error that are kept


class NotebookWorker:
    """One worker process.

    Attributes:
        alive: Whether it can take another notebook.
    """

    def __init__(self) -> None:
        """Start the process; it takes its jobs from its standard input."""
        self._process = subprocess.Popen(  # this Python, a fixed module
            [sys.executable, "-m", "benchbook.specs.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, ARTIFACT_ROOT_VARIABLE: str(artifact_root())},
        )
        self._complaints: deque[str] = deque(maxlen=_LAST_WORDS)
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self.alive = True

    def run(self, job: JsonObject, tell: Event, timeout_s: float | None = None) -> str | None:
        """Execute a notebook and return what went wrong; `tell` hears of each cell."""
        overdue = threading.Event()

        def end() -> None:
            overdue.set()
            self.end()

        timer = threading.Timer(timeout_s, end) if timeout_s is not None else None
        if timer is not None:
            timer.start()
        try:
            last = self._converse(job, tell)
        finally:
            if timer is not None:
                timer.cancel()
        if last.get("event") == "end":
            return None if last["error"] is None else str(last["error"])
        self.close()
        if overdue.is_set():
            return f"ended after {timeout_s:g} s, the time-out"
        tail = "".join(self._complaints).strip()
        return f"the worker process ended with code {self._process.returncode}{': ' + tail if tail else ''}"

    def end(self) -> None:
        """End the process at once; a kernel notices that its parent is gone and ends itself."""
        self.alive = False
        self._process.terminate()

    def close(self) -> None:
        """Let the process go, and wait until it has gone."""
        self.alive = False
        process = self._process
        if process.stdin is not None and not process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # it has gone already, with a job unread
                process.stdin.close()
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(_PATIENCE_S)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()

    def _converse(self, job: JsonObject, tell: Event) -> dict[str, Any]:
        """Hand over a job and read what the worker says, up to the end of the notebook or of the process."""
        last: dict[str, Any] = {}
        process = self._process
        if process.stdin is None or process.stdout is None:
            return last
        try:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return last
        for line in process.stdout:
            last = json.loads(line)
            if last["event"] == "end":
                break
            tell(last)
        return last

    def _listen(self) -> None:
        if self._process.stderr is not None:
            self._complaints.extend(self._process.stderr)


class NotebookWorkers:
    """The workers of an execution; an idle one takes the next notebook."""

    def __init__(self) -> None:
        """Begin without workers."""
        self._lock = threading.Lock()
        self._idle: list[NotebookWorker] = []
        self._all: list[NotebookWorker] = []
        self._ended = False

    def take(self) -> NotebookWorker:
        """Return an idle worker, or a new one.

        Raises:
            KeyboardInterrupt: All have been ended.
        """
        with self._lock:
            if self._ended:
                raise KeyboardInterrupt
            if self._idle:
                return self._idle.pop()
            worker = NotebookWorker()
            self._all.append(worker)
            return worker

    def give_back(self, worker: NotebookWorker) -> None:
        """Take a worker back; one that has ended is not used again."""
        with self._lock:
            if worker.alive and not self._ended:
                self._idle.append(worker)

    def end_all(self) -> None:
        """End all workers at once."""
        with self._lock:
            self._ended = True
            for worker in self._all:
                worker.end()

    def close(self) -> None:
        """Let all workers go."""
        with self._lock:
            self._ended = True
        for worker in self._all:
            worker.close()
