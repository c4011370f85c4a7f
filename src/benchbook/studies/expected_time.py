"""How long a study will take, from short runs of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.studies.runs.cells import execute_cell
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.studies.study import Study

DAY_S = 86_400.0
_EVALUATIONS_PER_DIM = 50
_LEAST_EVALUATIONS = 300  # several generations of the usual populations
_LONGEST_S = 2.0  # of one run
_UNITS = ((DAY_S, "days"), (3600.0, "hours"), (60.0, "minutes"))


def expected_s(study: Study, *, workers: int = 1, clock: Clock = SYSTEM_CLOCK) -> float | None:
    """Return the seconds that all runs of a study of one optimizer are expected to take.

    The beginning of one run per dimension is done, or of all runs of a cell if they advance together; seconds per
    evaluation are assumed to stay the same. An optimizer that becomes slower takes longer.

    Args:
        study: The study.
        workers: Processes that share the work.
        clock: Measures.

    Returns:
        Seconds; None if a run failed before it evaluated anything.
    """
    total = 0.0
    cells = {cell.dim: cell for cell in study.plan.cells()}  # the last function of each dimension
    together = study.optimizers[0].can_lockstep()
    with _quiet():
        for number, cell in enumerate(cells[dim] for dim in sorted(cells)):
            planned = [_shortened(item) for item in study.planned(cell)[: None if together else 1]]
            if number == 0:
                _measured(planned, clock)  # what the first run loads is not loaded again
            evaluations, seconds = _measured(planned, clock)
            if not evaluations:
                return None
            runs = len(study.plan) / len(cells)
            total += runs * cell.runs[0][1].budget * seconds / evaluations
    return total / workers


def duration_text(seconds: float) -> str:
    """Return a duration in words, with the precision of an estimate.

    Examples:
        >>> duration_text(42.3), duration_text(5400), duration_text(200_000)
        ('42 seconds', '90 minutes', '56 hours')
    """
    for size, unit in _UNITS:
        if seconds >= 3 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} seconds" if seconds >= 1.5 else "1 second"


def _shortened(planned: PlannedRun) -> PlannedRun:
    spec = planned.spec
    budget = min(spec.budget, max(_LEAST_EVALUATIONS, _EVALUATIONS_PER_DIM * spec.dim))
    return replace(planned, spec=replace(spec, budget=budget))


def _measured(planned: Sequence[PlannedRun], clock: Clock) -> tuple[int, float]:
    """Do some runs; return their evaluations and the seconds they took."""
    start_s = clock.monotonic_s()
    records = execute_cell(planned) if len(planned) > 1 else [execute(planned[0], timeout_s=_LONGEST_S)]
    return sum(record.evaluations for record in records), clock.monotonic_s() - start_s


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress warnings of runs: failures happen again in the study itself, and are counted there."""
    runs = logging.getLogger(execute.__module__)
    before = runs.disabled
    runs.disabled = True
    try:
        yield
    finally:
        runs.disabled = before
