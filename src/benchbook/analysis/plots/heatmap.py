"""Heat map of optimizers and functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap

from benchbook.analysis.plots.drawing.style import BLUE, GRID, styled
from benchbook.typing import FloatArray

_MAP: Colormap = LinearSegmentedColormap.from_list("benchbook", ["#FFFFFF", "#9CCBE6", BLUE, "#00304D"])


@styled
def plot_heat_map(
    axes: Axes,
    values: FloatArray,
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    label: str,
    logarithmic: bool = False,
    text: Callable[[float], str] | None = None,
) -> Axes:
    """Draw a number per row and column, as a shade and as text; missing ones are hatched, infinite ones labelled.

    Args:
        axes: Where to draw.
        values: Shape `(rows, columns)`.
        rows: Names of the rows, usually optimizers.
        columns: Names of the columns, usually functions.
        label: What the shades mean.
        logarithmic: Whether shades follow the logarithm.
        text: Writes a number; default: short with two or three digits.
    """
    finite = np.isfinite(values)
    shades = (
        np.log10(np.where(finite & (values > 0), values, np.nan)) if logarithmic else np.where(finite, values, np.nan)
    )
    axes.set_facecolor("#F3F4F6")
    known = shades[~np.isnan(shades)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    high = high if high > low else low + 1
    mesh = axes.pcolormesh(shades, cmap=_MAP, vmin=low, vmax=high, edgecolors=GRID, linewidth=0.8)
    for (i, j), value in np.ndenumerate(values):
        dark = finite[i, j] and (shades[i, j] - low) / (high - low) > 0.5
        shown = "∞" if np.isposinf(value) else "–" if np.isnan(value) else (text or short)(float(value))
        axes.text(j + 0.5, i + 0.5, shown, ha="center", va="center", fontsize=8, color="white" if dark else "#1F2933")
    axes.set_xticks(np.arange(len(columns)) + 0.5, list(columns), rotation=40 if max(map(len, columns)) > 4 else 0,
                    ha="right" if max(map(len, columns)) > 4 else "center", rotation_mode="anchor")  # fmt: skip
    axes.set_yticks(np.arange(len(rows)) + 0.5, list(rows))
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    figure = axes.get_figure(root=True)
    if figure is not None:
        bar = figure.colorbar(mesh, ax=axes, pad=0.01, fraction=0.05, label=label)
        bar.outline.set_visible(False)
        if logarithmic:
            ticks = np.unique(np.round(np.linspace(low, high, 5)))
            bar.set_ticks(list(ticks), labels=[f"$10^{{{tick:g}}}$" for tick in ticks])
    return axes


def short(value: float) -> str:
    """Return a number in a short form.

    Examples:
        >>> short(310.4), short(0.25), short(25000.0), short(0.00011), short(0.0)
        ('310', '0.25', '2.5e4', '1.1e-4', '0')
    """
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.3g}" if abs(value) >= 100 else f"{value:.2g}"
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
