"""The figures that all specs share: data chosen here, drawn by `benchbook.analysis.plots`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.analysis import RunTable, convergence, decades_behind
from benchbook.analysis.fronts import front
from benchbook.analysis.measures.references import with_references
from benchbook.analysis.plots import CONTROL_STYLE, OPTIMIZER_STYLE, convergence_grid, profile_grid, search_stages
from benchbook.protocols import Problem, TwoObjectives
from benchbook.runs.quality import Hypervolume
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
    panels = []
    for function in runs.functions[:_MOST_PANELS]:
        cell = runs.select(function=function, dim=dim)
        curves = [(optimizer, convergence(cell.select(optimizer=optimizer)), OPTIMIZER_STYLE)]
        if control:
            curves.append((control, convergence(cell.select(optimizer=control)), CONTROL_STYLE))
        panels.append((f"{function}, {dim}-D", curves))
    caption = (
        f"Best precision so far against evaluations on shifted problems, {dim}-D, on logarithmic axes: median over the "
        "repetitions, and a band between the quartiles."
    )
    return Captioned(convergence_grid(panels), _convergence_text(runs, optimizer, control, dim), caption)


def beside_reference(runs: RunTable, optimizer: str, reference: str) -> Captioned:
    """Draw an optimizer and its reference implementation on the problems of their comparison."""
    dim = max(runs.dims)
    panels = []
    for function in runs.functions[:_MOST_PANELS]:
        cell = runs.select(function=function, dim=dim)
        curves = [(optimizer, convergence(cell.select(optimizer=optimizer)), OPTIMIZER_STYLE)]
        curves.append((reference, convergence(cell.select(optimizer=reference)), _REFERENCE_STYLE))
        panels.append((f"{function}, {dim}-D", curves))
    behind, _ = decades_behind(runs, optimizer, reference)
    each = len(runs.select(optimizer=optimizer))
    budgets = ", ".join(f"{dim}-D: {max(r.budget for r in runs.select(dim=dim)):,}" for dim in runs.dims)
    caption = (
        f"{optimizer} and {reference} on the same shifted problems, with the same budgets ({budgets} evaluations) and "
        f"seeds, {each} runs each. Over functions and dimensions the medians of {optimizer} are "
        f"{abs(behind or 0.0):.2g} orders of magnitude {'above' if (behind or 0.0) > 0 else 'below'} (median)."
    )
    return Captioned(convergence_grid(panels), _convergence_text(runs, optimizer, reference, dim), caption)


def profile(runs: RunTable) -> Captioned:
    """Draw the runtime profiles of all optimizers of a table, one panel per dimension."""
    profiles = with_references(runs.profile("dim", band=0.95), runs.hits())
    known = _REFERENCES_DRAWN if profiles[-1].is_reference else ""
    dims = sorted({curve.dim for curve in profiles if curve.dim is not None})
    panels = [(f"{dim}-D", [curve for curve in profiles if curve.dim == dim]) for dim in dims]
    ends = "; ".join(f"{c.optimizer} in {c.dim}-D {100 * float(c.share[-1]):.0f} %" for c in profiles)
    functions, targets = profiles[0].functions, profiles[0].targets
    alt = (
        f"Runtime profiles on {functions} shifted functions: share of functions, targets and runs that are reached "
        f"within a number of evaluations per variable. At the end of the runs: {ends}."
    )
    caption = (
        f"Share of functions, targets and runs reached within a number of evaluations per variable: {functions} "
        f"shifted functions, {targets} targets from 100 to 1e-8. The band is a 95 % confidence band, "
        f"and the cross marks where the runs end.{known}"
    )
    return Captioned(profile_grid(panels), alt, caption)


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


def fronts(problem: Problem, found: Sequence[tuple[str, FloatArray]]) -> Captioned:
    """Draw the fronts that runs found on a problem with two objectives.

    Args:
        problem: The problem.
        found: Name and values `(n, 2)` of each run, at most two.
    """
    from benchbook.analysis.plots.fronts import fronts as drawn

    several: TwoObjectives = problem  # type: ignore[assignment]  # the caller has looked
    shares = [
        (name, -float(Hypervolume(several.ideal, several.nadir)(values, None).min()), len(front(values)))
        for name, values in found
    ]
    told = "; ".join(
        f"{name}: {count} points in its front, hypervolume {max(share, 0.0):.3g}" for name, share, count in shares
    )
    where = f"{problem.name} ({problem.dim}-D, instance {problem.instance})"
    alt = f"Both objectives of the points evaluated on {where}, and the front of each run. {told}."
    caption = (
        f"All points of one run of {len(found[0][1]):,} evaluations on {where}, and the steps of its best compromises. "
        f"The share of the box between ideal and nadir point to the upper right of the steps is the hypervolume. "
        f"{told}."
    )
    return Captioned(drawn(found, several.ideal, several.nadir), alt, caption)
