"""Cells: runs that differ only in instance and seed, done in lockstep if the optimizer supports it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Protocol

import numpy as np

from benchbook.artifacts.run_document import run_key
from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.digests import digest
from benchbook.errors import text_of
from benchbook.observers import ImprovementHistory
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.problems import stack
from benchbook.profiling.stages import stage
from benchbook.protocols import Noisy, evaluations_of_point
from benchbook.records import RunRecord
from benchbook.runs import CountsBoth, JudgedRuns, RunsToldAll, SignalWatch, quality_of, run_lockstep
from benchbook.runs.lockstep import LockstepOptimizer
from benchbook.studies.runs import provenance
from benchbook.studies.runs.execute import (
    code_digest,
    execute,
    generator_of,
    judged_outcome,
    leaves_process_alone,
    record_of,
    target_value_of,
)
from benchbook.studies.runs.instrumented import profiled_parts
from benchbook.studies.runs.memory import keep_memory
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.studies.runs.process_state import state_put_back
from benchbook.variables import typed_variables

log = logging.getLogger(__name__)


class Keeps(Protocol):
    """Where finished runs are kept: a store, or something similar."""

    def get(self, key: str, /) -> RunRecord | None:
        """Return a run by its key; None if it is not there."""

    def append(self, record: RunRecord, /) -> object:
        """Keep a run."""

    def close(self) -> None:
        """Write what has not been written yet."""


def cells_of(plan: Iterable[PlannedRun]) -> list[list[PlannedRun]]:
    """Group planned runs by optimizer, settings, function, dimension and budget, in the order of the plan."""
    cells: dict[str, list[PlannedRun]] = {}
    for planned in plan:
        spec = planned.spec
        key = [spec.optimizer, dict(spec.settings), spec.function, spec.dim, spec.budget, spec.target, spec.stagnation]
        cells.setdefault(digest(key), []).append(planned)
    return list(cells.values())


def execute_cell(planned: Sequence[PlannedRun], *, clock: Clock = SYSTEM_CLOCK) -> list[RunRecord]:
    """Do the runs of one cell: in lockstep if the optimizer supports it, otherwise one by one.

    The records' contents are the same either way; see `benchbook.runs.lockstep`.

    Args:
        planned: Runs with one optimizer, settings, function, dimension and budget.
        clock: Measures the durations.
    """
    if len(planned) > 1 and _can_lockstep(planned):
        keep_memory()
        with SignalWatch() as signals, nullcontext() if leaves_process_alone(planned[0]) else state_put_back():
            try:
                return _lockstep(planned, clock)
            except BaseException as error:  # arbitrary code; its error appears again in the run it belongs to
                if signals.came:
                    raise
                log.info("doing %d runs one by one: %s: %s", len(planned), type(error).__name__, text_of(error))
    return [execute(item, clock=clock) for item in planned]


def execute_all(
    plan: Sequence[PlannedRun],
    *,
    store: Keeps | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[RunRecord]:
    """Do all runs of a plan, cell by cell; those already in the store are replayed, the others done and stored.

    Args:
        plan: The runs.
        store: Where finished runs are kept; None: nowhere.
        progress: Called with (done, planned) after each cell.

    Returns:
        The records, in the order of the plan.
    """
    with stage("set-up"):
        keys = [run_key(planned.spec, code_digest(planned)) for planned in plan]
        found = {key: None if store is None else store.get(key) for key in keys}
    missing = [(planned, key) for planned, key in zip(plan, keys, strict=True) if found[key] is None]
    # By position, not by the record's own key: an objective that counts its calls has another code digest afterwards.
    key_of = {id(planned): key for planned, key in missing}
    done = len(plan) - len(missing)
    for cell in cells_of(planned for planned, _ in missing):
        for planned, record in zip(cell, execute_cell(cell), strict=True):
            found[key_of[id(planned)]] = record
            if store is not None:
                store.append(record)
        done += len(cell)
        if progress is not None:
            progress(done, len(plan))
    if store is not None:
        store.close()
    return [record for record in (found[key] for key in keys) if record is not None]


def _can_lockstep(planned: Sequence[PlannedRun]) -> bool:
    first = planned[0]
    low, high = first.problem.lower, first.problem.upper
    same_box = all(
        np.array_equal(item.problem.lower, low) and np.array_equal(item.problem.upper, high) for item in planned
    )
    # A noisy run draws from its own stream after each evaluation, so it is done alone.
    noisy = any(isinstance(item.problem, Noisy) for item in planned)
    # A fault that knows where the optimum lies is another one for each problem.
    alike = all(item.optimizer.factory is first.optimizer.factory for item in planned)
    return same_box and not noisy and alike and first.optimizer.can_lockstep()


def _lockstep(planned: Sequence[PlannedRun], clock: Clock) -> list[RunRecord]:
    first = planned[0]
    created_at = timestamp(clock.now())
    watch = provenance.MemoryWatch()
    histories = [ImprovementHistory() for _ in planned]
    streams = Streams([generator_of(item.spec) for item in planned])
    problems = [item.problem for item in planned]
    lower, upper = first.problem.lower, first.problem.upper
    found = [quality_of(problem) for problem in problems]
    qualities = [quality for quality in found if quality is not None]  # of all of them or of none
    cost = evaluations_of_point(first.problem)
    evaluated = JudgedRuns(problems, qualities) if qualities else stack(problems)
    watching = [(history,) if cost == 1 else (CountsBoth(history),) for history in histories]

    def make() -> LockstepOptimizer:
        made = first.optimizer.make_lockstep(
            lower, upper, streams, max_evaluations=first.spec.budget // cost, variables=typed_variables(first.problem)
        )
        return RunsToldAll(made, evaluated) if isinstance(evaluated, JudgedRuns) else made

    with profiled_parts(make, evaluated, watching) as parts:
        outcomes = run_lockstep(
            parts.make_optimizer,
            parts.problem,
            lower=lower,
            upper=upper,
            budget=first.spec.budget // cost,
            target_values=[target_value_of(item) for item in planned],
            stagnation=None if first.spec.stagnation is None else -(-first.spec.stagnation // cost),
            observers=parts.observers,
            clock=clock,
        )
    outcomes = [judged_outcome(*pair, cost, first.problem.name) for pair in zip(outcomes, found, strict=True)]
    with stage("observe"):
        improvements = [history.history for history in histories]
        archives = [None if quality is None else quality.archive_record() for quality in found]
    memory = watch.memory(len(planned))
    return [
        record_of(item, outcome, history, created_at, memory, archive)
        for item, outcome, history, archive in zip(planned, outcomes, improvements, archives, strict=True)
    ]
