"""The ledger of a store: planned = done + failed + timed out + missing, by optimizer and dimension."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeAlias

from benchbook.artifacts.store.manifest import Manifest, check_store, read_manifest
from benchbook.artifacts.store.selection import planned_runs, stale_runs
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.store.study_plan import StudyPlan
from benchbook.digests import digest
from benchbook.errors import ArtifactError
from benchbook.records.study import OptimizerPlan

_Counts: TypeAlias = dict[tuple[str, str, int], Counter[str]]  # by optimizer, settings and dimension, then by outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """How many runs of an optimizer in a dimension were planned, and their outcomes.

    Attributes:
        planned: None without a plan.
        stale: Runs of the plan that were done by other code; they count as done if the manifest says so.
    """

    optimizer: str
    dim: int
    planned: int | None
    done: int
    failed: int
    timed_out: int
    stale: int

    @property
    def missing(self) -> int | None:
        """Runs that are missing; None without a plan."""
        return None if self.planned is None else self.planned - self.done - self.failed - self.timed_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger of a store.

    Attributes:
        rows: One for each optimizer and dimension.
        beyond: Runs in the store that are not in its plan.
        damages: Unreadable places in its shards: (shard, byte, reason).
        without_plan: Why it has no readable plan; all its runs are counted then.
    """

    rows: Sequence[LedgerRow]
    beyond: int
    damages: Sequence[tuple[str, int, str]]
    without_plan: str | None = None

    @property
    def complete(self) -> bool:
        """Whether no run is missing; never without a plan."""
        return all(row.missing == 0 for row in self.rows)

    def total(self, name: str) -> int | None:
        """Return the sum of a column; None if a value is unknown."""
        if self.without_plan is not None and name in ("planned", "missing"):
            return None
        return sum(int(getattr(row, name)) for row in self.rows)

    def document(self) -> dict[str, Any]:
        """Return the ledger as plain values, for JSON."""
        names = [field.name for field in fields(LedgerRow)]
        numbers = ("planned", "done", "failed", "timed_out", "missing", "stale")
        return {
            **{name: self.total(name) for name in numbers},
            "beyond_the_plan": self.beyond,
            "complete": self.complete,
            "without_plan": self.without_plan,
            "damages": [{"shard": shard, "offset": offset, "reason": reason} for shard, offset, reason in self.damages],
            "rows": [{**{name: getattr(row, name) for name in names}, "missing": row.missing} for row in self.rows],
        }


def ledger(folder: Path) -> Ledger:
    """Return the ledger of a store, from its manifest and its index.

    Raises:
        UsageError: The folder holds no manifest.
        ArtifactError: The manifest is damaged, or of a newer benchbook.
    """
    check_store(folder)
    try:
        manifest = read_manifest(folder)
        without_plan = None if manifest is not None else "it has no manifest; benchbook study run writes it"
    except ArtifactError as error:
        manifest, without_plan = None, str(error)
    with Store(folder) as store:
        index = store.index()
        counts, stale = _counts(store, manifest)
        every = index.query("SELECT count(*) FROM runs").fetchone()[0]
        damages = index.query("SELECT shard, offset, reason FROM damages ORDER BY shard, offset").fetchall()
    rows = _without_plan(counts) if manifest is None else _rows(manifest.plan, counts, stale)
    beyond = every - sum(row.done + row.failed + row.timed_out for row in rows)
    return Ledger(rows=rows, beyond=beyond, damages=damages, without_plan=without_plan)


def _without_plan(counts: _Counts) -> list[LedgerRow]:
    found: dict[tuple[str, int], Counter[str]] = {}
    for (optimizer, _, dim), of in counts.items():
        found.setdefault((optimizer, dim), Counter()).update(of)
    return [
        LedgerRow(
            optimizer=optimizer,
            dim=dim,
            planned=None,
            **{name: of[name] for name in ("done", "failed", "timed_out")},
            stale=0,
        )
        for (optimizer, dim), of in sorted(found.items())
    ]


def _rows(plan: StudyPlan, counts: _Counts, stale: _Counts) -> list[LedgerRow]:
    repetitions = sum(len(function.instances) for function in plan.functions) * len(plan.seeds)
    rows = []
    for optimizer in plan.optimizers:
        for dim in plan.dims:
            of = counts.get((optimizer.name, digest(dict(optimizer.settings)), dim), Counter())
            other = stale.get((optimizer.name, digest(dict(optimizer.settings)), dim), Counter())
            rows.append(
                LedgerRow(
                    optimizer=_label(optimizer, plan.optimizers),
                    dim=dim,
                    planned=repetitions,
                    **{name: of[name] for name in ("done", "failed", "timed_out")},
                    stale=sum(other.values()),
                )
            )
    return rows


def _counts(store: Store, manifest: Manifest | None) -> tuple[_Counts, _Counts]:
    """Return how many runs of each outcome the plan has, and how many by other code, in one pass over the index.

    Without a plan all runs are counted.
    """
    planned, planned_values = planned_runs(manifest) if manifest is not None else ("1", [])
    stale, stale_values = stale_runs(manifest.plan) if manifest is not None else ("0", [])
    # Counted here: SQLite would sort all runs by their long digests first.
    columns = f"optimizer, settings, dim, status = 'done', stop = 'timeout', {planned}, {stale}"
    found = Counter(store.index().query(f"SELECT {columns} FROM runs NOT INDEXED", [*planned_values, *stale_values]))  # noqa: S608  # fixed texts
    counts: tuple[_Counts, _Counts] = ({}, {})
    for (optimizer, settings, dim, done, late, *belongs), count in found.items():
        outcome = "done" if done else "timed_out" if late else "failed"
        for of, there in zip(counts, belongs, strict=True):
            if there:
                of.setdefault((optimizer, settings, dim), Counter())[outcome] += count
    return counts


def _label(optimizer: OptimizerPlan, others: Sequence[OptimizerPlan]) -> str:
    """Return the optimizer's name, with the settings that tell it from others of this name."""
    same = [other for other in others if other.name == optimizer.name]
    differing = [key for key, value in optimizer.settings.items() if any(o.settings.get(key) != value for o in same)]
    shown = ", ".join(f"{key}={optimizer.settings[key]}" for key in differing)
    return f"{optimizer.name} ({shown})" if shown else optimizer.name
