"""Expected running time by dimension."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from benchbook.analysis.plots.drawing.optimizer_styles import optimizer_styles
from benchbook.analysis.plots.drawing.powers_of_ten import label_powers_of_ten
from benchbook.analysis.plots.drawing.style import GREY, styled
from benchbook.typing import FloatArray


@styled
def plot_scaling(axes: Axes, dims: FloatArray, erts: Mapping[str, tuple[FloatArray, FloatArray, FloatArray]]) -> Axes:
    """Draw ERT / dimension against dimension; horizontal lines are linear scaling, the thin lines quadratic.

    If no run of a dimension succeeds, there is no point.

    Args:
        axes: Where to draw.
        dims: Dimensions in ascending order, shape `(dims,)`.
        erts: ERT with lower and upper end of its interval, each of shape `(dims,)`, by optimizer.
    """
    styles = optimizer_styles(erts)
    lowest, highest = np.inf, 0.0
    for name, (ert, low, high) in erts.items():
        finite = np.isfinite(ert)
        if not finite.any():
            axes.plot([], [], label=f"{name} (no success)", **styles[name])
            continue
        x, y = dims[finite], ert[finite] / dims[finite]
        axes.plot(x, y, label=name, markersize=5, **styles[name])
        ends = np.where(np.isfinite(high[finite]), high[finite], ert[finite]) / dims[finite]
        axes.vlines(x, low[finite] / x, ends, color=styles[name]["color"], linewidth=1.2)
        lowest, highest = min(lowest, y.min()), max(highest, y.max())
    axes.set_xscale("log")
    axes.set_yscale("log")
    label_powers_of_ten(axes)
    if highest:
        # fixed before the reference lines are drawn, which extend beyond the data
        axes.set_ylim(lowest / 2.5, highest * 2.5)
        for start in np.geomspace(lowest / 30, highest, 6):
            axes.plot(dims, start * dims / dims[0], color=GREY, linewidth=0.5, linestyle=":", zorder=0)
    axes.set_xticks(dims, [f"{dim:g}" for dim in dims])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("dimension")
    axes.set_ylabel("ERT / dimension")
    return axes
