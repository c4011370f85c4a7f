"""Rules that bring proposed points back into the box; an optimizer's setting `repair` names one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from benchbook.typing import FloatArray

Repair: TypeAlias = Literal["clip", "reflect", "wrap"]


def clip(x: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Set each variable outside to the bound that it crossed.

    Examples:
        >>> clip(np.array([[-2.0, 0.5]]), np.zeros(2), np.ones(2)).tolist()
        [[0.0, 0.5]]
    """
    return np.minimum(np.maximum(x, lower), upper)


def reflect(x: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Mirror each variable outside at the bound that it crossed, as often as needed.

    Examples:
        >>> reflect(np.array([[-0.25, 2.25]]), np.zeros(2), np.ones(2)).tolist()
        [[0.25, 0.25]]
    """
    width = upper - lower
    offset = np.mod(x - lower, 2.0 * width)
    mirrored = lower + np.minimum(offset, 2.0 * width - offset)
    inside = (x >= lower) & (x <= upper)
    return clip(np.where(inside, x, mirrored), lower, upper)


def wrap(x: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Let each variable that leaves on one side enter on the other.

    Examples:
        >>> wrap(np.array([[-0.25, 1.25]]), np.zeros(2), np.ones(2)).tolist()
        [[0.75, 0.25]]
    """
    inside = (x >= lower) & (x <= upper)
    wrapped = lower + np.mod(x - lower, upper - lower)
    return clip(np.where(inside, x, wrapped), lower, upper)


RULES: dict[str, Callable[[FloatArray, FloatArray, FloatArray], FloatArray]] = {
    "clip": clip,
    "reflect": reflect,
    "wrap": wrap,
}
