"""Rules that bring proposed points back into the box, as named by the setting `repair`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np

from benchbook.typing import FloatArray

Repair: TypeAlias = Literal["clip", "reflect", "wrap"]


def clip(x: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Set each variable outside the box to the bound that it crossed.

    Examples:
        >>> clip(np.array([[-2.0, 0.5]]), np.zeros(2), np.ones(2)).tolist()
        [[0.0, 0.5]]
    """
    clipped = np.maximum(x, lower)
    return np.minimum(clipped, upper, out=clipped)


def reflect(x: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Reflect each variable outside the box at the bounds, as often as needed.

    Examples:
        >>> reflect(np.array([[-0.25, 2.25]]), np.zeros(2), np.ones(2)).tolist()
        [[0.25, 0.25]]
    """
    # Most batches have few points outside, and a remainder costs ten times as much as a comparison.
    outside = (x < lower) | (x > upper)
    if not outside.any():
        return x
    low, high = (np.broadcast_to(bound, x.shape)[outside] for bound in (lower, upper))
    width = high - low
    offset = np.mod(x[outside] - low, 2.0 * width)
    mirrored = x.copy()
    mirrored[outside] = clip(low + np.minimum(offset, 2.0 * width - offset), low, high)
    return mirrored


def wrap(x: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Let each variable that leaves the box on one side enter it on the other (periodic bounds).

    Examples:
        >>> wrap(np.array([[-0.25, 1.25]]), np.zeros(2), np.ones(2)).tolist()
        [[0.75, 0.25]]
    """
    outside = (x < lower) | (x > upper)
    if not outside.any():
        return x
    low, high = (np.broadcast_to(bound, x.shape)[outside] for bound in (lower, upper))
    wrapped = x.copy()
    wrapped[outside] = clip(low + np.mod(x[outside] - low, high - low), low, high)
    return wrapped


def halfway(x: FloatArray, parent: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Set each variable outside the box to the midpoint between the bound that it crossed and its parent's value.

    Examples:
        >>> halfway(np.array([[-2.0, 0.5]]), np.array([[0.5, 0.5]]), np.zeros(2), np.ones(2)).tolist()
        [[0.25, 0.5]]
    """
    inside = np.where(x < lower, 0.5 * (lower + parent), x)
    return np.where(x > upper, 0.5 * (upper + parent), inside)


RULES: dict[str, Callable[[FloatArray, FloatArray, FloatArray], FloatArray]] = {
    "clip": clip,
    "reflect": reflect,
    "wrap": wrap,
}
