"""Verifying a store: runs are repeated, alone and in lockstep, in other processes, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from benchbook.artifacts.run_document import comparable_digests
from benchbook.artifacts.store.manifest import check_store
from benchbook.artifacts.store.store import Store
from benchbook.errors import UsageError
from benchbook.records import RunRecord
from benchbook.studies.runs.cells import cells_of, execute_cell
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.studies.verify.run import circumstance_differences, content_differences, planned_again
from benchbook.studies.workers.pool import WorkerPool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One run of a store, repeated.

    Attributes:
        record: The stored run.
        identical: Whether the content digests agree, of the run alone and in lockstep.
        differences: What differs in the content, in words.
        reasons: What else has changed.
    """

    record: RunRecord
    identical: bool
    differences: tuple[str, ...]
    reasons: tuple[str, ...]


def verify_store(folder: Path, *, sample: int | None = None, workers: int = 1) -> Iterator[Verified]:
    """Repeat runs of a store and compare, one after another.

    Runs that failed are left out: their cause (a time limit, a lost process) may not occur again.

    Args:
        folder: The store.
        sample: How many runs, spread evenly over the store; default: all.
        workers: Processes; every run is done twice, alone and in lockstep with the others of its cell.

    Raises:
        UsageError: The folder is not a store, has no run, or an optimizer or function is not in the catalog.
    """
    if sample is not None and sample < 1:
        raise UsageError(f"sample is {sample}, expected a whole number >= 1")
    check_store(folder)
    with Store(folder) as store, WorkerPool(workers) as pool:
        found = store.index().query("SELECT run_key FROM runs WHERE status = 'done' ORDER BY run_key")
        keys = [key for (key,) in found]
        if not keys:
            raise UsageError(f"{folder} has no runs that can be repeated")
        step = 1.0 if sample is None else max(len(keys) / sample, 1.0)
        chosen = [keys[int(k * step)] for k in range(min(sample or len(keys), len(keys)))]
        for start in range(0, len(chosen), _AT_A_TIME):
            records = [record for key in chosen[start : start + _AT_A_TIME] if (record := store.get(key)) is not None]
            yield from _verify(records, pool)


_AT_A_TIME = 256


def _verify(records: Sequence[RunRecord], pool: WorkerPool) -> Iterator[Verified]:
    planned = [planned_again(record) for record in records]
    record_of = {id(item): record for item, record in zip(planned, records, strict=True)}
    pending: list[tuple[list[PlannedRun], Future[list[RunRecord]], Future[list[RunRecord]]]] = [
        (cell, pool.submit(_alone, cell), pool.submit(_together, cell)) for cell in cells_of(planned)
    ]
    for cell, alone, together in pending:
        for item, one, other in zip(cell, alone.result(), together.result(), strict=True):
            yield _compared(record_of[id(item)], one, other)


def _compared(then: RunRecord, alone: RunRecord, together: RunRecord) -> Verified:
    differences: list[str] = []
    before, now = comparable_digests(then, alone)
    if before != now:
        differences += content_differences(then, alone)
    if together.content_digest != alone.content_digest:
        differences += [f"in lockstep: {text}" for text in content_differences(alone, together)]
    return Verified(
        record=then,
        identical=not differences and before == now,
        differences=tuple(differences),
        reasons=tuple(circumstance_differences(then, alone)),
    )


def _alone(cell: Sequence[PlannedRun]) -> list[RunRecord]:
    return [execute(planned) for planned in cell]


def _together(cell: Sequence[PlannedRun]) -> list[RunRecord]:
    return execute_cell(cell)
