"""Empirical attainment of two optimizers, and their difference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from benchbook.analysis.measures.attainment import Attainment, AttainmentDifference
from benchbook.analysis.plots.drawing.optimizer_styles import line_only, optimizer_styles
from benchbook.analysis.plots.drawing.style import new_figure, styled
from benchbook.typing import FloatArray


@styled
def plot_attainment(axes: Axes, found: Attainment, color: str) -> Axes:
    """Draw the boundary of each level, the median thickest.

    Args:
        axes: Where to draw.
        found: The attainment of the runs.
        color: Colour of the lines.
    """
    for level, surface in zip(found.levels, found.surfaces, strict=True):
        if len(surface):
            x = np.append(surface[:, 0], max(found.end, surface[-1, 0]))
            y = np.append(surface[:, 1], surface[-1, 1])
            axes.step(x, y, where="post", color=color, linewidth=1.8 if level == 0.5 else 0.8, label=f"{level:.0%}")
    _scaled(axes)
    axes.set_title(found.optimizer)
    return axes


@styled
def plot_attainment_difference(axes: Axes, found: AttainmentDifference) -> Axes:
    """Fill the regions where one optimizer attains more often, positive for the first and negative for the second.

    Args:
        axes: Where to draw.
        found: The difference.
    """
    shown = found.difference != 0
    corners = found.rectangles[shown]
    if len(corners):
        top = 10 * np.max(corners[:, [1, 3]], where=np.isfinite(corners[:, [1, 3]]), initial=1e-8)
        right = float(max(found.end, corners[:, 0].max()))
        x0, y0 = corners[:, 0], corners[:, 1]
        x1, y1 = np.minimum(corners[:, 2], right), np.minimum(corners[:, 3], top)
        polygons = np.stack((x0, y0, x1, y0, x1, y1, x0, y1), axis=1).reshape(-1, 4, 2)
        filled = PolyCollection(list(polygons), cmap="RdBu", array=found.difference[shown], linewidths=0)
        filled.set_clim(-1, 1)
        axes.add_collection(filled)
        axes.set_xlim(x0.min(), right * 1.05)
        axes.set_ylim(y0.min() / 2, top)
        bar = axes.figure.colorbar(filled, ax=axes)
        bar.set_label(f"{found.a} minus {found.b}")
    _scaled(axes)
    axes.set_title("difference")
    return axes


@styled
def attainment_figure(sides: Sequence[Attainment], difference: AttainmentDifference) -> Figure:
    """Draw the attainment of two optimizers on one scale, and the difference.

    Args:
        sides: The two optimizers.
        difference: Their difference.
    """
    figure, axes = new_figure(1, 3, width=11.0, height=3.4)
    styles = optimizer_styles([side.optimizer for side in sides])
    for ax, side in zip(axes, sides, strict=False):
        plot_attainment(ax, side, str(line_only(styles[side.optimizer])["color"]))
        ax.legend()
    limits: FloatArray = np.array([ax.get_ylim() for ax in axes[:2]])
    for ax in axes[:2]:
        ax.set_ylim(limits[:, 0].min(), limits[:, 1].max())
    plot_attainment_difference(axes[2], difference)
    axes[0].set_ylabel("precision")
    return figure


def _scaled(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("evaluations")
