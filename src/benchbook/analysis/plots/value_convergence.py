"""Convergence without a known optimum: the best value itself, on a linear axis from 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from benchbook.analysis.control import Convergence
from benchbook.analysis.plots.convergence import plot_convergence
from benchbook.analysis.plots.drawing.style import new_figure, styled


@styled
def value_convergence_grid(
    panels: Sequence[tuple[str, Sequence[tuple[str, Convergence, Mapping[str, Any]]]]], *, label: str
) -> Figure:
    """Draw one panel per title, side by side, each with labelled and styled curves of non-negative values.

    Args:
        panels: `(title, [(label, curve, style), ...])`.
        label: Name of the values, with their unit.
    """
    figure, axes = new_figure(1, len(panels), width=4.4 * max(2, len(panels)), height=3.1)
    for axis, (title, curves) in zip(axes, panels, strict=True):
        for name, curve, style in curves:
            plot_convergence(axis, curve, label=name, style=style)
        axis.set_yscale("linear")
        axis.set_ylim(bottom=0.0)
        axis.set_title(title)
        axis.set_xlabel("evaluations")
    axes[0].set_ylabel(label)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels))
    return figure
