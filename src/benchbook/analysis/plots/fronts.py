"""Fronts of runs with two objectives: the best trade-offs that they found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from benchbook.analysis.fronts import front
from benchbook.analysis.plots.drawing.style import BLUE, GREY, INK, new_figure, styled
from benchbook.typing import FloatArray

_COLORS = (BLUE, GREY)
_MARGIN = 0.06


@styled
def fronts(found: Sequence[tuple[str, FloatArray]], ideal: FloatArray, nadir: FloatArray) -> Figure:
    """Draw all evaluated points in the box between ideal and nadir point, and the front of each run.

    The area above and to the right of a front, within the box, is its hypervolume.

    Args:
        found: Name and values `(n, 2)` of each run, at most two.
        ideal: Best value of each objective, shape `(2,)`.
        nadir: The reference point of the hypervolume, shape `(2,)`.
    """
    figure, (axes,) = new_figure(1, 1, width=6.4, height=4.4)
    edge = nadir + 3.0 * (nadir - ideal)
    for color, (name, values) in zip(_COLORS, found, strict=False):
        inside = values[(values <= edge).all(axis=1)]
        best = front(values)
        axes.scatter(inside[:, 0], inside[:, 1], s=11, color=color, alpha=0.4, linewidth=0)
        # Down from the point before, then right: points above are dominated.
        steps = np.concatenate([[[best[0, 0], edge[1]]], best, [[edge[0], best[-1, 1]]]])
        axes.plot(steps[:, 0], steps[:, 1], drawstyle="steps-post", color=color, linewidth=1.8, label=name)
    axes.plot(*ideal, marker="*", markersize=12, color=INK, linestyle="none", label="ideal point")
    axes.plot(*nadir, marker="s", markersize=7, color=INK, linestyle="none", label="nadir point")
    width = nadir - ideal
    axes.set_xlim(ideal[0] - _MARGIN * width[0], nadir[0] + _MARGIN * width[0])
    axes.set_ylim(ideal[1] - _MARGIN * width[1], nadir[1] + _MARGIN * width[1])
    axes.set_xlabel("first objective")
    axes.set_ylabel("second objective")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure
