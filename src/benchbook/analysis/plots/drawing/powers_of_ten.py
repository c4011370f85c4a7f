"""Powers of ten as plain text: matplotlib's own labels use its formula parser, a third of the time of a figure."""

from __future__ import annotations

import re

from matplotlib.axes import Axes
from matplotlib.ticker import LogFormatterSciNotation

_FORMULA = re.compile(r"\$\\mathdefault\{(-?)(?:([\d.]+)\\times)?10\^\{(-?\d+)\}\}\$")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class PlainPowersOfTen(LogFormatterSciNotation):
    """Labels the same ticks as matplotlib with the same numbers."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of a tick.

        Examples:
            >>> PlainPowersOfTen()(1e-8)
            '10⁻⁸'
        """
        label = super().__call__(x, pos)
        found = _FORMULA.fullmatch(label)
        if found is None:
            return label
        sign, factor, exponent = found.groups()
        return f"{'−' if sign else ''}{f'{factor}×' if factor else ''}10{exponent.translate(_RAISED)}"


def label_powers_of_ten(axes: Axes) -> None:
    """Label the axes that are logarithmic in plain text."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(PlainPowersOfTen())
            axis.set_minor_formatter(PlainPowersOfTen())
