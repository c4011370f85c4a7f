"""What a published summary contains: its optimizers, functions and dimensions, in a fixed order, and their times."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchbook.records.published import CellSummary, StudySummary


def optimizers_of(summary: StudySummary) -> list[str]:
    """Return its optimizers, by name."""
    return sorted({cell.optimizer for cell in summary.cells.values()})


def functions_of(summary: StudySummary) -> list[str]:
    """Return its functions; those with numbers are sorted by number."""
    names = {cell.function for cell in summary.cells.values()}
    return sorted(names, key=lambda name: (name.rstrip("0123456789"), _number(name), name))


def dims_of(summary: StudySummary) -> list[int]:
    """Return the dimensions of a summary in ascending order."""
    return sorted({cell.dim for cell in summary.cells.values()})


def us_per_evaluation(cells: Iterable[CellSummary]) -> float:
    """Return the median over runs of the microseconds per evaluation; NaN if they are unknown."""
    times = np.concatenate([np.empty(0), *(cell.us_per_evaluation for cell in cells)])
    times = times[~np.isnan(times)]
    return float(np.median(times)) if len(times) else float("nan")


def _number(name: str) -> int:
    digits = name[len(name.rstrip("0123456789")) :]
    return int(digits) if digits else -1
