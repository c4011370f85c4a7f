"""Fronts of runs with two objectives: the best trade-offs that they found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchbook.analysis.fronts import FrontAttainment, front
from benchbook.analysis.plots.drawing.optimizer_styles import line_only, optimizer_styles
from benchbook.analysis.plots.drawing.style import BLUE, GREY, INK, new_figure, styled
from benchbook.typing import FloatArray

_COLORS = (BLUE, GREY)
_MARGIN = 0.06


@styled
def fronts(
    found: Sequence[tuple[str, FloatArray]],
    attainment: Sequence[FrontAttainment],
    ideal: FloatArray,
    nadir: FloatArray,
) -> Figure:
    """Draw what one run of each optimizer evaluated, with its front, and what several runs attain.

    The area above and to the right of a front, within the box, is its hypervolume.

    Args:
        found: Name and values `(n, 2)` of a run of each optimizer, at most two.
        attainment: What several runs of each attain, in the same order.
        ideal: Best value of each objective, shape `(2,)`.
        nadir: The reference point of the hypervolume, shape `(2,)`.
    """
    figure, (left, right) = new_figure(1, 2, width=9.5, height=4.2, sharey=True)
    edge = nadir + 3.0 * (nadir - ideal)
    for color, (name, values) in zip(_COLORS, found, strict=False):
        inside = values[(values <= edge).all(axis=1)]
        left.scatter(inside[:, 0], inside[:, 1], s=11, color=color, alpha=0.4, linewidth=0)
        _steps(left, front(values), edge, color=color, linewidth=1.8, label=name)
    for color, item in zip(_COLORS, attainment, strict=False):
        plot_front_attainment(right, item, edge, color)
    for axes in (left, right):
        axes.plot(*ideal, marker="*", markersize=12, color=INK, linestyle="none", label="ideal point")
        axes.plot(*nadir, marker="s", markersize=7, color=INK, linestyle="none", label="nadir point")
        axes.set_xlabel("first objective")
    width = nadir - ideal
    for axes in (left, right):
        axes.set_xlim(ideal[0] - _MARGIN * width[0], nadir[0] + _MARGIN * width[0])
    left.set_ylim(ideal[1] - _MARGIN * width[1], nadir[1] + _MARGIN * width[1])
    left.set_ylabel("second objective")
    left.set_title("one run")
    right.set_title(f"attained by {attainment[0].runs} runs")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


@styled
def front_attainment_grid(panels: Sequence[tuple[str, Sequence[FrontAttainment]]], *, columns: int = 2) -> Figure:
    """Draw what runs of several optimizers attain on several problems, objectives scaled to the box.

    Args:
        panels: Title and attainment by optimizer of each problem.
        columns: Panels next to each other.
    """
    rows = -(-len(panels) // columns)
    figure, every = new_figure(rows, min(columns, len(panels)), width=9.5, height=0.5 + 3.7 * rows)
    for axes, (title, items) in zip(every, panels, strict=False):
        styles = optimizer_styles([item.name for item in items])
        for item in items:
            plot_front_attainment(axes, item, np.array([3.0, 3.0]), str(line_only(styles[item.name])["color"]))
        axes.set_title(title)
        axes.set_xlim(-_MARGIN, 1 + _MARGIN)
        axes.set_ylim(-_MARGIN, 1 + _MARGIN)
        axes.set_xlabel("first objective, scaled")
        axes.set_ylabel("second objective, scaled")
    for axes in every[len(panels) :]:
        axes.set_visible(False)
    figure.legend(*every[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


@styled
def plot_front_attainment(axes: Axes, found: FrontAttainment, edge: FloatArray, color: str) -> Axes:
    """Draw the median attainment surface, and fill the area between the best and the worst.

    Args:
        axes: Where to draw.
        found: What the runs attain.
        edge: Point beyond what is shown, shape `(2,)`.
        color: Colour of line and area.
    """
    if len(found.best):
        best, worst = _corners(found.best, edge), _corners(found.worst, edge)
        around = np.concatenate((best, worst[::-1]))
        axes.fill(around[:, 0], around[:, 1], color=color, alpha=0.22, linewidth=0)
    _steps(axes, found.median, edge, color=color, linewidth=1.8, label=found.name)
    return axes


def _steps(axes: Axes, points: FloatArray, edge: FloatArray, **style: Any) -> None:
    corners = _corners(points, edge)
    axes.plot(corners[:, 0], corners[:, 1], **style)


def _corners(points: FloatArray, edge: FloatArray) -> FloatArray:
    """Return the line along the steps of a front: down from the edge, then right, as what lies above is dominated."""
    if not len(points):
        return np.array([edge, edge])
    first = np.append(np.repeat(points[:, 0], 2), max(edge[0], points[-1, 0]))
    second = np.concatenate(([max(edge[1], points[0, 1])], np.repeat(points[:, 1], 2)))
    return np.column_stack((first, second))
