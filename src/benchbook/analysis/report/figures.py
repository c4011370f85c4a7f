"""The figures of a report, drawn from the table in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchbook.analysis.cells import Cells
from benchbook.analysis.columns import Columns
from benchbook.analysis.control import convergence
from benchbook.analysis.measures.ert import RunningTimes, ert_interval, expected_running_times
from benchbook.analysis.measures.first_hits import FirstHits, first_hits
from benchbook.analysis.measures.profiles import runtime_profiles
from benchbook.analysis.measures.references import with_references
from benchbook.analysis.statistics.rankings import aocc_scores, final_scores
from benchbook.errors import MissingExtraError, UsageError
from benchbook.typing import FloatArray

if TYPE_CHECKING:
    from benchbook.analysis.plots.drawing.picture import Picture

_MOST_DIMS = 6
_MOST_FUNCTIONS = 12


def report_figures(records: Sequence[Any], table: Columns, groups: Cells, hits: FirstHits) -> list[tuple[str, Picture]]:
    """Return the figures of a report for which there are enough runs, with their captions."""
    from benchbook.analysis.plots import Picture, new_figure, plot_heat_map, profile_grid

    found: list[tuple[str, Picture]] = []
    pooled = with_references(runtime_profiles(hits, by="dim", band=0.95), hits)
    dims = sorted({profile.dim for profile in pooled if profile.dim is not None})[:_MOST_DIMS]
    panels = [(f"{dim}-D", [profile for profile in pooled if profile.dim == dim]) for dim in dims]
    ends = "; ".join(f"{p.optimizer} {p.dim}-D {p.share[-1]:.2f}" for p in pooled)
    text = f"Runtime profiles by dimension; share of function, target and run reached: {ends}."
    found.append(("Runtime profiles over all functions, with 95 % bands", Picture(profile_grid(panels), text)))
    groups_drawn = with_references(runtime_profiles(hits, by="group"), hits)
    by_group = [profile for profile in groups_drawn if profile.dim == dims[-1]]
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
        figure, f"Heat map of AOCC for optimizers and functions, dimension {dims[-1]}.")))  # fmt: skip
    curves = _convergence_figures(records, dims[-1])
    return [*found, *curves, *_comparison_figures(table, groups), *_attainment_figures(table, groups)]


def _convergence_figures(records: Sequence[Any], dim: int) -> list[tuple[str, Picture]]:
    """Return convergence on functions with a known optimum, in one dimension; as many as fit into one figure."""
    from benchbook.analysis.plots import Picture, convergence_grid
    from benchbook.analysis.plots.drawing.optimizer_styles import line_only, optimizer_styles

    own = [run for run in records if run.problem.dim == dim and run.problem.f_opt is not None]
    functions = list(dict.fromkeys(run.problem.name for run in own))
    optimizers = list(dict.fromkeys(run.optimizer.name for run in own))
    styles = optimizer_styles(optimizers)
    panels = []
    for function in functions[:_MOST_FUNCTIONS]:
        runs = {name: [run for run in own if (run.problem.name, run.optimizer.name) == (function, name)]
                for name in optimizers}  # fmt: skip
        curves = [(name, convergence(runs[name]), line_only(styles[name])) for name in optimizers if runs[name]]
        panels.append((function, curves))
    if not panels:
        return []
    # The legend is taken from the first panel, which therefore needs all optimizers.
    panels.sort(key=lambda panel: -len(panel[1]))
    left = len(functions) - len(panels)
    more = f"; {left} more functions are in the tables" if left else ""
    title = f"Convergence, {dim}-D: best precision so far, median and quartiles over runs{more}"
    ends = "; ".join(
        f"{function}: {', '.join(f'{name} {curve.median[-1]:.1e}' for name, curve, _ in curves)}"
        for function, curves in panels
    )
    return [(title, Picture(convergence_grid(panels, columns=3), f"Convergence in dimension {dim}; medians: {ends}."))]


def _attainment_figures(table: Columns, groups: Cells) -> list[tuple[str, Picture]]:
    """Return the attainment of the first two optimizers on a function and the difference; empty without moocore."""
    from benchbook.analysis.measures.attainment import attainment, attainment_difference
    from benchbook.analysis.measures.moocore_library import load_moocore
    from benchbook.analysis.plots import Picture, attainment_figure

    function = _easiest(table, groups)
    if len(table.optimizers) < 2 or function is None:
        return []
    try:
        load_moocore("attainment")
    except MissingExtraError:
        return []
    a, b = table.optimizers[:2]
    both = [
        dim
        for dim in sorted({dim for _, name, dim in groups.names if name == function})
        if {(a, function, dim), (b, function, dim)} <= set(groups.names)
    ]
    if not both:
        return []
    own = table.pick(np.flatnonzero((table.function == table.functions.index(function)) & (table.dim == both[-1])))
    try:
        difference = attainment_difference(own, a, b)
    except UsageError:  # their numbers of runs have no usable common multiple
        return []
    sides = [attainment(own, name) for name in (a, b)]
    text = (
        f"Empirical attainment of evaluations and precision on {function} in dimension {both[-1]} by {a} and {b}, and "
        f"the difference: the largest in favour of {a} is {max(float(difference.difference.max(initial=0.0)), 0):.2f}, "
        f"in favour of {b} {max(float(-difference.difference.min(initial=0.0)), 0):.2f}."
    )
    title = f"Attainment of {a} and {b}, {function}, {both[-1]}-D: share of runs that had reached the precision by then"
    return [(title, Picture(attainment_figure(sides, difference), text))]


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
    """Return the function on which most runs come within 0.1 of the optimum; None if no run does."""
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
