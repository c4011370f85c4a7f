"""Critical-difference diagram: mean ranks on a line, with bars over those that do not differ significantly."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchbook.analysis.plots.drawing.optimizer_styles import optimizer_styles
from benchbook.analysis.plots.drawing.style import GREY, INK, new_figure, styled
from benchbook.analysis.statistics.friedman import RankComparison

_STEP = 0.42  # distance between names, in units of the axes


@styled
def plot_critical_difference(axes: Axes, comparison: RankComparison) -> Axes:
    """Draw the diagram of Demšar (2006), with the best rank at the left and names below their mean ranks.

    If nothing could be decided, the ranks are shown without bars and the reason above.
    """
    count = len(comparison.optimizers)
    half = -(-count // 2)
    styles = optimizer_styles(comparison.optimizers)
    bars = len(comparison.cliques)
    axes.set_xlim(0.4, count + 0.6)
    axes.set_ylim(-0.5 - 0.16 * bars - _STEP * half, 1.05)
    axes.axis("off")
    axes.plot([1.0, count], [0, 0], color=INK, linewidth=1.2)
    for tick in range(1, count + 1):
        axes.plot([tick, tick], [0, 0.09], color=INK, linewidth=1.2)
        axes.text(tick, 0.14, str(tick), ha="center", va="bottom", fontsize=9)
    for place, (name, rank) in enumerate(zip(comparison.optimizers, comparison.mean_ranks, strict=True)):
        left = place < half
        row = place if left else count - 1 - place
        y = -0.4 - 0.16 * bars - _STEP * row
        edge = 0.95 if left else count + 0.05
        axes.plot([rank, rank, edge], [0, y, y], color=styles[name]["color"], linewidth=1.4)
        axes.plot(rank, 0, marker="o", markersize=5, color=styles[name]["color"], zorder=4)
        text = f"{name}  {rank:.2f}" if left else f"{rank:.2f}  {name}"
        axes.text(edge - 0.04 if left else edge + 0.04, y, text, ha="right" if left else "left", va="center")
    for number, (first, last) in enumerate(comparison.cliques):
        ends = [comparison.mean_ranks[first] - 0.04, comparison.mean_ranks[last] + 0.04]
        y = -0.16 - 0.16 * number
        axes.plot(ends, [y, y], color=INK, linewidth=4, solid_capstyle="round", zorder=3)
    _scale(axes, comparison)
    return axes


@styled
def critical_difference_figure(comparison: RankComparison) -> Figure:
    """Return a figure of the diagram with room for all names."""
    half = -(-len(comparison.optimizers) // 2)
    longest = max((len(name) for name in comparison.optimizers), default=0)
    height = 1.1 + 0.32 * half + 0.12 * len(comparison.cliques)
    figure, axes = new_figure(width=4.2 + 0.2 * longest, height=height)
    plot_critical_difference(axes[0], comparison)
    return figure


def _scale(axes: Axes, comparison: RankComparison) -> None:
    if comparison.critical_difference is None:
        axes.text(1, 0.75, f"undecided: {comparison.reason}", color=GREY, va="center")
        return
    end = 1 + comparison.critical_difference
    axes.plot([1, end], [0.7, 0.7], color=INK, linewidth=1.4)
    for x in (1.0, end):
        axes.plot([x, x], [0.63, 0.77], color=INK, linewidth=1.4)
    text = f"critical difference {comparison.critical_difference:.2f} ({comparison.problems} problems)"
    axes.text(1, 0.83, text, va="bottom", fontsize=9)
