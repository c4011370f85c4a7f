"""Convergence and runtime profile of the same runs, side by side under one legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from benchbook.analysis.control import Convergence
from benchbook.analysis.measures.profiles import Profile
from benchbook.analysis.plots.convergence import plot_convergence
from benchbook.analysis.plots.drawing.optimizer_styles import line_only, optimizer_styles
from benchbook.analysis.plots.drawing.style import new_figure, styled
from benchbook.analysis.plots.profiles import legend_above, plot_profiles


@styled
def curves_beside_profile(title: str, curves: Mapping[str, Convergence], profiles: Sequence[Profile]) -> Figure:
    """Draw convergence on the left and runtime profiles on the right, each optimizer in its style.

    Args:
        title: What was run.
        curves: Convergence by optimizer.
        profiles: Profiles of the same optimizers.
    """
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.7)
    styles = optimizer_styles(curves)
    for name, curve in curves.items():
        plot_convergence(left, curve, label=name, style=line_only(styles[name]))
    left.set_title(f"{title}: convergence")
    left.set_xlabel("evaluations")
    left.set_ylabel("best $f - f_{opt}$")
    plot_profiles(right, profiles)
    right.set_title("runtime profile")
    right.set_xlabel("evaluations / dimension")
    right.set_ylabel("share reached")
    legend_above(figure, [left, right])  # the reference is only on the right
    return figure
