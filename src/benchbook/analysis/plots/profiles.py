"""Runtime profiles, performance profiles and data profiles: shares as functions of run lengths."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchbook.analysis.measures.profiles import Profile
from benchbook.analysis.plots.drawing.optimizer_styles import line_only, optimizer_styles
from benchbook.analysis.plots.drawing.panels import panel_grid
from benchbook.analysis.plots.drawing.powers_of_ten import label_powers_of_ten
from benchbook.analysis.plots.drawing.style import REFERENCE_STYLES, styled
from benchbook.analysis.statistics.rankings import ShareCurve


@styled
def plot_profiles(axes: Axes, profiles: Sequence[Profile]) -> Axes:
    """Draw runtime profiles, one line per optimizer, with bands if there are any and a cross where the data end.

    References are behind the others, the first one as a wide grey line and the second one dotted, without a cross.
    """
    runs = [profile for profile in profiles if not profile.is_reference]
    styles = optimizer_styles(profile.optimizer for profile in runs)
    for profile in runs:
        style = line_only(styles[profile.optimizer])
        axes.plot(profile.x, profile.share, label=profile.optimizer, **style)
        if not np.array_equal(profile.low, profile.high):
            axes.fill_between(profile.x, profile.low, profile.high, color=style["color"], alpha=0.15, linewidth=0)
        axes.plot(
            profile.end,
            profile.at(profile.end * (1 + 1e-9)),
            marker="x",
            markersize=8,
            markeredgewidth=2.2,
            linestyle="none",
            color=style["color"],
            clip_on=False,
            zorder=5,
        )
    references = [profile for profile in profiles if profile.is_reference]
    for profile, style in zip(references, cycle(REFERENCE_STYLES), strict=False):
        axes.plot(profile.x, profile.share, label=profile.optimizer, **style)
    axes.set_xscale("log")
    label_powers_of_ten(axes)
    last = max(float(profile.x[-1]) for profile in profiles)
    axes.set_xlim(min(1.0, last / 10), last * 1.05)
    axes.set_ylim(0, 1)
    return axes


@styled
def profile_grid(panels: Sequence[tuple[str, Sequence[Profile]]], *, columns: int = 3) -> Figure:
    """Draw one panel per title, each with the profiles of all optimizers; the legend is above them.

    Args:
        panels: `(title, profiles)`.
        columns: Panels per row.
    """
    titles = [title for title, _ in panels]
    figure, axes = profile_panels(titles, columns=columns, size=(3.4, 2.5), margin=(0.6, 0.6))
    for axis, (_, profiles) in zip(axes, panels, strict=True):
        plot_profiles(axis, profiles)
    legend_above(figure, axes)
    return figure


def profile_panels(
    titles: Sequence[str], *, columns: int, size: tuple[float, float], margin: tuple[float, float]
) -> tuple[Figure, list[Axes]]:
    """Return a figure with labelled panels for runtime profiles; see `panel_grid`."""
    x, y = "evaluations / dimension", "share reached"
    return panel_grid(titles, columns=columns, size=size, margin=margin, x=x, y=y, sharey=True)


@styled
def plot_share_curves(axes: Axes, curves: Sequence[ShareCurve]) -> Axes:
    """Draw performance profiles or data profiles, one line per optimizer."""
    styles = optimizer_styles(curve.optimizer for curve in curves)
    for curve in curves:
        style = line_only(styles[curve.optimizer])
        axes.plot(curve.x, curve.share, label=curve.optimizer, drawstyle="steps-post", **style)
    is_data = curves[0].tolerance is not None
    axes.set_xlabel("evaluations / (dimension + 1)" if is_data else "factor of the best")
    axes.set_ylabel("share of problems")
    axes.set_xscale("log")
    label_powers_of_ten(axes)
    axes.set_ylim(0, 1.02)
    return axes


def legend_above(figure: Figure, axes: Sequence[Axes]) -> None:
    """Put one legend for all panels above them, in several rows if it is long."""
    entries: dict[str, Artist] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    room = float(figure.get_figwidth()) * 11  # characters of legend text in one row
    widest = max((len(label) for label in entries), default=1) + 7
    figure.legend(
        list(entries.values()),
        list(entries),
        loc="outside upper center",
        ncols=max(1, min(len(entries), int(room // widest))),
    )
