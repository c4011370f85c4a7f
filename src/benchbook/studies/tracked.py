"""A study as a tracked pipeline: one step per group of cells, with counts of runs and evaluations.

Tracking observes from outside which cells are submitted and which records come back, and changes neither. If it fails,
a warning is the only effect.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from benchbook.artifacts.store.manifest import read_manifest
from benchbook.artifacts.store.selection import planned_runs
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.store.study_plan import CellPlan, StudyPlan
from benchbook.clock import SYSTEM_CLOCK
from benchbook.digests import digest
from benchbook.errors import MissingExtraError, UsageError
from benchbook.records import RunRecord, Status, Stop
from benchbook.studies.smoke import AMOUNT, SMOKE, smoke_work

if TYPE_CHECKING:
    from benchbook.tracking import Pipeline, Step

log = logging.getLogger(__name__)
Group: TypeAlias = tuple[str, ...]

LEAST_STEPS, MOST_STEPS = 4, 40
LONG_S = 60.0
_PAUSE_S = 1.0  # seconds between two values of a metric


class Follower(Protocol):
    """Follows a running study."""

    def sent(self, cell: CellPlan, missing: Sequence[str]) -> None:
        """Receive the keys of a cell's runs that will be done; the others are in the store."""

    def taken(self, records: Sequence[RunRecord]) -> None:
        """Receive records that have been stored."""


class Nobody:
    """Follows nothing."""

    def sent(self, cell: CellPlan, missing: Sequence[str]) -> None:
        """Do nothing."""

    def taken(self, records: Sequence[RunRecord]) -> None:
        """Do nothing."""


@dataclass(slots=True)
class _Tally:
    """Outcomes of the runs of a step."""

    label: str
    planned: int
    weight: float
    stored: int = 0
    done: int = 0
    failed: int = 0
    evaluations: int = 0
    step: Step | None = None
    start_s: float = field(default=0.0)

    @property
    def over(self) -> int:
        return self.stored + self.done


class Watcher:
    """Turns the events of a running study into steps of a pipeline."""

    def __init__(self, pipeline: Pipeline, grouping: Grouping) -> None:
        """Begin; the pipeline has been started."""
        self._pipeline, self._grouping = pipeline, grouping
        self._tallies = grouping.tallies
        self._of_key: dict[str, _Tally] = {}
        self._told_s = 0.0
        self._is_broken = False

    def sent(self, cell: CellPlan, missing: Sequence[str]) -> None:
        """Start the step of a cell; if all of its runs are in the store, it is skipped."""
        self._safely(lambda: self._sent(cell, missing))

    def taken(self, records: Sequence[RunRecord]) -> None:
        """Count records, and end a step after its last record."""
        self._safely(lambda: self._taken(records))

    def _sent(self, cell: CellPlan, missing: Sequence[str]) -> None:
        tally = self._tallies[self._grouping.of(cell)]
        tally.stored += len(cell.runs) - len(missing)
        self._of_key.update(dict.fromkeys(missing, tally))
        if missing and tally.step is None:
            tally.step, tally.start_s = self._pipeline.begin_step(tally.label), SYSTEM_CLOCK.monotonic_s()
        self._settle(tally)

    def _taken(self, records: Sequence[RunRecord]) -> None:
        touched: dict[int, _Tally] = {}
        for record in records:
            tally = self._of_key.pop(record.run_key)
            tally.done += 1
            tally.failed += record.status is Status.FAILED or record.stop is Stop.TIMEOUT
            tally.evaluations += record.evaluations
            if tally.step is not None:
                tally.step.count(record.evaluations)
            touched[id(tally)] = tally
        now_s = SYSTEM_CLOCK.monotonic_s()
        for tally in touched.values():
            if tally.step is not None:
                tally.step.progress(tally.over, tally.planned)
                if now_s - self._told_s >= _PAUSE_S:
                    self._told_s = now_s
                    tally.step.metric("runs", tally.done)
            self._settle(tally)

    def _settle(self, tally: _Tally) -> None:
        if tally.over < tally.planned:
            return
        step = tally.step
        if step is None:
            self._pipeline.skip(tally.label, f"all of its {tally.planned} runs are in the store")
            return
        took_s = max(SYSTEM_CLOCK.monotonic_s() - tally.start_s, 1e-9)
        for name, value in (
            ("runs", tally.done),
            ("failed", tally.failed),
            ("evaluations_per_s", tally.evaluations / took_s),
        ):
            step.metric(name, value)
        step.end()

    def _safely(self, act: Callable[[], None]) -> None:
        if self._is_broken:
            return
        try:
            act()
        except Exception as error:  # noqa: BLE001  # tracking must never stop the work
            self._is_broken = True
            log.warning("tracking failed, the runs continue: %s: %s", type(error).__name__, error)


class Grouping:
    """Which cells make a step: those of one function and dimension, or coarser or finer parts.

    Cells are ordered by function, dimension and optimizer, and steps are sections of this order, 40 at most. Optimizers
    are separate steps only if there would be fewer than four steps otherwise: their speeds differ, and predictions need
    similar steps.
    """

    def __init__(self, plan: StudyPlan, cells: Iterable[CellPlan] | None, stored: dict[Group, int]) -> None:
        """Make the steps.

        Args:
            plan: The study.
            cells: The cells that are done here; None: all.
            stored: Runs in the store already, by function, dimension and optimizer.
        """
        functions, dims = len(plan.functions), len(plan.dims)
        self._depth = 3 if functions * dims < LEAST_STEPS else 2 if functions * dims <= MOST_STEPS else 1
        share = -(-functions // MOST_STEPS)
        names = [function.name for function in plan.functions]
        parts = [names[k : k + share] for k in range(0, functions, share)]
        self._part = {
            name: part[0] if len(part) == 1 else f"{part[0]} to {part[-1]}" for part in parts for name in part
        }
        self._twice = {o.name for k, o in enumerate(plan.optimizers) if o.name in {p.name for p in plan.optimizers[:k]}}
        self.tallies: dict[Group, _Tally] = {}
        counted = _whole(plan) if cells is None else ((_key(cell), len(cell.runs), cell.cost) for cell in cells)
        there = dict(stored)
        for key, runs, cost in counted:
            group = self._group(key)
            tally = self.tallies.setdefault(group, _Tally(" ".join(group), 0, 0.0))
            kept = min(runs, there.get(key, 0))
            there[key] = there.get(key, 0) - kept
            tally.planned += runs
            tally.weight += cost * (1 - kept / runs)

    def of(self, cell: CellPlan) -> Group:
        """Return the group of a cell."""
        return self._group(_key(cell))

    def _group(self, key: Group) -> Group:
        function, dim, optimizer, settings = key
        last = f"{optimizer} {settings[:6]}" if optimizer in self._twice else optimizer
        return (self._part[function], f"{dim}-D", last)[: self._depth]


def _key(cell: CellPlan) -> Group:
    return cell.function, str(cell.dim), cell.optimizer.name, digest(dict(cell.optimizer.settings))


def _whole(plan: StudyPlan) -> Iterator[tuple[Group, int, float]]:
    """Yield key, runs and cost of each cell of a whole study, without listing its runs."""
    settings = [digest(dict(optimizer.settings)) for optimizer in plan.optimizers]
    for function in plan.functions:
        runs = len(function.instances) * len(plan.seeds)
        for dim in plan.dims:
            cost = runs * plan.cost_of_run(dim)
            for optimizer, of_it in zip(plan.optimizers, settings, strict=True):
                yield (function.name, str(dim), optimizer.name, of_it), runs, cost


def _stored(store: Store, *, retry_failed: bool) -> dict[Group, int]:
    """Return how many of the planned runs a store has, by function, dimension and optimizer."""
    manifest = read_manifest(store.folder)
    if manifest is None or not len(store):
        return {}
    condition, values = planned_runs(manifest)
    failed = " AND status = 'done'" if retry_failed else ""
    of_cell = "function, dim, optimizer, settings"
    text = f"SELECT {of_cell}, COUNT(*) FROM runs WHERE {condition}{failed} GROUP BY {of_cell}"  # noqa: S608  # fixed texts
    return {(name, str(dim), which, of_it): count for name, dim, which, of_it, count in store.known(text, values)}


@contextmanager
def followed(
    name: str | None,
    plan: StudyPlan,
    store: Store,
    cells: Callable[[], Iterable[CellPlan]] | None,
    *,
    retry_failed: bool = False,
    tensorboard: Path | str | None = None,
) -> Iterator[Follower]:
    """Track the work of the block as a pipeline; if `name` is None, do not.

    Args:
        name: Name of the pipeline.
        plan: The study.
        store: Its store, with its manifest written.
        cells: Lists the cells that are done here; None: all of the study.
        retry_failed: Whether runs that failed are done again.
        tensorboard: Folder that TensorBoard reads.

    Raises:
        UsageError: The name holds no letter or digit.
        MissingExtraError: TensorBoard is asked for and not installed.
    """
    if name is None:
        yield Nobody()
        return
    watcher = _started(name, plan, store, cells, retry_failed, tensorboard)
    if watcher is None:
        yield Nobody()
        return
    pipeline, follower = watcher
    try:
        yield follower
    except BaseException as error:
        end(pipeline, error)
        raise
    end(pipeline, None)


def end(pipeline: Pipeline, error: BaseException | None) -> None:
    """End a pipeline as its work ended; if the work was long, draw its timeline next to the report."""
    pipeline.end_by(error)
    if pipeline.elapsed_s < LONG_S or not (error is None or isinstance(error, Exception)):
        return  # short work and Ctrl-C do not wait for a picture
    from benchbook.analysis.plots.timing.timeline import add_timeline

    try:
        add_timeline(pipeline.folder)
    except Exception as failure:  # noqa: BLE001  # tracking must never stop the work
        log.warning("no timeline of pipeline %s: %s: %s", pipeline.name, type(failure).__name__, failure)


def _started(
    name: str,
    plan: StudyPlan,
    store: Store,
    cells: Callable[[], Iterable[CellPlan]] | None,
    retry_failed: bool,
    tensorboard: Path | str | None,
) -> tuple[Pipeline, Watcher] | None:
    from benchbook.tracking import track

    pipeline: Any = None
    try:
        grouping = Grouping(plan, cells() if cells is not None else None, _stored(store, retry_failed=retry_failed))
        tallies = grouping.tallies.values()
        pipeline = track(
            name,
            steps=[tally.label for tally in tallies],
            weights=[tally.weight for tally in tallies],
            tensorboard=tensorboard,
            show=False,
        ).start()
        if any(tally.weight > 0 for tally in tallies):
            pipeline.smoke_test(SMOKE, smoke_work(), amount=AMOUNT, unit="evaluations")
        return pipeline, Watcher(pipeline, grouping)
    except (UsageError, MissingExtraError):
        raise
    except Exception as error:  # noqa: BLE001  # tracking must never stop the work
        log.warning("this study is not tracked: %s: %s", type(error).__name__, error)
        if pipeline is not None:
            pipeline.finish()
        return None
