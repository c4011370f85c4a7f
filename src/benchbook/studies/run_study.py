"""Running a study: what its store has is left out, the rest is done by an executor and stored as it comes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import orjson

from benchbook.analysis.store_table import StoredRuns, open_store
from benchbook.artifacts.store.manifest import write_manifest
from benchbook.artifacts.store.selection import stale_runs
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.store.study_plan import CELL_RUNS, CellPlan, StudyPlan
from benchbook.digests import digest
from benchbook.errors import ExecutionError, StorageError
from benchbook.limits import check_seconds
from benchbook.protocols import Executor
from benchbook.records import RunRecord
from benchbook.scratch import scratch_folder
from benchbook.studies.progress import reporting
from benchbook.studies.runs import provenance
from benchbook.studies.runs.alarm import kill_after_s
from benchbook.studies.runs.few_warnings import few_warnings
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.studies.sharding import parse_shard, shard_of
from benchbook.studies.tracked import Follower, followed
from benchbook.studies.workers.dask_guard import do_guarded
from benchbook.studies.workers.dispatch import dispatch
from benchbook.studies.workers.executors import opened
from benchbook.studies.workers.task import Task, do, tasks_of

log = logging.getLogger(__name__)


class Described(Protocol):
    """What is needed of a study to run it; `benchbook.studies.study.Study` has it."""

    @property
    def plan(self) -> StudyPlan:
        """All planned runs."""

    @property
    def history(self) -> str:
        """Level of the histories."""

    @property
    def points(self) -> bool:
        """Whether evaluated points are kept."""

    @property
    def trace_bytes(self) -> int:
        """Most bytes of a trace."""

    def planned(self, cell: CellPlan, wanted: frozenset[str] | None = None) -> list[PlannedRun]:
        """Return the runs of a cell, ready to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a study is run; see `benchbook.studies.study.Study.run`."""

    executor: str | Executor = "serial"
    workers: int | None = None
    scheduler: str | None = None
    shard: str | None = None
    timeout_s: float | None = None
    reuse_stale: bool = False
    retry_failed: bool = False
    progress: bool | Callable[[int, int], None] = False
    track: str | None = None
    tensorboard: Path | str | None = None


def campaign(study: Described, folder: Path, options: Options) -> StoredRuns:
    """Do what is missing of a study; see `benchbook.studies.study.Study.run`."""
    if options.timeout_s is not None:
        check_seconds("timeout_per_run", options.timeout_s)
    part = _Part.of(study, options.shard)
    kill_after = None if options.timeout_s is None else kill_after_s(options.timeout_s)
    with (
        Store(folder) as store,
        _salvage_folder(options) as salvage_folder,
        opened(options.executor, workers=options.workers, scheduler=options.scheduler, kill_after_s=kill_after) as (
            executor,
            at_a_time,
        ),
        reporting(options.progress, part.planned) as report,
        few_warnings(),
    ):
        write_manifest(folder, study.plan, commit=provenance.commit(), reuses_stale=options.reuse_stale)
        store.index()
        with followed(
            options.track,
            study.plan,
            store,
            None if part.first_keys is None else lambda: part.cells(study),
            retry_failed=options.retry_failed,
            tensorboard=options.tensorboard,
        ) as follower:
            tasks = _tasks(study, store, part, options, report, follower, salvage_folder)
            work = partial(do_guarded, kill_after_s=kill_after) if options.executor == "dask" else do
            with _reporting_stored(store, report, follower) as taken:
                for records in dispatch(executor, tasks, at_a_time=at_a_time, work=work):
                    for record in records:
                        part.check(record)
                        store.append(record)
                    taken(records)
    return open_store(folder)


@contextmanager
def _reporting_stored(
    store: Store, report: Callable[[int], None], follower: Follower
) -> Iterator[Callable[[Sequence[RunRecord]], None]]:
    """Give what takes appended runs; they are reported as done as soon as they are on disk, in groups."""
    waiting: list[RunRecord] = []

    def tell() -> None:
        records = waiting.copy()
        waiting.clear()
        report(len(records))
        follower.taken(records)

    def taken(records: Sequence[RunRecord]) -> None:
        waiting.extend(records)
        if store.is_on_disk:
            tell()

    try:
        yield taken
    except BaseException:
        with suppress(StorageError):  # the first error is the one to see
            store.sync()
            follower.taken(waiting)
        raise
    store.sync()
    if waiting:
        tell()


@contextmanager
def _salvage_folder(options: Options) -> Iterator[Path | None]:
    """Give a folder for what is left of runs whose processes are killed; workers on this machine can write there."""
    if options.executor not in ("processes", "dask"):
        yield None
        return
    with scratch_folder("benchbook-study-") as folder:
        yield folder


@dataclass(slots=True)
class _Part:
    """The part of a study that is done here, and the keys that are under way."""

    most: int
    first_keys: frozenset[str] | None
    planned: int
    expected: set[str]

    @classmethod
    def of(cls, study: Described, shard: str | None) -> _Part:
        if shard is None:
            return cls(CELL_RUNS, None, len(study.plan), set())
        most, keys = shard_of(study.plan, *parse_shard(shard))
        planned = sum(len(cell.runs) for cell in study.plan.cells(most) if cell.runs[0][0] in keys)
        return cls(most, keys, planned, set())

    def cells(self, study: Described) -> Iterator[CellPlan]:
        for cell in study.plan.cells(self.most):
            if self.first_keys is None or cell.runs[0][0] in self.first_keys:
                yield cell

    def check(self, record: RunRecord) -> None:
        """Refuse a run by other code than was planned: a worker elsewhere may have another version."""
        if record.run_key not in self.expected:
            raise ExecutionError(
                f"{record!r} was done on {record.host.name} by other code or in another environment than this process "
                f"(code digest {record.code_digest[:12]}); all machines need the same benchbook, Python and NumPy"
            )
        self.expected.remove(record.run_key)


def _tasks(
    study: Described,
    store: Store,
    part: _Part,
    options: Options,
    report: Callable[[int], None],
    follower: Follower,
    salvage_folder: Path | None,
) -> Iterator[Task]:
    """Yield what is missing, cell by cell."""
    stale = 0
    for cell in part.cells(study):
        missing, reused = _missing(cell, store, options, study)
        stale += reused
        follower.sent(cell, missing)
        if len(missing) < len(cell.runs):
            report(len(cell.runs) - len(missing))
        if not missing:
            continue
        planned = study.planned(cell, frozenset(missing))
        part.expected.update(missing)
        task = Task(
            planned=tuple(planned),
            keys=tuple(missing),
            store=store.folder.absolute(),
            history=study.history,
            points=study.points,
            trace_bytes=study.trace_bytes,
            timeout_s=options.timeout_s,
            salvage_folder=salvage_folder,
        )
        yield from tasks_of(task, alone=options.timeout_s is not None)
    if stale:
        log.warning(
            "%d runs were done by other code, or in another environment, and are counted as done",
            stale,
        )


def _missing(cell: CellPlan, store: Store, options: Options, study: Described) -> tuple[list[str], int]:
    """Return the keys of a cell's runs that are to be done, and how many stale runs stand for others."""
    ask = store.known
    keys = [key for key, _ in cell.runs]
    failed = "AND status = 'done'" if options.retry_failed else ""
    in_list = "run_key IN (SELECT value FROM json_each(?))"
    text = f"SELECT run_key FROM runs WHERE {in_list} {failed}"  # noqa: S608  # fixed texts
    there = {key for (key,) in ask(text, (orjson.dumps(keys).decode(),))}
    missing = [(key, spec) for key, spec in cell.runs if key not in there]
    if not options.reuse_stale or not missing:
        return [key for key, _ in missing], 0
    condition, values = stale_runs(study.plan)
    where = f"{condition} AND optimizer = ? AND settings = ? AND function = ? AND dim = ? {failed}"
    of_cell = (cell.optimizer.name, digest(dict(cell.optimizer.settings)), cell.function, cell.dim)
    old = set(ask(f"SELECT instance, seed FROM runs WHERE {where}", [*values, *of_cell]))  # noqa: S608  # fixed texts
    rest = [key for key, spec in missing if (spec.instance, spec.seed) not in old]
    return rest, len(missing) - len(rest)
