"""Convergence: best precision so far, plotted against evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from benchbook.analysis.control import Convergence
from benchbook.analysis.plots.drawing.panels import panel_grid
from benchbook.analysis.plots.drawing.powers_of_ten import label_powers_of_ten
from benchbook.analysis.plots.drawing.style import styled

_ROOM_FOR_LABELS = 6.0  # inches


@styled
def plot_convergence(axes: Axes, curve: Convergence, *, label: str, style: Mapping[str, Any]) -> Axes:
    """Draw the median with its quartile band into log-log axes, and return the axes."""
    shown = np.isfinite(curve.median)
    x = curve.evaluations[shown]
    axes.plot(x, curve.median[shown], label=label, drawstyle="steps-post", **style)
    high = np.where(np.isfinite(curve.high), curve.high, curve.median)[shown]
    axes.fill_between(x, curve.low[shown], high, step="post", alpha=0.18, color=style["color"], linewidth=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    label_powers_of_ten(axes)
    return axes


@styled
def convergence_grid(
    panels: Sequence[tuple[str, Sequence[tuple[str, Convergence, Mapping[str, Any]]]]],
    *,
    columns: int = 4,
    width: float = 9.5,
) -> Figure:
    """Draw one panel per title, each with labelled and styled curves; all panels share their axes.

    Args:
        panels: `(title, [(label, curve, style), ...])`.
        columns: Panels per row.
        width: Inches; below 6 the labels of the curves stand below one another.
    """
    size, margin = (width / min(columns, len(panels)), 2.2), (0.0, 0.5)
    titles = [title for title, _ in panels]
    figure, axes = panel_grid(
        titles, columns=columns, size=size, margin=margin, x="evaluations", y="best $f - f_{opt}$"
    )
    for axis, (_, curves) in zip(axes, panels, strict=True):
        for label, curve, style in curves:
            plot_convergence(axis, curve, label=label, style=style)
        axis.yaxis.set_major_locator(LogLocator(numticks=6))
        axis.minorticks_off()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels) if width >= _ROOM_FOR_LABELS else 1)
    return figure
