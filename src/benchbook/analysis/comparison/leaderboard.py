"""What leaderboards and rankings list: the optimizers, functions and dimensions of a published summary."""

from __future__ import annotations

from benchbook.records.published import StudySummary


def dims_of(summary: StudySummary) -> list[int]:
    """Return the dimensions of a summary in ascending order."""
    return sorted({cell.dim for cell in summary.cells.values()})


def functions_of(summary: StudySummary) -> list[str]:
    """Return its functions; those with numbers are sorted by number."""
    names = {cell.function for cell in summary.cells.values()}
    return sorted(names, key=lambda name: (name.rstrip("0123456789"), _number(name), name))


def optimizers_of(summary: StudySummary) -> list[str]:
    """Return its optimizers, by name."""
    return sorted({cell.optimizer for cell in summary.cells.values()})


def _number(name: str) -> int:
    digits = name[len(name.rstrip("0123456789")) :]
    return int(digits) if digits else -1
