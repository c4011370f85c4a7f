"""Episodes of controllers: a quantity over time, with the moments of failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchbook.analysis.plots.drawing.style import BLUE, GREY, INK, ORANGE, new_figure, styled
from benchbook.errors import ShapeError, UsageError
from benchbook.typing import FloatArray, IntArray


@styled
def plot_episodes(
    axes: Axes, times_s: FloatArray, values: FloatArray, steps: IntArray, *, limit: float | None = None
) -> Axes:
    """Draw one line per episode up to its end, with a cross if it ended early, and return the axes.

    Args:
        axes: Where to draw.
        times_s: Time of each value, shape `(t,)`.
        values: Shape `(t, episodes)`.
        steps: Number of steps of each episode, shape `(episodes,)`.
        limit: Bounds that end an episode, above and below 0; drawn as dashed lines.

    Raises:
        ShapeError: The shapes do not fit.
    """
    if values.ndim != 2 or times_s.shape != values.shape[:1] or steps.shape != values.shape[1:]:
        raise ShapeError(
            f"times_s, values and steps have shapes {times_s.shape}, {values.shape} and {steps.shape}, "
            "expected (t,), (t, episodes) and (episodes,)"
        )
    last = len(times_s) - 1
    for episode, lasted in enumerate(steps.tolist()):
        fell = lasted < last
        end = min(lasted + 1, last)
        colour = ORANGE if fell else BLUE
        axes.plot(times_s[: end + 1], values[: end + 1, episode], color=colour, linewidth=0.9, alpha=0.55)
        if fell:
            axes.plot(times_s[end], values[end, episode], marker="x", color=ORANGE, markersize=5, linestyle="none")
    if limit is not None:
        for level in (-limit, limit):
            axes.axhline(level, color=GREY, linestyle="--", linewidth=1.0)
        axes.set_ylim(-1.25 * limit, 1.25 * limit)
    axes.set_xlim(0.0, float(times_s[-1]))
    return axes


@styled
def episode_grid(
    controllers: Mapping[str, tuple[FloatArray, FloatArray, IntArray]],
    quantities: Sequence[tuple[int, str, float]],
) -> Figure:
    """Draw one column per controller and one row per quantity.

    Args:
        controllers: Title, with times `(t,)`, states `(t, episodes, n)` and numbers of steps `(episodes,)`.
        quantities: For each row: the entry of the state, its name with unit, and its limit.

    Raises:
        UsageError: There is no controller or no quantity.
        ShapeError: The shapes do not fit.
    """
    if not controllers or not quantities:
        raise UsageError("controllers and quantities are needed, expected one or more of each")
    rows, columns = len(quantities), len(controllers)
    width, height = 2.25 * columns + 0.5, 1.6 * rows + 0.6
    figure, axes = new_figure(rows, columns, width=width, height=height, sharex=True, sharey="row")
    grid = np.array(axes, dtype=object).reshape(rows, columns)
    for column, (title, (times_s, states, steps)) in enumerate(controllers.items()):
        stood = int(np.sum(steps == len(times_s) - 1))
        grid[0, column].set_title(title, pad=18)
        grid[0, column].text(
            0.0, 1.03, f"{stood} of {len(steps)} stand", transform=grid[0, column].transAxes, ha="left", color=INK,
            fontsize=9,
        )  # fmt: skip
        for row, (entry, name, limit) in enumerate(quantities):
            plot_episodes(grid[row, column], times_s, states[:, :, entry], steps, limit=limit)
            if column == 0:
                grid[row, column].set_ylabel(name)
        grid[-1, column].set_xlabel("time, s")
    return figure
