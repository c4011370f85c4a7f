"""One style for all figures: colour-blind-safe colours, plain axes, deterministic output.

Colours: Okabe & Ito (2008), Color Universal Design, https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

P = ParamSpec("P")
T = TypeVar("T")

BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
SKY = "#56B4E9"
AMBER = "#E69F00"
GREY = "#6B7280"
INK = "#1F2933"
GRID = "#E3E6EA"

OPTIMIZER_STYLE: dict[str, Any] = {"color": BLUE, "linestyle": "-", "linewidth": 2.0}
CONTROL_STYLE: dict[str, Any] = {"color": GREY, "linestyle": "--", "linewidth": 1.6}
# One after the other: the first reference of a figure is the wide line, the second one the dots.
REFERENCE_STYLES: tuple[dict[str, Any], ...] = (
    {"color": GREY, "linestyle": "-", "linewidth": 4.0, "alpha": 0.45, "zorder": 1},
    {"color": GREY, "linestyle": (0, (1.2, 1.2)), "linewidth": 2.2, "alpha": 0.8, "zorder": 1},
)

# matplotlib types its settings as a Literal of all names, which a plain dict does not match.
RC: Any = {
    "svg.hashsalt": "benchbook",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 10.0,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#9AA5B1",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": "#52606D",
    "ytick.color": "#52606D",
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Run a drawing function in the common style; matplotlib reads many settings only while drawing."""

    @functools.wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> T:
        with mpl.rc_context(RC):
            return draw(*args, **kwargs)

    return inside


@styled
def new_figure(
    rows: int = 1, columns: int = 1, *, width: float = 8.0, height: float = 3.6, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure in the common style, size in inches, and its axes row by row; pyplot is not used."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.flat)
