"""Worker processes that execute notebooks, one after another: papermill is imported once in each."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchbook.files import ARTIFACT_ROOT_VARIABLE, PIPELINE_VARIABLE, SPEC_ROOT_VARIABLE, artifact_root
from benchbook.specs.engine.fork_server import ForkServer, ForkServerError, unavailable
from benchbook.typing import JsonObject

Event = Callable[[dict[str, Any]], None]
_PATIENCE_S = 10.0  # a worker that was told to go needs far less
_GRACE_S = 30.0  # for the executed copy of a notebook that was ended
_LAST_WORDS = 5  # lines of standard error that are kept
_log = logging.getLogger(__name__)


class NotebookWorker:
    """One worker process.

    Args:
        server: Where its kernels are forked; ordinary ones are started without.
        place: Folder for what specs leave; default: that of the project's artifacts.
        pipeline: Id of the tracked pipeline that the notebooks are steps of; None: they are not tracked.

    Attributes:
        alive: Whether it can take another notebook.
    """

    def __init__(
        self, server: ForkServer | None = None, place: Path | None = None, pipeline: str | None = None
    ) -> None:
        """Start the process; it takes its jobs from its standard input."""
        link = _connect(server)
        variables = {ARTIFACT_ROOT_VARIABLE: str(artifact_root())}
        if place is not None:
            variables[SPEC_ROOT_VARIABLE] = str(place)
        if pipeline is not None:
            variables[PIPELINE_VARIABLE] = pipeline
        options = ["--link", str(link.fileno()), "--folder", str(server.folder)] if link and server else []
        try:
            self._process = subprocess.Popen(  # this Python, a fixed module
                [sys.executable, "-m", "benchbook.specs.notebooks.execution.worker", *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, **variables},
                pass_fds=[link.fileno()] if link else [],
                start_new_session=True,  # Ctrl-C is meant for us, who tell it
            )
        finally:
            if link is not None:
                link.close()
        self._complaints: deque[str] = deque(maxlen=_LAST_WORDS)
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self.alive = True

    def run(self, job: JsonObject, tell: Event) -> dict[str, Any]:
        """Execute a notebook and return how that ended; `tell` hears of each cell.

        The worker itself keeps the time-out that the job names. If it does not manage to, it is killed later.
        """
        timeout_s: Any = job["timeout_s"]
        timer = threading.Timer(timeout_s + _GRACE_S, self._process.kill) if timeout_s is not None else None
        if timer is not None:
            timer.start()
        try:
            last = self._converse(job, tell)
        finally:
            if timer is not None:
                timer.cancel()
        if last.get("event") == "end":
            return last
        self.close()
        tail = "".join(self._complaints).strip()
        error = f"the worker process ended with code {self._process.returncode}{': ' + tail if tail else ''}"
        return {"error": error, "excerpt": [], "cell": last.get("cell"), "written": False}

    def end(self) -> None:
        """Let the process end at once; it kills its kernel."""
        self.alive = False
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it has gone already, with a job unread
                self._process.stdin.close()

    def close(self) -> None:
        """Let the process go, and wait until it has gone."""
        self.end()
        process = self._process
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
        except (BrokenPipeError, ValueError):  # it has gone, or was ended meanwhile
            return last
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "log":
                _log.log(event["level"], "%s", event["text"])
                continue
            if event["event"] == "end":
                return dict(event)
            if event["event"] == "cell":
                last = event
            tell(event)
        return last

    def _listen(self) -> None:
        if self._process.stderr is not None:
            self._complaints.extend(self._process.stderr)


class NotebookWorkers:
    """The workers of an execution; an idle one takes the next notebook.

    Args:
        place: Folder for what specs leave; default: that of the project's artifacts.
        pipeline: Id of the tracked pipeline that the notebooks are steps of; None: they are not tracked.
    """

    def __init__(self, place: Path | None = None, pipeline: str | None = None) -> None:
        """Begin without workers; the fork server begins to import."""
        self._place, self._pipeline = place, pipeline
        self._lock = threading.Lock()
        self._idle: list[NotebookWorker] = []
        self._all: list[NotebookWorker] = []
        self._ended = False
        self._server = _fork_server()

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
            worker = NotebookWorker(self._server, self._place, self._pipeline)
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
        """Let all workers and the fork server go."""
        self.end_all()
        for worker in self._all:
            worker.close()
        if self._server is not None:
            self._server.close()


def _fork_server() -> ForkServer | None:
    reason: object = unavailable()
    if reason is None:
        try:
            return ForkServer()
        except ForkServerError as error:
            reason = error
    _log.info("ordinary kernels: %s", reason)
    return None


def _connect(server: ForkServer | None) -> Any:
    """Return the end of a new link to the server; None without one, or where it has gone."""
    if server is None:
        return None
    try:
        return server.connect()
    except ForkServerError as error:
        _log.warning("ordinary kernels: %s", error)
        return None
