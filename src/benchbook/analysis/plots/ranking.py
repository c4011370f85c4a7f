"""A field of optimizers with one highlighted: mean ranks with intervals, and runtime profiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchbook.analysis.plots.drawing.powers_of_ten import label_powers_of_ten
from benchbook.analysis.plots.drawing.style import BLUE, GREEN, GREY, INK, ORANGE, new_figure, styled
from benchbook.analysis.plots.profiles import legend_above, profile_panels
from benchbook.records.ranking import ProfileCurve, RankingProfile, Standing

# Verdicts differ in shape as well as in colour.
_CANDIDATE: dict[str, Any] = {"color": BLUE, "marker": "D", "label": "this optimizer"}
_VERDICTS: dict[str, dict[str, Any]] = {
    "better": {"color": GREEN, "marker": "o", "label": "this optimizer is better"},
    "worse": {"color": ORANGE, "marker": "^", "label": "this optimizer is worse"},
    "undecided": {"color": GREY, "marker": "s", "label": "undecided"},
}
_ROLES: dict[str, dict[str, Any]] = {
    "published": {"color": "#B8C0CA", "linewidth": 0.9, "zorder": 1},
    "reference": {"color": INK, "linewidth": 1.6, "linestyle": (0, (1.2, 1.2)), "zorder": 2},
    "virtual best": {"color": GREEN, "linewidth": 1.6, "linestyle": (0, (5, 1.5)), "zorder": 2},
    "single best": {"color": ORANGE, "linewidth": 1.8, "zorder": 3},
    "candidate": {"color": BLUE, "linewidth": 2.6, "zorder": 4},
}
_LATER_REFERENCE: dict[str, Any] = {"color": GREY, "linewidth": 1.6, "linestyle": (0, (5, 1.5, 1.2, 1.5)), "zorder": 2}


@styled
def mean_rank_figure(standings: Sequence[Standing]) -> Figure:
    """Draw mean ranks with their intervals, one panel per number of evaluations and one row per optimizer.

    Rows are in the order of the last panel that contains the optimizer.
    """
    names: dict[str, float] = {}
    for standing in reversed(standings):  # those in the last panel first, then those only in earlier ones
        for place in standing.places:
            names.setdefault(place.optimizer, len(names))
    row = {name: len(names) - 1 - k for k, name in enumerate(names)}
    size = {"width": 2.6 * len(standings) + 2.4, "height": 0.23 * len(names) + 1.3}
    figure, axes = new_figure(1, len(standings), **size, sharey=True)
    for axis, standing in zip(axes, standings, strict=True):
        _plot_standing(axis, standing, row)
    axes[0].set_yticks(list(row.values()), list(row))
    axes[0].set_ylim(-0.7, len(names) - 0.3)
    legend_above(figure, axes)
    return figure


@styled
def field_profile_figure(profiles: Sequence[RankingProfile], *, columns: int = 2) -> Figure:
    """Draw the runtime profiles of a field, one panel per dimension, with thin lines for published optimizers."""
    titles = [f"{profile.dim}-D" for profile in profiles]
    figure, axes = profile_panels(titles, columns=columns, size=(4.4, 3.1), margin=(0.6, 0.7))
    for axis, profile in zip(axes, profiles, strict=True):
        for curve in profile.curves:
            _plot_curve(axis, profile, curve)
        axis.set_xscale("log")
        label_powers_of_ten(axis)
        axis.set_xlim(1, max(profile.x) * 1.05)
        axis.set_ylim(0, 1)
    legend_above(figure, axes)
    return figure


def _plot_standing(axis: Axes, standing: Standing, row: dict[str, int]) -> None:
    for place in standing.places:
        style = _CANDIDATE if place.verdict is None else _VERDICTS[place.verdict]
        own = place.verdict is None
        at = row[place.optimizer]
        axis.plot([place.low, place.high], [at, at], color=style["color"], linewidth=3.0 if own else 1.6, alpha=0.55)
        axis.plot(place.mean_rank, at, linestyle="none", markersize=7 if own else 5, clip_on=False, **style)
        if own:
            axis.axhspan(at - 0.5, at + 0.5, color=BLUE, alpha=0.08, linewidth=0)
    axis.set_xlim(0.5, len(standing.places) + 0.5)
    axis.set_title(f"{standing.per_dim:,g} x D")
    axis.set_xlabel("mean rank")


def _plot_curve(axis: Axes, profile: RankingProfile, curve: ProfileCurve) -> None:
    first = next((item for item in profile.curves if item.role == "reference"), curve)
    style = _ROLES[curve.role] if curve.role != "reference" or curve is first else _LATER_REFERENCE
    x, share = np.array(profile.x), np.array(curve.share)
    shown = x <= curve.end * (1 + 1e-9)
    label = f"{curve.name} ({curve.role})" if curve.role == "single best" else curve.name
    label = "published optimizers" if curve.role == "published" else label
    axis.plot(x[shown], share[shown], label=label, **style)
    if curve.role == "candidate" and shown.any():
        axis.plot(x[shown][-1], share[shown][-1], marker="x", color=BLUE, markersize=8, markeredgewidth=2.2, zorder=5)
