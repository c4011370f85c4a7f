"""Verifying a baseline: runs that it summarises are repeated and compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchbook.analysis.comparison.baselines import Baseline
from benchbook.analysis.comparison.summary import summarise
from benchbook.errors import UsageError
from benchbook.optimizers import optimizer as choose
from benchbook.problems import problem as make_problem
from benchbook.records import RunRecord
from benchbook.records.published import CellSummary
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEntry:
    """One run of a baseline, done again.

    Attributes:
        name: Optimizer, function, dimension, instance and seed, in words.
        differences: What differs, in words; empty if the run agrees with the baseline.
    """

    name: str
    differences: tuple[str, ...]


def verify_baseline(baseline: Baseline, *, sample: int | None = None) -> Iterator[VerifiedEntry]:
    """Repeat runs of a baseline and compare evaluations, first hits and AOCC, one after another.

    A baseline of the first schema does not contain the precision at which its runs stopped; for these only the hit of
    the cell's own target is compared.

    Args:
        baseline: The baseline.
        sample: How many runs, spread evenly over its cells; default: all.

    Raises:
        UsageError: `sample` is not a whole number >= 1, a run has no seed, or an optimizer, setting or function is not
            in the catalog.
    """
    if sample is not None and sample < 1:
        raise UsageError(f"sample is {sample}, expected a whole number >= 1")
    entries = [(cell, run) for cell in baseline.summary.cells.values() for run in range(len(cell))]
    # The middle of each part, so that the sample does not always contain the first cell or the first run of a cell.
    parts = min(sample or len(entries), len(entries))
    for k in range(parts):
        cell, run = entries[int((k + 0.5) * len(entries) / parts)]
        yield _verified(cell, run)


def _verified(cell: CellSummary, run: int) -> VerifiedEntry:
    name = f"{cell.optimizer} on {cell.function}, {cell.dim}-D, instance {cell.instances[run]}, seed {cell.seeds[run]}"
    if cell.seeds[run] < 0:
        raise UsageError(f"{name}: the baseline does not know its seed, so it cannot be repeated")
    record = _again(cell, run)
    summary = summarise([record], {(record.optimizer.name, cell.function, cell.dim): cell.target})
    now = next(iter(summary.cells.values()))
    pairs: list[tuple[str, Any, Any]] = [("first hit of the target", cell.hits[run], now.hits[0])]
    if cell.first_hits is not None and now.first_hits is not None:
        pairs += [
            ("evaluations", cell.evaluations[run], now.evaluations[0]),
            ("first hits", cell.first_hits[run].tolist(), now.first_hits[0].tolist()),
        ]
        if cell.aocc is not None and now.aocc is not None:
            pairs.append(("AOCC", cell.aocc[run], np.round(now.aocc[0], 5)))
    return VerifiedEntry(name=name, differences=tuple(f"{what}: {a} then, {b} now" for what, a, b in pairs if a != b))


def _again(cell: CellSummary, run: int) -> RunRecord:
    # If an optimizer has several settings, its label has them in brackets.
    name = cell.optimizer.split("[")[0]
    return execute(
        planned_run(
            choose(name, **dict(cell.settings)),
            make_problem(cell.function, cell.dim, int(cell.instances[run])),
            seed=int(cell.seeds[run]),
            budget=cell.budget,
            target=cell.stop_target,
            stagnation=cell.stagnation,
        )
    )
