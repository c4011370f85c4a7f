"""Points of a search on the contours of a two-dimensional problem."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchbook.analysis.fronts import dominators
from benchbook.analysis.plots.drawing.style import INK, ORANGE, new_figure, styled
from benchbook.errors import UsageError
from benchbook.protocols import Constrained, Problem, constraints_of, objectives_of
from benchbook.typing import FloatArray

_GRID = 120
_COARSE = 60  # points are compared in pairs


@styled
def contours(axes: Axes, problem: Problem) -> Axes:
    """Draw the landscape of a two-dimensional problem, darker where it is lower, and return the axes.

    Shades are ranks of the values, so that valleys remain visible next to steep walls; for two objectives, ranks of how
    many points dominate each. Infeasible regions are pale, behind a line.

    Raises:
        UsageError: The problem does not have two variables.
    """
    if problem.dim != 2:
        raise UsageError(f"contours need a problem of dimension 2, {problem.name} has {problem.dim}")
    low, high = problem.lower, problem.upper
    count = _COARSE if objectives_of(problem) > 1 else _GRID
    x, y = (np.linspace(low[j], high[j], count) for j in (0, 1))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    values = problem(points)
    if objectives_of(problem) > 1:
        values = dominators(values)
    ranks = values.argsort().argsort().reshape(count, count) / count**2
    extent = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
    # Not interpolated here: that keeps the image in the SVG small, and browsers smooth it.
    axes.imshow(ranks, origin="lower", extent=extent, cmap="Blues_r", vmin=-0.35, vmax=1.15, interpolation="none")
    axes.grid(visible=False)
    if isinstance(problem, Constrained) and constraints_of(problem):
        most = problem.constraint(points).max(axis=1).reshape(count, count)
        outside = np.where(most > 0.0, 1.0, np.nan)
        axes.imshow(outside, origin="lower", extent=extent, cmap="Greys_r", vmin=0, vmax=1, alpha=0.72)
        if (most <= 0.0).any() and (most > 0.0).any():
            axes.contour(x, y, most, levels=[0.0], colors=[INK], linewidths=1.0)
    return axes


@styled
def search_stages(
    problem: Problem, points: FloatArray, optimum: FloatArray | None, stages: Sequence[tuple[str, slice]]
) -> Figure:
    """Draw one panel per stage: the points of this stage, and the optimum as a star.

    Args:
        problem: Two-dimensional problem.
        points: All points of a run, shape `(n, 2)`.
        optimum: Position of the optimum, shape `(2,)`; None if unknown.
        stages: Title and rows of each panel.
    """
    figure, axes = new_figure(1, len(stages), width=9.5, height=4.1, sharex=True, sharey=True)
    for axis, (title, rows) in zip(axes, stages, strict=True):
        contours(axis, problem)
        shown = points[rows]
        # Above the star, because late points are on it.
        axis.scatter(
            shown[:, 0], shown[:, 1], s=14, color=ORANGE, edgecolor="white", linewidth=0.4, label="points", zorder=3
        )
        if optimum is not None:
            axis.plot(
                *optimum,
                marker="*",
                markersize=13,
                color=INK,
                markeredgecolor="white",
                linestyle="none",
                label="optimum",
            )
        axis.set_title(title, fontsize=10)
        axis.set_xlabel("$x_1$")
    axes[0].set_ylabel("$x_2$")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2)
    return figure


@styled
def trajectory_grid(
    problem: Problem, paths: Sequence[tuple[str, FloatArray]], optimum: FloatArray | None = None, *, columns: int = 3
) -> Figure:
    """Draw one panel per optimizer: the path of its best point so far on the contours of a two-dimensional problem.

    Args:
        problem: Two-dimensional problem.
        paths: Title and successive best points, shape `(n, 2)`, of each panel.
        optimum: Position of the optimum, shape `(2,)`; None if unknown.
        columns: Panels per row.
    """
    columns = min(columns, len(paths))
    rows = -(-len(paths) // columns)
    size = {"width": 3.2 * columns + 0.5, "height": 3.5 * rows + 0.8}
    figure, axes = new_figure(rows, columns, **size, sharex=True, sharey=True)
    for number, (axis, (title, path)) in enumerate(zip(axes, paths, strict=False)):
        plot_trajectory(axis, problem, path, optimum)
        axis.set_title(title, fontsize=10)
        axis.set_ylabel("$x_2$" if number % columns == 0 else "")
        axis.set_xlabel("$x_1$" if number + columns >= len(paths) else "")
        axis.tick_params(labelbottom=number + columns >= len(paths))
    for axis in axes[len(paths) :]:
        axis.remove()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4 if columns > 1 else 2)
    return figure


@styled
def plot_trajectory(axes: Axes, problem: Problem, path: FloatArray, optimum: FloatArray | None = None) -> Axes:
    """Draw the path of the best point so far on the contours of a two-dimensional problem, and return the axes.

    Args:
        axes: Where to draw.
        problem: Two-dimensional problem.
        path: Successive best points, shape `(n, 2)`.
        optimum: Position of the optimum, shape `(2,)`; None if unknown.

    Raises:
        UsageError: The problem does not have two variables.
    """
    contours(axes, problem)
    axes.plot(path[:, 0], path[:, 1], color="white", linewidth=3.4, alpha=0.9)
    axes.plot(path[:, 0], path[:, 1], color=ORANGE, linewidth=1.6, marker="o", markersize=3.4, label="best so far")
    ends = {"start": (path[0], "s"), "end": (path[-1], "D")}
    for label, (point, marker) in ends.items():
        axes.plot(*point, marker=marker, markersize=8, color=ORANGE, markeredgecolor=INK, linestyle="none", label=label)
    if optimum is not None:
        axes.plot(
            *optimum, marker="*", markersize=14, color=INK, markeredgecolor="white", linestyle="none", label="optimum"
        )
    axes.set_xlim(float(problem.lower[0]), float(problem.upper[0]))
    axes.set_ylim(float(problem.lower[1]), float(problem.upper[1]))
    axes.set_xlabel("$x_1$")
    axes.set_ylabel("$x_2$")
    return axes
