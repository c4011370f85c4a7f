"""The ledger of a store: planned = done + failed + timed out + missing, by optimizer and dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from benchbook.artifacts.store.manifest import read_manifest
from benchbook.artifacts.store.selection import planned_runs, stale_runs
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.store.study_plan import OptimizerPlan
from benchbook.digests import digest
from benchbook.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """How many runs of an optimizer in a dimension were planned, and their outcomes.

    Attributes:
        stale: Runs of the plan that were done by other code; they count as done where the manifest says so.
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
        """Runs that are not there."""
        return self.planned - self.done - self.failed - self.timed_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The ledger of a store.

    Attributes:
        rows: One for each optimizer and dimension.
        beyond: Runs in the store that its plan does not hold.
        damages: Places in its shards that cannot be read: (shard, byte, reason).
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
        counts = _counts(store, *planned_runs(manifest))
        stale = _counts(store, *stale_runs(plan))
        every = index.query("SELECT count(*) FROM runs").fetchone()[0]
        damages = index.query("SELECT shard, offset, reason FROM damages ORDER BY shard, offset").fetchall()
    repetitions = sum(len(function.instances) for function in plan.functions) * len(plan.seeds)
    rows = []
    for optimizer in plan.optimizers:
        for dim in plan.dims:
            of = counts.get((optimizer.name, digest(dict(optimizer.settings)), dim), {})
            other = stale.get((optimizer.name, digest(dict(optimizer.settings)), dim), {})
            rows.append(
                LedgerRow(
                    optimizer=_label(optimizer, plan.optimizers),
                    dim=dim,
                    planned=repetitions,
                    **{name: of.get(name, 0) for name in ("done", "failed", "timed_out")},
                    stale=sum(other.values()),
                )
            )
    beyond = every - sum(row.done + row.failed + row.timed_out for row in rows)
    return Ledger(rows=rows, beyond=beyond, damages=damages)


def _counts(store: Store, where: str, values: Sequence[Any]) -> dict[tuple[str, str, int], dict[str, int]]:
    outcome = "CASE WHEN status = 'done' THEN 'done' WHEN stop = 'timeout' THEN 'timed_out' ELSE 'failed' END"
    text = f"SELECT optimizer, settings, dim, {outcome}, count(*) FROM runs WHERE {where} GROUP BY 1, 2, 3, 4"  # noqa: S608  # fixed texts
    counts: dict[tuple[str, str, int], dict[str, int]] = {}
    for optimizer, settings, dim, name, count in store.known(text, values):
        counts.setdefault((optimizer, settings, dim), {})[name] = count
    return counts


def _label(optimizer: OptimizerPlan, others: Sequence[OptimizerPlan]) -> str:
    """Return the optimizer's name, with the settings that tell it from others of this name."""
    same = [other for other in others if other.name == optimizer.name]
    differing = [key for key, value in optimizer.settings.items() if any(o.settings.get(key) != value for o in same)]
    shown = ", ".join(f"{key}={optimizer.settings[key]}" for key in differing)
    return f"{optimizer.name} ({shown})" if shown else optimizer.name
