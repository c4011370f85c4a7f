"""Executing specs: several notebooks at a time, in worker processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import spec_root
from benchbook.limits import check_seconds, check_workers
from benchbook.specs.names import what_is_missing
from benchbook.specs.notebooks.discover import SpecFile, read_notebook
from benchbook.specs.notebooks.execution.progress import narrate
from benchbook.specs.notebooks.execution.up_to_date import inputs_digest, note, outcome_if_unchanged
from benchbook.specs.notebooks.execution.workers import NotebookWorkers
from benchbook.typing import JsonObject

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecStarted:
    """A notebook is given to a worker.

    Attributes:
        spec: The spec.
    """

    spec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStarted:
    """A cell of a notebook begins.

    Attributes:
        spec: The spec.
        done: Cells before it.
        total: Cells of the notebook.
        text: What it is about: its claims, or its heading.
    """

    spec: str
    done: int
    total: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOutput:
    """A cell of a notebook has produced output.

    Attributes:
        spec: The spec.
        text: Its text; may be a part of a line.
    """

    spec: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Where a notebook failed.

    Attributes:
        cell: The id of the cell; None if none had begun.
        excerpt: The lines of the cell around the error; none if it was not in a cell's code.
    """

    cell: str | None
    excerpt: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecResult:
    """How the execution of a spec ended.

    Attributes:
        name: The spec.
        outcome: Its outcome artifact.
        notebook: The executed copy.
        elapsed_s: Wall-clock seconds, with the start of its kernel.
        source: The notebook that was executed.
        failure: If it failed; None if it reached its end.
        kept: Whether there is an executed copy.
        unchanged: Whether it was not executed because nothing that its outcome depends on has changed.
    """

    name: str
    outcome: JsonObject
    notebook: Path
    elapsed_s: float
    source: Path
    failure: Failure | None = None
    kept: bool = True
    unchanged: bool = False

    @property
    def held(self) -> bool:
        """Whether the notebook reached its end and every claim holds."""
        return self.outcome["status"] == "held"

    @property
    def not_run(self) -> bool:
        """Whether it was skipped because the library of its optimizer is not installed: neither held nor failed."""
        return self.outcome["status"] == "not run"


Happening = SpecStarted | CellStarted | CellOutput | SpecResult
Listener = Callable[[Happening], None]


def execute_specs(
    files: Sequence[SpecFile],
    params: JsonObject,
    *,
    workers: int | None = None,
    timeout_s: float | None = None,
    progress: Progress | None = None,
    listener: Listener | None = None,
    outputs: bool = False,
    only_changed: bool = False,
    place: Path | None = None,
    pipeline: str | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> list[SpecResult]:
    """Execute specs with parameters; a failing one is kept and does not stop the others.

    Args:
        files: The specs.
        params: The checked parameters.
        workers: Notebooks at a time; default: one per processor.
        timeout_s: A notebook that takes longer is ended and reported as an error.
        progress: Called as (spec, cells done, cells) from worker threads.
        listener: Called from worker threads when a spec begins, when one of its cells begins, and when it ends.
        outputs: Whether the listener also receives the output of cells.
        only_changed: Skip specs that held before with the same notebook, parameters, code and libraries; their outcome
            stands.
        place: Folder for their results, with one folder per spec; default: that of the project's artifacts.
        pipeline: Id of the tracked pipeline that they are steps of; what their notebooks track is a part of it.
        clock: Measures the durations.

    Raises:
        UsageError: One of them is not a notebook, or a number is out of range; nothing was executed.
    """
    if timeout_s is not None:
        check_seconds("timeout_s", timeout_s)
    for file in files:
        read_notebook(file.path)
    workers = max(1, min((os.cpu_count() or 1) if workers is None else check_workers("workers", workers), len(files)))
    pool = NotebookWorkers(place, pipeline)
    place = place or spec_root()
    telling = _Telling(progress, listener, outputs)
    try:
        with ThreadPoolExecutor(workers) as threads:
            jobs = [
                threads.submit(_execute, file, place / file.name, params, pool, timeout_s, telling, only_changed, clock)
                for file in files
            ]
            try:
                return [job.result() for job in jobs]
            except BaseException:
                # Ctrl-C: queued specs are dropped and running ones ended, then the threads can end.
                threads.shutdown(wait=False, cancel_futures=True)
                pool.end_all()
                raise
    finally:
        pool.close()


@dataclass(frozen=True, slots=True)
class _Telling:
    """The listeners."""

    progress: Progress | None
    listener: Listener | None
    outputs: bool

    def hear(self, happening: Happening) -> None:
        """Notify the listener, if there is one."""
        if self.listener is not None:
            self.listener(happening)

    def tell(self, spec: str, texts: dict[str, str], event: dict[str, Any]) -> None:
        """Pass on the messages of a worker."""
        if event["event"] == "output":
            self.hear(CellOutput(spec=spec, text=event["text"]))
            return
        done, total = event["done"], event["total"]
        if self.progress is not None:
            self.progress(spec, done, total)
        self.hear(CellStarted(spec=spec, done=done, total=total, text=texts.get(event["cell"], "")))


def _execute(
    file: SpecFile,
    folder: Path,
    params: JsonObject,
    pool: NotebookWorkers,
    timeout_s: float | None,
    telling: _Telling,
    only_changed: bool,
    clock: Clock,
) -> SpecResult:
    out = folder / f"{file.name}.ipynb"
    missing = what_is_missing(file.name)
    if missing is not None:
        left_out = SpecResult(
            name=file.name,
            outcome=_left_out(file, params, missing),
            notebook=out,
            elapsed_s=0.0,
            source=file.path,
            kept=False,
        )
        telling.hear(left_out)
        return left_out
    inputs = inputs_digest(file, params)
    before = outcome_if_unchanged(folder, inputs) if only_changed else None
    if before is not None:
        stands = SpecResult(
            name=file.name, outcome=before, notebook=out, elapsed_s=0.0, source=file.path, unchanged=True
        )
        telling.hear(stands)
        return stands
    texts = narrate(read_notebook(file.path))
    written = _written(folder)
    start_s = clock.monotonic_s()
    worker = pool.take()
    telling.hear(SpecStarted(spec=file.name))
    job: JsonObject = {
        "notebook": str(file.path),
        "out": str(out),
        "params": params,
        "timeout_s": timeout_s,
        "outputs": telling.outputs,
    }
    end = worker.run(job, lambda event: telling.tell(file.name, texts, event))
    pool.give_back(worker)
    error: str | None = end["error"]
    result = SpecResult(
        name=file.name,
        outcome=_outcome(file, folder, params, error, fresh=_written(folder) != written),
        notebook=out,
        elapsed_s=clock.monotonic_s() - start_s,
        source=file.path,
        failure=None if error is None else Failure(cell=end["cell"], excerpt=tuple(end["excerpt"])),
        kept=end["written"],
    )
    if result.held:
        note(folder, inputs)
    telling.hear(result)
    return result


def _left_out(file: SpecFile, params: JsonObject, why: str) -> JsonObject:
    """Return a placeholder for the outcome of a spec that cannot run here; it is not written."""
    return {**_without_claims(file, params, why), "status": "not run"}


def _without_claims(file: SpecFile, params: JsonObject, error: str) -> JsonObject:
    from benchbook.specs.outcome import outcome_document

    return outcome_document(
        name=file.name,
        title=file.title,
        params=params,
        optimizer=None,
        control=None,
        claims=[],
        planned=0,
        runs=[],
        error=error,
    )


def _outcome(file: SpecFile, folder: Path, params: JsonObject, error: str | None, *, fresh: bool) -> JsonObject:
    """Return the outcome that the notebook wrote; if it did not reach its end, an outcome with the error."""
    from benchbook.specs.outcome import read_outcome, write_outcome

    if fresh:
        try:
            outcome = read_outcome(folder)
        except (ArtifactError, UsageError) as failure:
            error = error or str(failure)
        else:
            if error is None or outcome["status"] == "failed":
                return outcome
    why = error or "the notebook ended without judging its claims: it never called then()"
    document = _without_claims(file, params, why)
    write_outcome(folder, document)
    return document


def _written(folder: Path) -> int | None:
    """Return when the outcome was last written, in nanoseconds; None if there is none."""
    try:
        return (folder / "outcome.json.zst").stat().st_mtime_ns
    except OSError:
        return None
