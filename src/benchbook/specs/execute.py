"""Executing specs: notebooks in worker processes, several side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import artifact_root
from benchbook.specs.discover import SpecFile
from benchbook.specs.names import what_is_missing
from benchbook.specs.workers import NotebookWorkers
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

    @property
    def not_run(self) -> bool:
        """Whether it was left out because the library of its optimizer is not installed: neither held nor failed."""
        return self.outcome["status"] == "not run"


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
    pool = NotebookWorkers()
    try:
        with ThreadPoolExecutor(workers) as threads:
            jobs = [threads.submit(_execute, file, params, pool, timeout_s, progress, clock) for file in files]
            try:
                return [job.result() for job in jobs]
            except BaseException:
                # Ctrl-C: what is queued is dropped, what runs is ended, then the threads can end.
                threads.shutdown(wait=False, cancel_futures=True)
                pool.end_all()
                raise
    finally:
        pool.close()


def _execute(
    file: SpecFile,
    params: JsonObject,
    pool: NotebookWorkers,
    timeout_s: float | None,
    progress: Progress | None,
    clock: Clock,
) -> SpecResult:
    folder = artifact_root() / "specs" / file.name
    out = folder / f"{file.name}.ipynb"
    missing = what_is_missing(file.name)
    if missing is not None:
        return SpecResult(name=file.name, outcome=_left_out(file, params, missing), notebook=out, elapsed_s=0.0)
    before = _written(folder)
    start_s = clock.monotonic_s()
    worker = pool.take()

    def tell(event: dict[str, Any]) -> None:
        if progress is not None:
            progress(file.name, event["done"], event["total"])

    error = worker.run({"notebook": str(file.path), "out": str(out), "params": params}, tell, timeout_s)
    pool.give_back(worker)
    elapsed_s = clock.monotonic_s() - start_s
    outcome = _outcome(file, folder, params, error, fresh=_written(folder) != before)
    return SpecResult(name=file.name, outcome=outcome, notebook=out, elapsed_s=elapsed_s)


def _left_out(file: SpecFile, params: JsonObject, why: str) -> JsonObject:
    """Return what stands for the outcome of a spec that cannot run here; it is not written: nothing came of it."""
    from benchbook.specs.outcome import outcome_document

    document = outcome_document(
        name=file.name,
        title=file.title,
        params=params,
        optimizer=None,
        control=None,
        claims=[],
        planned=0,
        runs=[],
        error=why,
    )
    return {**document, "status": "not run"}


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
