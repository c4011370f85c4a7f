"""Depth maps compared with the true depth, with their errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from benchbook.analysis.plots.drawing.style import new_figure, styled
from benchbook.errors import ShapeError, UsageError
from benchbook.typing import FloatArray

_DEPTHS = "viridis_r"  # near is bright, and equal steps of depth look equal
_ERRORS = "RdBu"  # too far is blue, too near is red, correct is white
_WIDEST = 8.6  # inches for all maps of a row; keeps the text readable when the figure is scaled to a page
_MISSING = "#B8BEC6"


@styled
def plot_depth_map(
    axes: Axes, depth_mm: FloatArray, *, low: float, high: float, colours: str | Colormap = _DEPTHS
) -> AxesImage:
    """Draw a map of millimetres pixel by pixel, and return the image for use with a colour bar; NaN is grey.

    Args:
        axes: Where to draw.
        depth_mm: Shape `(rows, columns)`.
        low: Value of the first colour.
        high: Value of the last one.
        colours: A map of matplotlib.

    Raises:
        ShapeError: The map is not a matrix.
    """
    if depth_mm.ndim != 2:
        raise ShapeError(f"depth_mm has shape {depth_mm.shape}, expected (rows, columns)")
    axes.set_facecolor(_MISSING)
    image = axes.imshow(depth_mm, cmap=colours, vmin=low, vmax=high, interpolation="none")
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    return image


@styled
def depth_comparison(
    truth_mm: FloatArray,
    estimates_mm: Mapping[str, FloatArray],
    *,
    picture: FloatArray | None = None,
    error_mm: float = 30.0,
) -> Figure:
    """Draw the true and the estimated depth on one scale, and below each estimate its signed error.

    Args:
        truth_mm: True depth, shape `(rows, columns)`.
        estimates_mm: Title and depth map of each estimate, all with the shape of the truth; NaN if there is no
            estimate.
        picture: What the camera saw, brightness from 0 to 1; drawn below the truth.
        error_mm: Larger errors are drawn as this.

    Raises:
        ShapeError: A map has another shape than the truth.
        UsageError: There is no estimate.
    """
    if not estimates_mm:
        raise UsageError("estimates_mm is empty, expected one map or more")
    for title, estimate in estimates_mm.items():
        if estimate.shape != truth_mm.shape:
            raise ShapeError(f"{title} has shape {estimate.shape}, expected {truth_mm.shape}, that of the truth")
    columns = 1 + len(estimates_mm)
    each = min(2.6, _WIDEST / columns)
    figure, axes = new_figure(2, columns, width=each * columns + 0.9, height=1.45 * each + 0.6)
    upper, lower = axes[:columns], axes[columns:]
    low, high = float(np.nanmin(truth_mm)), float(np.nanmax(truth_mm))
    depth = plot_depth_map(upper[0], truth_mm, low=low, high=high)
    upper[0].set_title("ground truth")
    error = depth
    for above, below, (title, estimate) in zip(upper[1:], lower[1:], estimates_mm.items(), strict=True):
        plot_depth_map(above, estimate, low=low, high=high)
        above.set_title(title)
        error = plot_depth_map(below, estimate - truth_mm, low=-error_mm, high=error_mm, colours=_ERRORS)
        below.set_title("its error", fontsize=10, fontweight="normal")
    if picture is None:
        lower[0].set_axis_off()  # it keeps its place, so that all maps have the same size
    else:
        plot_depth_map(lower[0], picture, low=0.0, high=1.0, colours="gray")
        lower[0].set_title("what the camera sees", fontsize=10, fontweight="normal")
    for image, row, label, extend in ((depth, upper, "depth, mm", "neither"), (error, lower, "error, mm", "both")):
        bar = figure.colorbar(image, ax=row, label=label, extend=extend, fraction=0.04, pad=0.02, aspect=14)
        bar.outline.set_visible(False)
    return figure
