"""Executing specs: each notebook in a worker process, several side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import ARTIFACT_ROOT_VARIABLE, artifact_root
from benchbook.specs.discover import SpecFile
from benchbook.typing import JsonObject

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecResult:
    """How the execution of a spec ended.

    Attributes:
        name: The spec.
        outcome: Its outcome artifact.
        notebook: The executed copy.
        elapsed_s: Wall-clock seconds, with the start of its kernel.
    """

    name: str
    outcome: JsonObject
    notebook: Path
    elapsed_s: float

    @property
    def held(self) -> bool:
        """Whether the notebook reached its end and every claim holds."""
        return self.outcome["status"] == "held"


def execute_specs(
    files: Sequence[SpecFile],
    params: JsonObject,
    *,
    workers: int | None = None,
    timeout_s: float | None = None,
    progress: Progress | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> list[SpecResult]:
    """Execute specs with parameters; a failing one is kept and does not stop the others.

    Args:
        files: The specs.
        params: The checked parameters.
        workers: Notebooks at a time; one a processor unless given.
        timeout_s: A notebook that takes longer is ended and reported as an error.
        progress: Called as (spec, cells done, cells) from worker threads.
        clock: Measures the durations.
    """
    workers = max(1, min(workers or os.cpu_count() or 1, len(files)))
    running = _Running()
    try:
        with ThreadPoolExecutor(workers) as pool:
            jobs = [pool.submit(_execute, file, params, running, timeout_s, progress, clock) for file in files]
            try:
                return [job.result() for job in jobs]
            except BaseException:
                # Ctrl-C: what is queued is dropped, what runs is ended, then the pool can close.
                pool.shutdown(wait=False, cancel_futures=True)
                running.end_all()
                raise
    finally:
        running.end_all()


class _Running:
    """The worker processes under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[str]] = set()
        self._ended = False

    def start(self, environment: dict[str, str]) -> subprocess.Popen[str]:
        with self._lock:
            if self._ended:
                raise KeyboardInterrupt
            process = subprocess.Popen(  # this Python, a fixed module
                [sys.executable, "-m", "benchbook.specs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment,
            )
            self._processes.add(process)
            return process

    def done(self, process: subprocess.Popen[str]) -> None:
        with self._lock:
            self._processes.discard(process)

    def end_all(self) -> None:
        with self._lock:
            self._ended = True
            for process in self._processes:
                # Kernels notice that their parent is gone and end themselves.
                process.terminate()


def _execute(
    file: SpecFile,
    params: JsonObject,
    running: _Running,
    timeout_s: float | None,
    progress: Progress | None,
    clock: Clock,
) -> SpecResult:
    folder = artifact_root() / "specs" / file.name
    out = folder / f"{file.name}.ipynb"
    before = _written(folder)
    start_s = clock.monotonic_s()
    error = _work(file, out, params, running, timeout_s, progress)
    elapsed_s = clock.monotonic_s() - start_s
    outcome = _outcome(file, folder, params, error, fresh=_written(folder) != before)
    return SpecResult(name=file.name, outcome=outcome, notebook=out, elapsed_s=elapsed_s)


def _work(
    file: SpecFile, out: Path, params: JsonObject, running: _Running, timeout_s: float | None, progress: Progress | None
) -> str | None:
    """Run a worker to its end; return what went wrong."""
    process = running.start({**os.environ, ARTIFACT_ROOT_VARIABLE: str(artifact_root())})
    overdue = threading.Event()

    def end() -> None:
        overdue.set()
        process.terminate()

    timer = threading.Timer(timeout_s, end) if timeout_s is not None else None
    complaints: list[str] = []
    reader = threading.Thread(target=lambda: complaints.extend(process.stderr or ()), daemon=True)
    with process:
        reader.start()
        if timer is not None:
            timer.start()
        last = _follow(process, {"notebook": str(file.path), "out": str(out), "params": params}, file.name, progress)
        reader.join(timeout=5)
    if timer is not None:
        timer.cancel()
    running.done(process)
    if last.get("event") == "end":
        return str(last["error"]) if last["error"] is not None else None
    if overdue.is_set():
        return f"ended after {timeout_s:g} s, the time-out"
    tail = "".join(complaints[-5:]).strip()
    return f"the worker process ended with code {process.returncode}{': ' + tail if tail else ''}"


def _follow(process: subprocess.Popen[str], job: JsonObject, name: str, progress: Progress | None) -> dict[str, Any]:
    """Give a worker its job and read what it says; return the last of it."""
    last: dict[str, Any] = {}
    if process.stdin is None or process.stdout is None:
        return last
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    for line in process.stdout:
        last = json.loads(line)
        if last["event"] == "cell" and progress is not None:
            progress(name, last["done"], last["total"])
    return last


def _outcome(file: SpecFile, folder: Path, params: JsonObject, error: str | None, *, fresh: bool) -> JsonObject:
    """Return the outcome that the notebook wrote; where it did not reach its end, one that says so."""
    from benchbook.specs.outcome import outcome_document, read_outcome, write_outcome

    if fresh:
        try:
            outcome = read_outcome(folder)
        except (ArtifactError, UsageError) as failure:
            error = error or str(failure)
        else:
            if error is None or outcome["status"] == "failed":
                return outcome
    document = outcome_document(
        name=file.name,
        title=file.title,
        params=params,
        optimizer=None,
        control=None,
        claims=[],
        planned=0,
        runs=[],
        error=error or "the notebook ended without judging its claims: it never called then()",
    )
    write_outcome(folder, document)
    return document


def _written(folder: Path) -> int | None:
    """Return when the outcome was last written, in nanoseconds; None where there is none."""
    try:
        return (folder / "outcome.json.zst").stat().st_mtime_ns
    except OSError:
        return None
