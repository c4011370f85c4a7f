"""Distributions of final values, and the effect of a parameter on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from benchbook.analysis.plots.drawing.optimizer_styles import optimizer_styles
from benchbook.analysis.plots.drawing.style import BLUE, INK, styled
from benchbook.typing import FloatArray

_FLOOR = 1e-12
_LEAST_FOR_SHAPE = 5


@styled
def plot_violins(axes: Axes, values: Mapping[str, FloatArray]) -> Axes:
    """Draw one violin of final precisions per optimizer, on a logarithmic scale, with every run as a dot.

    Runs without a finite value are left out and counted below the name; fewer than five runs, or equal ones, are shown
    as dots only.

    Args:
        axes: Where to draw.
        values: Final precisions, shape `(runs,)`, by optimizer.
    """
    styles = optimizer_styles(values)
    names = []
    for place, (name, precisions) in enumerate(values.items()):
        color = styles[name]["color"]
        exponents = np.log10(np.maximum(precisions[np.isfinite(precisions)], _FLOOR))
        missing = len(precisions) - len(exponents)
        names.append(f"{name}\n({missing} without a value)" if missing else name)
        if len(exponents) >= _LEAST_FOR_SHAPE and np.ptp(exponents) > 1e-9:
            body = axes.violinplot(exponents, [place], orientation="horizontal", widths=0.8, showextrema=False)
            for part in body["bodies"]:  # type: ignore[attr-defined]  # the stubs type all parts alike
                part.set(facecolor=color, edgecolor="none", alpha=0.28)
        if len(exponents):
            # Spread by position in the sorted order, not at random, so that the same data give the same figure.
            offsets = 0.16 * np.sin(np.arange(len(exponents)) * 2.399)
            axes.scatter(exponents, place + offsets, s=11, color=color, alpha=0.85, linewidth=0, zorder=3)
            axes.plot([np.median(exponents)] * 2, [place - 0.32, place + 0.32], color=INK, linewidth=2, zorder=4)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda decade, _: f"$10^{{{decade:g}}}$"))
    low, high = (np.floor(axes.get_xlim()[0]), np.ceil(axes.get_xlim()[1]))
    limits = axes.get_xlim()
    minor = np.add.outer(np.arange(low, high + 1), np.log10(np.arange(2, 10))).ravel()
    axes.set_xticks(minor[(minor > limits[0]) & (minor < limits[1])], minor=True)
    axes.set_xlabel("final $f - f_{opt}$ (bar: median)")
    axes.grid(visible=False, axis="y")
    return axes


@styled
def plot_parameter_effect(
    axes: Axes,
    settings: Sequence[object],
    quantiles: FloatArray,
    *,
    parameter: str,
    default: object = None,
    label: str = "AOCC (1 is best)",
) -> Axes:
    """Plot a measure against the values of one parameter: median, quartile band, and the default as a line.

    Args:
        axes: Where to draw.
        settings: Values of the parameter; numbers are placed as numbers, others side by side.
        quantiles: Lower quartile, median and upper quartile, shape `(3, settings)`.
        parameter: Name of the parameter.
        default: Its default.
        label: What is measured.
    """
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in settings)
    order = np.argsort(np.array(settings, dtype=float)) if numeric else np.arange(len(settings))
    x = np.array([settings[i] for i in order], dtype=float) if numeric else np.arange(len(settings), dtype=float)
    low, median, high = quantiles[:, order]
    if numeric:
        axes.fill_between(x, low, high, color=BLUE, alpha=0.16, linewidth=0, label="quartiles")
        axes.plot(x, median, color=BLUE, marker="o", markersize=5, label="median")
        if len(x) > 2 and x[0] > 0 and x[-1] / x[0] >= 8:
            axes.set_xscale("log")
        axes.set_xticks(x, [f"{value:g}" for value in x])
        axes.minorticks_off()
    else:
        axes.errorbar(
            x, median, (median - low, high - median), color=BLUE, fmt="o", capsize=4, label="median, quartiles"
        )
        axes.set_xticks(x, [str(settings[i]) for i in order])
        axes.set_xlim(-0.5, len(x) - 0.5)
    if default in list(settings):
        place = x[[settings[i] for i in order].index(default)]
        axes.axvline(float(place), color=INK, linewidth=1.1, linestyle="--", label="default", zorder=1)
    axes.set_xlabel(parameter)
    axes.set_ylabel(label)
    axes.legend(loc="best")
    return axes
