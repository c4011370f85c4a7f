"""Comparison of a study with a baseline: rows with a verdict, in a quality lane and a time lane. Nothing is re-run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from benchbook.analysis.comparison.quality_lane import quality_rows
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.comparison.thresholds import Thresholds
from benchbook.analysis.comparison.time_lane import time_rows
from benchbook.analysis.comparison.verdicts import Row, Verdict
from benchbook.artifacts.run_view import RunView
from benchbook.records.published import CellKey, CellSummary, StudySummary


class Lane(StrEnum):
    """What a row is about."""

    QUALITY = "quality"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A study compared with a baseline.

    Attributes:
        rows: What was compared, cell by cell, then over all cells of each optimizer.
        notes: What a reader should know about both sides.
        detectable: Loss of mean AOCC that is found with the stated power, by optimizer; None if unknown.
        thresholds: When a difference counts.
    """

    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    detectable: dict[str, float | None]
    thresholds: Thresholds

    def count(self, verdict: Verdict) -> int:
        """Return the number of rows with this verdict."""
        return sum(row.verdict is verdict for row in self.rows)

    @property
    def worse(self) -> tuple[Row, ...]:
        """The rows that became worse."""
        return tuple(row for row in self.rows if row.verdict is Verdict.WORSE)

    @property
    def gaps(self) -> tuple[str, ...]:
        """Why the comparison says less than it seems to: cells that were not compared, or no verdict at all."""
        by_reason: dict[str, list[str]] = {}
        for row in self.rows:
            if row.gap:
                by_reason.setdefault(row.reason, []).append(f"{row.optimizer} on {row.function} in dimension {row.dim}")
        lines = [
            f"{len(cells)} of the baseline's cells not compared: {reason} ({cells[0]}{', ...' if cells[1:] else ''})"
            for reason, cells in by_reason.items()
        ]
        decided = (Verdict.BETTER, Verdict.WORSE, Verdict.UNCHANGED)
        if not any(row.lane == Lane.QUALITY.value and row.verdict in decided for row in self.rows):
            lines.append("nothing was decided about quality")
        return tuple(lines)


def compare(
    baseline: StudySummary, candidate: Iterable[RunView] | StudySummary, thresholds: Thresholds | None = None
) -> Comparison:
    """Compare runs with a baseline, cell by cell and over all cells of each optimizer.

    A cell of the baseline that the candidate lacks counts as worse.

    Args:
        baseline: What is compared with.
        candidate: The runs, or their summary with the baseline's targets.
        thresholds: When a difference counts.
    """
    limits = thresholds or Thresholds()
    targets: dict[CellKey, float | None] = {key: cell.target for key, cell in baseline.cells.items()}
    other = candidate if isinstance(candidate, StudySummary) else summarise(candidate, targets)
    shared = [key for key in baseline.cells if key in other.cells]
    pairs = [(baseline.cells[key], other.cells[key]) for key in shared]
    quality, detectable = quality_rows(pairs, limits)
    rows = [*quality, *time_rows(pairs, baseline, other, limits)]
    rows += [replace(_lost(baseline.cells[key]), gap=True) for key in baseline.cells if key not in other.cells]
    rows += [_new(other.cells[key]) for key in other.cells if key not in baseline.cells]
    return Comparison(rows=tuple(rows), notes=tuple(_notes(baseline, other)), detectable=detectable, thresholds=limits)


def _lost(then: CellSummary) -> Row:
    """Return the row of a missing cell, which counts as worse because its current quality is unknown."""
    return _runs_row(then, len(then), 0, Verdict.WORSE, "the candidate has no such cell")


def _new(now: CellSummary) -> Row:
    return _runs_row(now, None, len(now), Verdict.UNDECIDED, "the baseline has no such cell")


def _runs_row(cell: CellSummary, then: int | None, now: int, verdict: Verdict, reason: str) -> Row:
    return Row(
        lane=Lane.QUALITY.value,
        optimizer=cell.optimizer,
        function=cell.function,
        dim=cell.dim,
        metric="runs",
        baseline=then,
        current=now,
        verdict=verdict,
        reason=reason,
    )


def _notes(baseline: StudySummary, other: StudySummary) -> list[str]:
    notes = []
    if baseline.version != other.version:
        notes.append(f"benchbook {baseline.version} in the baseline, {other.version} now")
    for optimizer in dict.fromkeys(key[0] for key in baseline.cells):
        then = next((dict(cell.settings) for key, cell in baseline.cells.items() if key[0] == optimizer), {})
        now = next((dict(cell.settings) for key, cell in other.cells.items() if key[0] == optimizer), then)
        notes += [
            f"{optimizer}: {name} was {then.get(name)!r}, is {now.get(name)!r}"
            for name in dict.fromkeys([*then, *now])
            if then.get(name) != now.get(name)
        ]
    return notes
