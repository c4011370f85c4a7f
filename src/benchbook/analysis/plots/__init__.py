"""Figures: each takes data, draws into axes and returns them; numbers are computed in `benchbook.analysis`."""

from benchbook.analysis.plots.convergence import convergence_grid, plot_convergence
from benchbook.analysis.plots.landscape import contours, search_stages
from benchbook.analysis.plots.picture import Picture
from benchbook.analysis.plots.style import CONTROL_STYLE, OPTIMIZER_STYLE, new_figure

__all__ = [
    "CONTROL_STYLE",
    "OPTIMIZER_STYLE",
    "Picture",
    "contours",
    "convergence_grid",
    "new_figure",
    "plot_convergence",
    "search_stages",
]
