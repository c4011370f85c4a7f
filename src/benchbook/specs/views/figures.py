"""The figures that all specs share: data chosen here, drawn by `benchbook.analysis.plots`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchbook.analysis import RunTable, convergence, orders_of_magnitude_behind
from benchbook.analysis.control import Convergence
from benchbook.analysis.measures.profiles import Profile
from benchbook.analysis.measures.references import with_references
from benchbook.analysis.plots import CONTROL_STYLE, OPTIMIZER_STYLE, convergence_grid, profile_grid, search_stages
from benchbook.analysis.suites import TARGETS, suites_of
from benchbook.protocols import Problem
from benchbook.specs.views.display import Captioned
from benchbook.typing import FloatArray

_TEXTBOOK_STYLE = {**OPTIMIZER_STYLE, "color": "#D55E00", "linestyle": "--"}
_REFERENCES_DRAWN = (
    " The wide grey line is the best of the algorithms published in 2009, the dotted one that of all up to 2016."
)
_REFERENCE_STYLE = {**OPTIMIZER_STYLE, "color": "#009E73", "linestyle": "-."}
_MOST_PANELS = 9


def _convergence_text(runs: RunTable, optimizer: str, control: str | None, dim: int) -> str:
    """Return the alt text of a convergence figure, with the final medians."""
    parts = []
    for function in runs.functions[:_MOST_PANELS]:
        ends = [
            f"{name} {convergence(runs.select(function=function, optimizer=name, dim=dim)).median[-1]:.2g}"
            for name in (optimizer, control)
            if name
        ]
        parts.append(f"{function}: {', '.join(ends)}")
    return (
        f"Convergence of {optimizer}{f' and {control}' if control else ''} on shifted problems, dimension {dim}: "
        f"median and quartiles of the best precision against evaluations. "
        f"Median precision at the end: {'; '.join(parts)}."
    )


def convergence_figure(runs: RunTable, optimizer: str, control: str | None) -> Captioned:
    """Draw median and quartiles of the best precision, one panel per function, in the largest dimension."""
    dim = max(runs.dims)
    styles = {optimizer: OPTIMIZER_STYLE, **({control: CONTROL_STYLE} if control else {})}
    caption = (
        f"Best precision so far against evaluations on shifted problems, {dim}-D, on logarithmic axes: median over the "
        "repetitions, and a band between the quartiles."
    )
    figure = convergence_grid(_convergence_panels(runs, dim, styles))
    return Captioned(figure, _convergence_text(runs, optimizer, control, dim), caption)


def _convergence_panels(
    runs: RunTable, dim: int, styles: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, list[tuple[str, Convergence, Mapping[str, Any]]]]]:
    """Return a panel per function in one dimension, with the curve of each optimizer in its style."""
    panels = []
    for function in runs.functions[:_MOST_PANELS]:
        cell = runs.select(function=function, dim=dim)
        curves = [(name, convergence(cell.select(optimizer=name)), style) for name, style in styles.items()]
        panels.append((f"{function}, {dim}-D", curves))
    return panels


def beside_reference(runs: RunTable, optimizer: str, reference: str) -> Captioned:
    """Draw an optimizer and its reference implementation on the problems of their comparison."""
    dim = max(runs.dims)
    panels = _convergence_panels(runs, dim, {optimizer: OPTIMIZER_STYLE, reference: _REFERENCE_STYLE})
    behind, _ = orders_of_magnitude_behind(runs, optimizer, reference)
    each = len(runs.select(optimizer=optimizer))
    budgets = ", ".join(f"{dim}-D: {max(r.budget for r in runs.select(dim=dim)):,}" for dim in runs.dims)
    caption = (
        f"{optimizer} and {reference} on the same shifted problems, with the same budgets ({budgets} evaluations) and "
        f"seeds, {each} runs each. Over functions and dimensions the medians of {optimizer} are "
        f"{abs(behind or 0.0):.2g} orders of magnitude {'above' if (behind or 0.0) > 0 else 'below'} (median)."
    )
    return Captioned(convergence_grid(panels), _convergence_text(runs, optimizer, reference, dim), caption)


def profile(runs: RunTable) -> Captioned:
    """Draw the runtime profiles of all optimizers of a table, one panel per dimension, and per suite if it has several.

    Suites with constraints or two objectives have targets of their own.
    """
    profiles = with_references(runs.profile("dim", band=0.95), runs.first_hits())
    known = _REFERENCES_DRAWN if profiles[-1].is_reference else ""
    suites = suites_of(runs.functions)
    apart = len(suites) > 1
    by_title: dict[str, list[Profile]] = {}
    for curve in sorted(profiles, key=lambda curve: (curve.dim or 0, suites.index(curve.label) if apart else 0)):
        by_title.setdefault(f"{curve.label}, {curve.dim}-D" if apart else f"{curve.dim}-D", []).append(curve)
    panels = list(by_title.items())
    ends = "; ".join(
        f"{c.optimizer} in {title} {100 * float(c.share[-1]):.0f} %" for title, curves in panels for c in curves
    )
    counts = {curve.label: curve.functions for curve in profiles}
    functions = " and ".join(f"{count} shifted functions" for count in counts.values())
    targets = " and ".join(_targets_text(TARGETS[suite]) for suite in suites)
    alt = (
        f"Runtime profiles on {functions}: share of functions, targets and runs that are reached within a number of "
        f"evaluations per variable. At the end of the runs: {ends}."
    )
    caption = (
        f"Share of functions, targets and runs reached within a number of evaluations per variable: {functions}, "
        f"{targets}. The band is a 95 % confidence band, and the cross marks where the runs end.{known}"
    )
    return Captioned(profile_grid(panels), alt, caption)


def _targets_text(targets: FloatArray) -> str:
    ends = [f"{target:g}".replace("e-0", "e-") for target in (targets[0], targets[-1])]
    return f"{len(targets)} targets from {ends[0]} to {ends[1]}"


def twin_comparison(runs: RunTable, optimizer: str) -> Captioned | None:
    """Draw the textbook and the shifted instances, one panel per function, in the largest dimension; None if absent."""
    own = runs.select(optimizer=optimizer, dim=max(runs.dims))
    functions = [
        f for f in own.functions if len(own.select(function=f, instance=0)) and len(own.select(function=f).shifted())
    ]
    if not functions:
        return None
    panels, ends = [], []
    for function in functions[:_MOST_PANELS]:
        cell = own.select(function=function)
        textbook, shifted = convergence(cell.select(instance=0)), convergence(cell.shifted())
        panels.append(
            (
                f"{function}, {max(own.dims)}-D",
                [("shifted instance", shifted, OPTIMIZER_STYLE), ("textbook", textbook, _TEXTBOOK_STYLE)],
            )
        )
        ends.append(f"{function}: textbook {textbook.median[-1]:.2g}; shifted {shifted.median[-1]:.2g}")
    alt = (
        f"Convergence of {optimizer} on textbook functions and on their shifted and rotated instances, dimension "
        f"{max(own.dims)}. Median precision at the end: {'; '.join(ends)}."
    )
    caption = (
        "The same functions with the optimum as in textbooks, often in the centre of the box, and shifted "
        "and rotated. An optimizer without centre bias does about as well on both."
    )
    return Captioned(convergence_grid(panels), alt, caption)


def stages(optimizer: str, problem: Problem, points: FloatArray) -> Captioned:
    """Draw the points of an optimizer in the first, middle and last tenth of a run."""
    tenth = max(1, len(points) // 10)
    middle = (len(points) - tenth) // 2
    parts = [
        (f"evaluations 1 to {tenth}", slice(0, tenth)),
        (f"{middle + 1} to {middle + tenth}", slice(middle, middle + tenth)),
        (f"{len(points) - tenth + 1} to {len(points)}", slice(len(points) - tenth, len(points))),
    ]
    optimum = getattr(problem, "x_opt", None)
    spread = [float(np.mean(points[rows].std(axis=0))) for _, rows in parts]
    alt = (
        f"Points that {optimizer} evaluates on {problem.name} in two dimensions (instance {problem.instance}), in the "
        f"first, the middle and the last tenth of a run of {len(points)} evaluations, on the contours of the function. "
        f"Their standard deviation is {spread[0]:.2g}, {spread[1]:.2g} and {spread[2]:.2g}."
    )
    caption = (
        f"Points evaluated on {problem.name} (2-D, instance {problem.instance}) in the first, the middle and the last "
        f"tenth of a run of {len(points):,} evaluations. Darker is lower."
    )
    return Captioned(search_stages(problem, points, optimum, parts), alt, caption)
