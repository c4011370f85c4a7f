"""The summary of a study: what a comparison needs, in a few bytes per run. A published summary is a baseline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchbook.analysis.cells import cells
from benchbook.analysis.columns import Columns, columns
from benchbook.analysis.measures.anytime import aocc
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.suites import targets_of
from benchbook.artifacts.run_view import RunView
from benchbook.errors import UsageError
from benchbook.records.published import CellKey, CellSummary, HostSummary, StudySummary
from benchbook.typing import FloatArray, IntArray, JsonValue

POWERS_OF_TEN: FloatArray = np.array([10.0**k for k in range(2, -9, -1)])


@dataclass(frozen=True, slots=True)
class _Circumstances:
    settings: Mapping[str, JsonValue]
    stop_target: float | None
    stagnation: int | None
    created_at: str
    total_s: float | None
    host: HostSummary | None
    commit: str | None
    version: str
    packages: Mapping[str, str] | None


def summarise(runs: Iterable[RunView], targets: Mapping[CellKey, float | None] | None = None) -> StudySummary:
    """Return the summary of runs, in one pass over them.

    Args:
        runs: The runs.
        targets: The precision to reach in each cell, as in a baseline; default: derived from the runs themselves.
    """
    circumstances: list[_Circumstances] = []
    table = columns(_noting(runs, circumstances))
    groups = cells(table)
    names = groups.names
    own = _hardest_powers_of_ten(first_hits(table, POWERS_OF_TEN).evaluations, groups.of_runs(), len(groups))
    goals = own if targets is None else [targets.get(name) for name in names]
    hits = _first_target_hits(table, groups.of_runs(), goals)
    of_suite = targets_of(table.functions)
    standard = first_hits(table, of_suite[of_suite > 0.0]).evaluations
    areas = aocc(table)
    startup, us = _times(circumstances, table.optimizers, table.optimizer, table.evaluations)
    unknown = np.array([np.isnan(part).any() for part in np.split(table.precisions, table.offsets[1:-1])])
    made: dict[CellKey, CellSummary] = {}
    for cell, name in enumerate(names):
        rows = groups.runs(cell)
        rows = rows[np.lexsort((table.seed[rows], table.instance[rows]))]
        first = circumstances[int(rows[0])]
        made[name] = CellSummary(
            optimizer=name[0],
            settings=first.settings,
            function=name[1],
            dim=name[2],
            budget=int(table.budget[rows].max()),
            target=goals[cell],
            instances=table.instance[rows],
            seeds=table.seed[rows],
            evaluations=table.evaluations[rows],
            hits=hits[rows],
            aocc=None if unknown[rows].any() else np.round(areas[rows], 5),
            us_per_evaluation=us[rows],
            stop_target=first.stop_target,
            stagnation=first.stagnation,
            first_hits=None if unknown[rows].any() else tuple(_reached(standard[row]) for row in rows),
        )
    return StudySummary(
        cells=made,
        host=_same([item.host for item in circumstances]),
        commit=_same([item.commit for item in circumstances]),
        version=_same([item.version for item in circumstances]) or "mixed",
        startup_s=startup,
        targets=of_suite[of_suite > 0.0],
        packages=_together([item.packages for item in circumstances]),
    )


def joined(before: StudySummary, added: StudySummary) -> StudySummary:
    """Return the summary of both; cells, and start-up times, that are in both are those of `added`."""
    if before.targets is None or added.targets is None or not np.array_equal(before.targets, added.targets):
        raise UsageError("the targets differ from those of the baseline: one of the two was made by another version")
    return StudySummary(
        cells={**before.cells, **added.cells},
        host=_same([before.host, added.host]),
        commit=_same([before.commit, added.commit]),
        version=_same([before.version, added.version]) or "mixed",
        startup_s={**before.startup_s, **added.startup_s},
        targets=before.targets,
        packages=_together([before.packages, added.packages]),
    )


def _reached(hits: FloatArray) -> IntArray:
    """Return the finite hits; targets are descending, so those that a run reached come first."""
    return hits[np.isfinite(hits)].astype(np.int64)


def _noting(runs: Iterable[RunView], circumstances: list[_Circumstances]) -> Iterator[RunView]:
    for run in runs:
        timing = getattr(run, "timing", None)
        circumstances.append(
            _Circumstances(
                dict(run.optimizer.settings),
                getattr(run, "target", None),
                getattr(run, "stagnation", None),
                str(getattr(run, "created_at", "")),
                None if timing is None else timing.total_s,
                _host(run),
                getattr(run, "commit", None),
                str(getattr(run, "version", "unknown")),
                getattr(getattr(run, "environment", None), "packages", None),
            )
        )
        yield run


def _host(run: Any) -> HostSummary | None:
    host, environment = getattr(run, "host", None), getattr(run, "environment", None)
    if host is None or environment is None:
        return None
    a = environment.arithmetic
    pinned = "pinned" if a.pinned else "not pinned"
    return HostSummary(
        name=host.name,
        cpu=environment.cpu,
        python=environment.python,
        arithmetic=f"numpy {a.numpy}, {a.blas}, {pinned}",
    )


def _hardest_powers_of_ten(hits: FloatArray, of_runs: IntArray, count: int) -> list[float | None]:
    """Return for each cell the hardest power of ten that at least half of its runs reach; None if there is none."""
    found: list[float | None] = []
    for cell in range(count):
        reached = np.isfinite(hits[of_runs == cell]).mean(axis=0) >= 0.5
        found.append(float(POWERS_OF_TEN[np.flatnonzero(reached)[-1]]) if reached.any() else None)
    return found


def _first_target_hits(table: Columns, of_runs: IntArray, goals: list[float | None]) -> FloatArray:
    """Return when each run first hit its cell's target, shape `(runs,)`."""
    hits = np.full(len(table), np.inf)
    for goal in {goal for goal in goals if goal is not None}:
        rows = np.flatnonzero(np.isin(of_runs, [cell for cell, own in enumerate(goals) if own == goal]))
        hits[rows] = first_hits(table.pick(rows), np.array([goal])).evaluations[:, 0]
    return hits


def _times(
    circumstances: list[_Circumstances], names: tuple[str, ...], optimizer: IntArray, evaluations: IntArray
) -> tuple[dict[str, float | None], FloatArray]:
    """Return the start-up time, taken from each optimizer's first run, and steady microseconds per evaluation."""
    seconds = np.array([np.nan if item.total_s is None else item.total_s for item in circumstances])
    us = 1e6 * seconds / np.maximum(evaluations, 1)
    startup: dict[str, float | None] = {}
    for code, name in enumerate(names):
        rows = np.flatnonzero(optimizer == code)
        first = min(rows, key=lambda row: circumstances[row].created_at)
        others = us[rows[rows != first]]
        known = others[~np.isnan(others)]
        excess = seconds[first] - np.median(known) * evaluations[first] / 1e6 if len(known) else np.nan
        startup[name] = None if np.isnan(excess) else max(0.0, float(excess))
        us[first] = np.nan
    return startup, us


def _together(versions: list[Mapping[str, str] | None]) -> dict[str, str] | None:
    """Return the packages of all runs, each of which lists those of its own optimizer; None if two disagree."""
    found: dict[str, str] = {}
    for own in versions:
        if own is None or any(found.setdefault(name, version) != version for name, version in own.items()):
            return None
    return dict(sorted(found.items())) or None


def _same(values: list[Any]) -> Any:
    return values[0] if values and all(value == values[0] for value in values) else None
