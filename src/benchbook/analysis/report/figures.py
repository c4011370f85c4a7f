"""The figures of a report, drawn from the columnar view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchbook.analysis.cells import Cells
from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.ert import RunningTimes, ert_interval, expected_running_times
from benchbook.analysis.measures.first_hits import FirstHits, first_hits
from benchbook.analysis.measures.profiles import runtime_profiles
from benchbook.analysis.statistics.rankings import aocc_scores, final_scores
from benchbook.typing import FloatArray

if TYPE_CHECKING:
    from benchbook.analysis.plots.picture import Picture

_MOST_DIMS = 6


def report_figures(table: Columns, groups: Cells, hits: FirstHits) -> list[tuple[str, Picture]]:
    """Return the figures of a report, with their captions: those that its runs are enough for."""
    from benchbook.analysis.plots import Picture, new_figure, plot_heat_map, profile_grid

    found: list[tuple[str, Picture]] = []
    pooled = runtime_profiles(hits, by="dim", band=0.95)
    dims = sorted({profile.dim for profile in pooled if profile.dim is not None})[:_MOST_DIMS]
    panels = [(f"{dim}-D", [profile for profile in pooled if profile.dim == dim]) for dim in dims]
    ends = "; ".join(f"{p.optimizer} {p.dim}-D {p.share[-1]:.2f}" for p in pooled)
    text = f"Runtime profiles by dimension; share of function, target and run reached: {ends}."
    found.append(("Runtime profiles over all functions, with 95 % bands", Picture(profile_grid(panels), text)))
    by_group = [profile for profile in runtime_profiles(hits, by="group") if profile.dim == dims[-1]]
    names = list(dict.fromkeys(profile.label for profile in by_group))
    if len(names) > 1:
        panels = [(name, [profile for profile in by_group if profile.label == name]) for name in names]
        text = f"Runtime profiles by group of functions in dimension {dims[-1]}: {', '.join(names)}."
        found.append((f"Runtime profiles by group, {dims[-1]}-D", Picture(profile_grid(panels), text)))
    areas = aocc_scores(table)
    chosen = [row for row, (_, dim) in enumerate(areas.problems) if dim == dims[-1]]
    figure, axes = new_figure(width=2.6 + 0.55 * len(chosen), height=1.6 + 0.36 * len(areas.optimizers))
    plot_heat_map(axes[0], areas.values[chosen].T, rows=areas.optimizers,
                  columns=[areas.problems[row][0] for row in chosen], label="AOCC")  # fmt: skip
    found.append((f"AOCC of each optimizer on each function, {dims[-1]}-D", Picture(
        figure, f"Heat map of AOCC, optimizers against functions, dimension {dims[-1]}.")))  # fmt: skip
    return [*found, *_comparison_figures(table, groups)]


def _comparison_figures(table: Columns, groups: Cells) -> list[tuple[str, Picture]]:
    """Return the figures that need several optimizers or dimensions."""
    from benchbook.analysis.plots import Picture, critical_difference_figure, new_figure, plot_scaling

    found: list[tuple[str, Picture]] = []
    if len(table.optimizers) > 2:
        from benchbook.analysis.statistics.friedman import mean_rank_comparison

        ranks = mean_rank_comparison(final_scores(table))
        means = ", ".join(f"{n} {r:.2f}" for n, r in zip(ranks.optimizers, ranks.mean_ranks, strict=True))
        text = f"Critical-difference diagram of ranks of the median final precision; mean ranks: {means}."
        found.append(("Ranks of the median final precision", Picture(critical_difference_figure(ranks), text)))
    dims = np.unique(table.dim)
    function = _easiest(table, groups)
    if len(dims) > 1 and function is not None:
        hits = first_hits(table, np.array([0.1]))
        times, interval = expected_running_times(hits, groups), ert_interval(hits, groups)
        erts = {name: _over_dims(groups, name, function, dims, times, interval.low, interval.high)
                for name in table.optimizers}  # fmt: skip
        figure, axes = new_figure(width=6.4, height=4.0)
        plot_scaling(axes[0], dims.astype(float), erts)
        axes[0].legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        text = f"ERT over dimension to a precision of 0.1 on {function}, by optimizer, with 95 % intervals."
        found.append((f"ERT over dimension, {function}, precision 0.1", Picture(figure, text)))
    return found


def _easiest(table: Columns, groups: Cells) -> str | None:
    """Return the function on which most runs come within 0.1; None where none does."""
    reached = groups.sums((table.final() <= 0.1).astype(float))
    if not reached.any():
        return None
    totals = np.bincount(groups.function, weights=reached, minlength=len(table.functions))
    return table.functions[int(totals.argmax())]


def _over_dims(
    groups: Cells, optimizer: str, function: str, dims: Any, times: RunningTimes, low: FloatArray, high: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    place = {name: cell for cell, name in enumerate(groups.names)}
    rows = [place.get((optimizer, function, int(dim))) for dim in dims]
    picked = [
        np.array([np.inf if row is None else float(values[row, 0]) for row in rows])
        for values in (times.ert, low, high)
    ]
    return picked[0], picked[1], picked[2]
