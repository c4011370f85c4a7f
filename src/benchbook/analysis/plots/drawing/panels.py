"""A grid of titled panels, with labels at its outer axes only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchbook.analysis.plots.drawing.style import new_figure


def panel_grid(
    titles: Sequence[str],
    *,
    columns: int,
    size: tuple[float, float],
    margin: tuple[float, float],
    x: str,
    y: str,
    **options: Any,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with one panel per title, and the panels.

    Args:
        titles: The titles.
        columns: Panels per row, at most.
        size: Width and height of a panel in inches.
        margin: Width and height beyond the panels.
        x: Label of the horizontal axes, below the lowest panel of each column.
        y: Label of the vertical axes, in the first column.
        options: Passed to matplotlib's `subplots`.
    """
    columns = min(columns, len(titles))
    rows = -(-len(titles) // columns)
    width, height = size[0] * columns + margin[0], size[1] * rows + margin[1]
    figure, axes = new_figure(rows, columns, width=width, height=height, sharex=True, **options)
    for number, (axis, title) in enumerate(zip(axes, titles, strict=False)):
        axis.set_title(title)
        if number % columns == 0:
            axis.set_ylabel(y)
        if number + columns >= len(titles):
            axis.set_xlabel(x)
            axis.tick_params(labelbottom=True)
    for axis in axes[len(titles) :]:
        axis.remove()
    return figure, axes[: len(titles)]
