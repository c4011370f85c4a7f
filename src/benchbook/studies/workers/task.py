"""A task: runs of one cell, done wherever an executor runs it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchbook.clock import SYSTEM_CLOCK, timestamp
from benchbook.errors import WorkerLostError
from benchbook.records import ErrorRecord, History, Memory, RunRecord, Stop, Timing
from benchbook.runs import Outcome
from benchbook.studies.runs.alarm import alarm
from benchbook.studies.runs.cells import execute_cell
from benchbook.studies.runs.execute import execute, record_of
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.studies.runs.salvage import SalvagedRun, SalvageWriter, read_salvaged
from benchbook.studies.runs.traces import observer_for

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Runs of one cell, and how to do them.

    Attributes:
        planned: The runs.
        keys: Their run keys.
        store: Folder of the store; traces are written next to its shards.
        history: What is kept: `improvements`, `triggers`, `population` or `all`.
        points: Whether `triggers` and `all` keep the points.
        trace_bytes: Bytes that the trace of one run may take.
        timeout_s: Seconds after which a run is ended.
        salvage_folder: Folder on this machine for what is left of a run whose process is killed; None: nothing is.
        again: Whether a worker was lost with these runs before.
    """

    planned: tuple[PlannedRun, ...]
    keys: tuple[str, ...]
    store: Path
    history: str
    points: bool
    trace_bytes: int
    timeout_s: float | None
    salvage_folder: Path | None = None
    again: bool = False

    @property
    def is_watched(self) -> bool:
        """Whether each run is done alone, because its process was ended or may have to be."""
        return self.timeout_s is not None or self.again

    def lost(self, error: Exception) -> list[RunRecord]:
        """Return the records of the runs, whose process ended."""
        return [
            lost(
                item,
                error,
                None if self.salvage_folder is None else read_salvaged(self.salvage_folder / key, item.problem.dim),
            )
            for item, key in zip(self.planned, self.keys, strict=True)
        ]

    def one_by_one(self) -> list[Task]:
        """Return a task for each run, as the second attempt."""
        return [
            replace(self, planned=(item,), keys=(key,), again=True)
            for item, key in zip(self.planned, self.keys, strict=True)
        ]


def do(task: Task) -> list[RunRecord]:
    """Do the runs of a task; in lockstep if the optimizer supports it, unless each has a time limit or a trace."""
    if task.history == "improvements" and not task.is_watched:
        return execute_cell(task.planned)
    return [_alone(item, key, task) for item, key in zip(task.planned, task.keys, strict=True)]


def _alone(planned: PlannedRun, key: str, task: Task) -> RunRecord:
    writer = _salvage_writer(planned, key, task)
    observer = observer_for(
        task.store,
        task.history,
        problem=planned.problem,
        budget=planned.spec.budget,
        points=task.points,
        most_bytes=task.trace_bytes,
        so_far=None if writer is None else writer.note_trace,
    )
    watching = [item for item in (observer, writer) if item is not None]
    try:
        with alarm(task.timeout_s):
            record = execute(planned, observers=watching, timeout_s=task.timeout_s)
    finally:
        if writer is not None:
            writer.close()
    return record if observer is None else replace(record, trace=observer.finish())


def _salvage_writer(planned: PlannedRun, key: str, task: Task) -> SalvageWriter | None:
    if task.salvage_folder is None or not task.is_watched:
        return None
    try:
        return SalvageWriter(task.salvage_folder / key, planned.optimizer.packages)
    except OSError as error:
        log.info("a run that is killed will be recorded without its results: %s", error.strerror or error)
        return None


def lost(planned: PlannedRun, error: WorkerLostError | Exception, salvaged: SalvagedRun | None = None) -> RunRecord:
    """Return the record of a run whose process ended, with the reason and its results so far."""
    timed_out = isinstance(error, WorkerLostError) and error.timed_out
    total_s = (isinstance(error, WorkerLostError) and error.after_s) or 0.0
    empty = History(evaluations=np.empty(0, dtype=np.int64), best_values=np.empty(0))
    history = empty if salvaged is None else salvaged.history
    evaluations = 0 if salvaged is None else salvaged.evaluations
    outcome = Outcome(
        evaluations=evaluations,
        invalid_evaluations=0 if salvaged is None else salvaged.invalid_evaluations,
        stop=Stop.TIMEOUT if timed_out else Stop.ERROR,
        error=ErrorRecord(
            where="worker", type="WorkerLostError", message=str(error), traceback="", evaluations=evaluations
        ),
        best_value=float(history.best_values[-1]) if len(history.best_values) else None,
        best_solution=None if salvaged is None else salvaged.best_solution,
        timing=Timing(total_s=total_s, objective_s=0.0, optimizer_s=0.0, observer_s=0.0),
    )
    created_at = timestamp(SYSTEM_CLOCK.now()) if salvaged is None else salvaged.created_at
    record = record_of(planned, outcome, history, created_at, Memory(peak_rss_bytes=None))
    if salvaged is None:
        return record
    return replace(record, environment=salvaged.environment, trace=salvaged.trace)


def tasks_of(task: Task, *, alone: bool) -> Sequence[Task]:
    """Return a task as it is sent: with a time limit each run alone, so that ending one ends no other."""
    if not alone:
        return [task]
    return [replace(item, again=False) for item in task.one_by_one()]
