"""The ledger of a store: planned = done + failed + timed out + missing, by optimizer and dimension."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeAlias

from benchbook.artifacts.store.manifest import Manifest, read_manifest
from benchbook.artifacts.store.selection import planned_runs, stale_runs
from benchbook.artifacts.store.store import Store
from benchbook.digests import digest
from benchbook.errors import UsageError
from benchbook.records.study import OptimizerPlan

_Counts: TypeAlias = dict[tuple[str, str, int], Counter[str]]  # by optimizer, settings and dimension, then by outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """How many runs of an optimizer in a dimension were planned, and their outcomes.

    Attributes:
        stale: Runs of the plan that were done by other code; they count as done if the manifest says so.
    """

    optimizer: str
    dim: int
    planned: int
    done: int
    failed: int
    timed_out: int
    stale: int

    @property
    def missing(self) -> int:
        """Runs that are missing."""
        return self.planned - self.done - self.failed - self.timed_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger of a store.

    Attributes:
        rows: One for each optimizer and dimension.
        beyond: Runs in the store that are not in its plan.
        damages: Unreadable places in its shards: (shard, byte, reason).
    """

    rows: Sequence[LedgerRow]
    beyond: int
    damages: Sequence[tuple[str, int, str]]

    @property
    def complete(self) -> bool:
        """Whether no run is missing."""
        return all(row.missing == 0 for row in self.rows)

    def total(self, name: str) -> int:
        """Return the sum of a column."""
        return sum(int(getattr(row, name)) for row in self.rows)

    def document(self) -> dict[str, Any]:
        """Return the ledger as plain values, for JSON."""
        names = [field.name for field in fields(LedgerRow)]
        numbers = ("planned", "done", "failed", "timed_out", "missing", "stale")
        return {
            **{name: self.total(name) for name in numbers},
            "beyond_the_plan": self.beyond,
            "complete": self.complete,
            "damages": [{"shard": shard, "offset": offset, "reason": reason} for shard, offset, reason in self.damages],
            "rows": [{**{name: getattr(row, name) for name in names}, "missing": row.missing} for row in self.rows],
        }


def ledger(folder: Path) -> Ledger:
    """Return the ledger of a store, from its manifest and its index.

    Raises:
        UsageError: The folder holds no manifest.
        ArtifactError: The manifest is damaged, or of a newer benchbook.
    """
    manifest = read_manifest(folder) if folder.is_dir() else None
    if manifest is None:
        raise UsageError(f"{folder} is not the store of a study: it has no manifest")
    plan = manifest.plan
    with Store(folder) as store:
        index = store.index()
        counts, stale = _counts(store, manifest)
        every = index.query("SELECT count(*) FROM runs").fetchone()[0]
        damages = index.query("SELECT shard, offset, reason FROM damages ORDER BY shard, offset").fetchall()
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
    beyond = every - sum(row.done + row.failed + row.timed_out for row in rows)
    return Ledger(rows=rows, beyond=beyond, damages=damages)


def _counts(store: Store, manifest: Manifest) -> tuple[_Counts, _Counts]:
    """Return how many runs of each outcome the plan has, and how many by other code, in one pass over the index."""
    planned, planned_values = planned_runs(manifest)
    stale, stale_values = stale_runs(manifest.plan)
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
