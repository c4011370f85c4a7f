"""A piece of work: runs of one cell, done wherever an executor takes them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchbook.clock import SYSTEM_CLOCK, timestamp
from benchbook.records import ErrorRecord, History, RunRecord, Stop, Timing
from benchbook.runs import Outcome, TimeUp
from benchbook.studies.alarm import alarm
from benchbook.studies.cells import execute_cell
from benchbook.studies.execute import execute, record_of
from benchbook.studies.plan import PlannedRun
from benchbook.studies.traces import observer_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Runs of one cell, and how to do them.

    Attributes:
        planned: The runs.
        keys: Their run keys.
        store: Folder of the store; traces are written beside its shards.
        history: What is kept: `improvements`, `population` or `all`.
        points: Whether `all` keeps the points.
        trace_bytes: Bytes that the trace of one run may take.
        timeout_s: Seconds after which a run is ended.
        again: Whether a worker was lost over these runs before.
    """

    planned: tuple[PlannedRun, ...]
    keys: tuple[str, ...]
    store: Path
    history: str
    points: bool
    trace_bytes: int
    timeout_s: float | None
    again: bool = False

    def one_by_one(self) -> list[Task]:
        """Return a task for each run, as the second try."""
        return [
            replace(self, planned=(item,), keys=(key,), again=True)
            for item, key in zip(self.planned, self.keys, strict=True)
        ]


def do(task: Task) -> list[RunRecord]:
    """Do the runs of a task; in lockstep where the optimizer can, unless each has a time limit or a trace."""
    if task.history == "improvements" and task.timeout_s is None:
        return execute_cell(task.planned)
    return [_alone(item, task) for item in task.planned]


def _alone(planned: PlannedRun, task: Task) -> RunRecord:
    observer = observer_for(task.store, task.history, points=task.points, most_bytes=task.trace_bytes)
    observers = [] if observer is None else [observer]
    record: RunRecord | None = None
    # An alarm that rings between the run's end and its being switched off has nothing to end.
    with suppress(TimeUp), alarm(task.timeout_s):
        record = execute(planned, observers=observers, timeout_s=task.timeout_s)
    if record is None:
        return lost(planned, "the time was up as the run ended", timed_out=True)
    return record if observer is None else replace(record, trace=observer.finish())


def lost(planned: PlannedRun, reason: str, *, timed_out: bool) -> RunRecord:
    """Return the record of a run whose process ended: nothing is known but why."""
    error = ErrorRecord(where="worker", type="WorkerLostError", message=reason, traceback="", evaluations=0)
    outcome = Outcome(
        evaluations=0,
        invalid_evaluations=0,
        stop=Stop.TIMEOUT if timed_out else Stop.ERROR,
        error=error,
        best_value=None,
        best_solution=None,
        timing=Timing(total_s=0.0, objective_s=0.0, optimizer_s=0.0, observer_s=0.0),
    )
    nothing = History(evaluations=np.empty(0, dtype=np.int64), best_values=np.empty(0))
    return record_of(planned, outcome, nothing, timestamp(SYSTEM_CLOCK.now()))


def tasks_of(task: Task, *, alone: bool) -> Sequence[Task]:
    """Return a task as it travels: with a time limit each run alone, so that ending one ends no other."""
    if not alone:
        return [task]
    return [replace(item, again=False) for item in task.one_by_one()]
