"""Profiles of recorded runs: the run of an artifact, or a cell of a store, is done again and profiled."""

from __future__ import annotations

from pathlib import Path

from benchbook.artifacts.io import load
from benchbook.artifacts.store.manifest import check_store
from benchbook.artifacts.store.store import Store
from benchbook.errors import UsageError, unknown_name
from benchbook.records import RunRecord
from benchbook.records.profile import Profiled
from benchbook.studies.profiling import profile_runs
from benchbook.studies.runs.cells import cells_of
from benchbook.studies.verify.run import planned_again


def profile_artifact(path: Path, *, repeats: int | None = None) -> Profiled:
    """Do the run of an artifact again, and profile it.

    Raises:
        UsageError: Its optimizer or function are not in the catalog.
        ArtifactError: The file is not a valid run artifact.
    """
    record = load(path)
    p = record.problem
    name = f"{record.optimizer.name} on {p.name}, dim {p.dim}, {record.budget:,} evaluations, as in {path.name}"
    return profile_runs(name, [planned_again(record)], repeats=repeats)


def profile_cell(folder: Path, cell: str, *, repeats: int | None = None) -> Profiled:
    """Do the runs of a cell of a store again, and profile them.

    Args:
        folder: The store.
        cell: `optimizer/function/dim`, as in `cma_es/bbob_f8/5`.
        repeats: As for `profile_work`.

    Raises:
        UsageError: The folder is not a store, or holds several cells of that name.
        UnknownNameError: It holds none.
    """
    check_store(folder)
    with Store(folder) as store:
        rows = store.index().query("SELECT DISTINCT optimizer || '/' || function || '/' || dim FROM runs ORDER BY 1")
        names = [name for (name,) in rows]
        if cell not in names:
            raise unknown_name("cell", cell, names, f"(of {folder}; a cell is optimizer/function/dim)")
        found = store.index().query(
            "SELECT run_key FROM runs WHERE optimizer || '/' || function || '/' || dim = ? ORDER BY instance, seed",
            [cell],
        )
        records: list[RunRecord] = [record for (key,) in found if (record := store.get(key)) is not None]
    cells = cells_of(planned_again(record) for record in records)
    if len(cells) > 1:
        raise UsageError(
            f"{folder} holds {len(cells)} cells {cell!r}, which differ in settings, budget or target: profile a run "
            "artifact instead"
        )
    return profile_runs(f"{cell}, {len(cells[0])} runs of {folder.name}", cells[0], repeats=repeats)
