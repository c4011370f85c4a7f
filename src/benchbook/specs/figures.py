"""The figures that all specs share: data chosen here, drawn by `benchbook.analysis.plots`."""

from __future__ import annotations

import numpy as np

from benchbook.analysis import RunTable, convergence
from benchbook.analysis.plots import CONTROL_STYLE, OPTIMIZER_STYLE, Picture, convergence_grid, search_stages
from benchbook.protocols import Problem
from benchbook.typing import FloatArray

_TEXTBOOK_STYLE = {**OPTIMIZER_STYLE, "color": "#D55E00", "linestyle": "--"}
_MOST_PANELS = 9


def _convergence_text(runs: RunTable, optimizer: str, control: str | None, dim: int) -> str:
    """Return the alt text of a convergence figure, with the medians at its end."""
    parts = []
    for function in runs.functions[:_MOST_PANELS]:
        ends = [
            f"{name} {convergence(runs.select(function=function, optimizer=name, dim=dim)).median[-1]:.2g}"
            for name in (optimizer, control)
            if name
        ]
        parts.append(f"{function}: {', '.join(ends)}")
    return (
        f"Convergence of {optimizer}{f' beside {control}' if control else ''} on shifted problems, dimension {dim}: "
        f"median and quartiles of the best precision against evaluations. "
        f"Median precision at the end: {'; '.join(parts)}."
    )


def convergence_figure(runs: RunTable, optimizer: str, control: str | None) -> Picture:
    """Draw median and quartiles of the best precision, a panel a function, in the largest dimension."""
    dim = max(runs.dims)
    panels = []
    for function in runs.functions[:_MOST_PANELS]:
        cell = runs.select(function=function, dim=dim)
        curves = [(optimizer, convergence(cell.select(optimizer=optimizer)), OPTIMIZER_STYLE)]
        if control:
            curves.append((control, convergence(cell.select(optimizer=control)), CONTROL_STYLE))
        panels.append((f"{function}, {dim}-D", curves))
    return Picture(convergence_grid(panels), _convergence_text(runs, optimizer, control, dim))


def twin_comparison(runs: RunTable, optimizer: str) -> Picture:
    """Draw the textbook instance against its twins, a panel a function, in the largest dimension."""
    own = runs.select(optimizer=optimizer, dim=max(runs.dims))
    functions = [
        f for f in own.functions if len(own.select(function=f, instance=0)) and len(own.select(function=f).twins())
    ]
    panels, ends = [], []
    for function in functions[:_MOST_PANELS]:
        cell = own.select(function=function)
        textbook, twins = convergence(cell.select(instance=0)), convergence(cell.twins())
        panels.append(
            (
                f"{function}, {max(own.dims)}-D",
                [("shifted twin", twins, OPTIMIZER_STYLE), ("textbook", textbook, _TEXTBOOK_STYLE)],
            )
        )
        ends.append(f"{function}: textbook {textbook.median[-1]:.2g}, twin {twins.median[-1]:.2g}")
    alt = (
        f"Convergence of {optimizer} on textbook functions and on their shifted and rotated twins, dimension "
        f"{max(own.dims)}. Median precision at the end: {'; '.join(ends)}."
    )
    return Picture(convergence_grid(panels), alt)


def stages(optimizer: str, problem: Problem, points: FloatArray) -> Picture:
    """Draw where an optimizer looks in the first, the middle and the last tenth of a run."""
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
    return Picture(search_stages(problem, points, optimum, parts), alt)
