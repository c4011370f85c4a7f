"""The tables of a report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.analysis.cells import Cells
from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.anytime import aocc, precisions_at
from benchbook.analysis.measures.ert import RunningTimes, expected_running_times, penalized_running_times
from benchbook.analysis.measures.first_hits import FirstHits
from benchbook.analysis.measures.references import Reference, reference
from benchbook.analysis.measures.targets import RUN_LENGTHS, STANDARD_TARGETS
from benchbook.analysis.suites import BIOBJ, CONSTRAINED, SINGLE
from benchbook.typing import FloatArray

# Targets of the tables, by suite; the last one is the hardest that COCO's tables have.
ERT_TARGETS = {
    SINGLE: (1e1, 1e0, 1e-1, 1e-3, 1e-5, 1e-8),
    CONSTRAINED: (1e1, 1e0, 1e-1, 1e-3, 1e-5, 1e-6),
    BIOBJ: (1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5),
}
REFERENCE = "best-2009"
_PENALTY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table of texts, with a caption."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def ert_table(times: RunningTimes, targets: FloatArray) -> ReportTable:
    """Return expected running times to targets."""
    rows = []
    for cell, (optimizer, function, dim) in enumerate(times.cells.names):
        texts = []
        for ert, successes in zip(times.ert[cell], times.successes[cell], strict=True):
            shown = "∞" if np.isinf(ert) else f"{ert:,.0f}"
            texts.append(shown if successes in (0, times.runs[cell]) else f"{shown} ({successes}/{times.runs[cell]})")
        rows.append((function, str(dim), optimizer, *texts))
    return ReportTable(
        caption="Fixed targets: expected running time (ERT, evaluations) to f_opt + target; in brackets the successes, "
        "if runs failed",
        headers=("function", "dim", "optimizer", *(f"{target:g}" for target in targets)),
        rows=tuple(rows),
    )


def area_table(table: Columns, groups: Cells) -> ReportTable:
    """Return areas over the convergence curve, and final precisions."""
    areas, final = aocc(table), table.final()
    rows = []
    for cell, (optimizer, function, dim) in enumerate(groups.names):
        own = groups.runs(cell)
        low, median, high = np.quantile(final[own], [0.25, 0.5, 0.75], method="inverted_cdf")
        numbers = (f"{areas[own].mean():.4f}", f"{low:.3g}", f"{median:.3g}", f"{high:.3g}")
        rows.append((function, str(dim), optimizer, str(len(own)), *numbers))
    return ReportTable(
        caption="Area over the convergence curve (AOCC, 1 is best), and quartiles of the final precision",
        headers=("function", "dim", "optimizer", "runs", "AOCC", "lower quartile", "median", "upper quartile"),
        rows=tuple(rows),
    )


def fixed_budget_table(table: Columns, groups: Cells) -> ReportTable:
    """Return the median precision after powers of ten of evaluations per variable, up to the longest run."""
    longest = float((table.budget / table.dim).max(initial=1.0))
    lengths = [10.0**k for k in range(1, 9) if 10.0**k <= longest * (1 + 1e-9)] or [longest]
    rows = []
    for cell, (optimizer, function, dim) in enumerate(groups.names):
        own = groups.runs(cell)
        budgets = np.maximum(np.round(np.array(lengths) * dim), 1).astype(np.int64)
        values = precisions_at(table.pick(own), budgets)
        medians = np.quantile(values, 0.5, axis=0, method="inverted_cdf")
        known = budgets <= table.budget[own].max() * (1 + 1e-9)
        texts = [f"{value:.3g}" if here else "–" for value, here in zip(medians, known, strict=True)]
        rows.append((function, str(dim), optimizer, *texts))
    return ReportTable(
        caption="Fixed budgets: median precision after evaluations per variable; – beyond the budget of the runs",
        headers=("function", "dim", "optimizer", *(f"{length:,g} x D" for length in lengths)),
        rows=tuple(rows),
    )


def penalized_table(hits: FirstHits, groups: Cells) -> ReportTable:
    """Return penalized average running times (PAR10)."""
    times = penalized_running_times(hits, groups, factor=_PENALTY)
    rows = [
        (function, str(dim), optimizer, *(f"{time:,.0f}" for time in times[cell]))
        for cell, (optimizer, function, dim) in enumerate(groups.names)
    ]
    return ReportTable(
        caption=f"Penalized average running time (PAR{_PENALTY}, evaluations) to f_opt + target: a run that does not "
        f"reach it counts {_PENALTY} times its budget",
        headers=("function", "dim", "optimizer", *(f"{target:g}" for target in hits.targets)),
        rows=tuple(rows),
    )


def expensive_tables(standard: FirstHits, groups: Cells) -> tuple[ReportTable, ...]:
    """Return the table of the expensive setting; empty if the reference has none of the problems.

    Targets are those that best-2009 reaches within a few evaluations per variable (Hansen et al. 2016, section 4.2).

    Args:
        standard: First hits of the standard targets.
        groups: The cells.
    """
    best = reference(REFERENCE)
    if not any((function, dim) in best.evaluations for _, function, dim in groups.names):
        return ()
    times = expected_running_times(standard, groups, balance=True)
    rows: list[tuple[str, ...]] = []
    last = None
    for cell, (optimizer, function, dim) in enumerate(groups.names):
        if (function, dim) not in best.evaluations:
            continue
        places = best.run_length_places(function, dim, RUN_LENGTHS)
        if (function, dim) != last:
            rows.append((function, str(dim), best.name, *(_target_text(best, function, dim, k) for k in places)))
            last = (function, dim)
        texts = [
            "–" if k is None else _ratio_text(times, cell, _column(best.targets[k]), best.evaluations[function, dim][k])
            for k in places
        ]
        rows.append((function, str(dim), optimizer, *texts))
    caption = (
        f"Expensive setting: the hardest target that {best.name} reaches within n x D evaluations, and its ERT; "
        "below, the ERT of each optimizer divided by that, with successes in brackets if runs failed"
    )
    headers = ("function", "dim", "optimizer", *(f"{length:g} x D" for length in RUN_LENGTHS))
    return (ReportTable(caption=caption, headers=headers, rows=tuple(rows)),)


def _column(target: float) -> int:
    return int(np.abs(np.log(STANDARD_TARGETS / target)).argmin())


def _target_text(best: Reference, function: str, dim: int, place: int | None) -> str:
    if place is None:
        return "–"
    return f"{target_text(float(best.targets[place]))}: {best.evaluations[function, dim][place]:.4g}"


def target_text(target: float) -> str:
    """Return a target of the standard grid with two digits.

    Examples:
        >>> target_text(100.0), target_text(10**0.2)
        ('100', '1.6')
    """
    return f"{float(f'{target:.2g}'):g}"


def _ratio_text(times: RunningTimes, cell: int, column: int, least: float) -> str:
    ert, successes, runs = times.ert[cell, column], times.successes[cell, column], times.runs[cell]
    shown = "∞" if np.isinf(ert) else f"{ert / least:.3g}"
    return shown if successes in (0, runs) else f"{shown} ({successes}/{runs})"
