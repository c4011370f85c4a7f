"""Depth from a cost volume: the best plane wins, and a parabola tells where between the planes the best lies."""

from __future__ import annotations

import numpy as np

from benchbook.errors import ShapeError
from benchbook.typing import FloatArray


def extract_depth(volume: FloatArray, depths_mm: FloatArray, *, most_cost: float = np.inf) -> FloatArray:
    """Return a depth in mm for each pixel, shape `(rows, columns)`; NaN where the volume tells none.

    The plane of the least cost wins, the nearer of two equals. A parabola through its cost and those of its neighbours
    has its vertex at `(c₋ - c₊) / (2 (c₋ - 2 c₀ + c₊))` steps between planes from it; there the depth is read, linearly
    in 1/depth, in which a sweep is evenly spaced. On the first and the last plane, and next to a missing cost, the
    depth of the plane itself is used.

    Args:
        volume: Costs, shape `(planes, rows, columns)`; NaN where there is none.
        depths_mm: Depth of each plane, shape `(planes,)`, in order.
        most_cost: A pixel whose least cost is above this gets no depth.

    Raises:
        ShapeError: Volume and depths do not fit, or there are fewer than three planes.

    Examples:
        >>> costs = np.array([4.0, 1.0, 3.0]).reshape(3, 1, 1)
        >>> extract_depth(costs, np.array([500.0, 625.0, 1000.0 / 1.2]))  # 0.1 of a step beyond 625 mm
        array([[641.02564103]])
    """
    if volume.ndim != 3 or len(volume) < 3 or depths_mm.shape != (len(volume),):
        raise ShapeError(
            f"volume and depths_mm have shapes {volume.shape} and {depths_mm.shape}, "
            "expected (planes, rows, columns) and (planes,) with 3 or more planes"
        )
    filled = np.where(np.isnan(volume), np.inf, volume)
    best = filled.argmin(axis=0)
    least = np.take_along_axis(filled, best[None], axis=0)[0]
    inverse = 1.0 / depths_mm
    step = _vertex(filled, best)
    neighbour = np.where(step < 0, best - 1, best + 1).clip(0, len(depths_mm) - 1)
    refined = inverse[best] + np.abs(step) * (inverse[neighbour] - inverse[best])
    depth: FloatArray = np.where(np.isfinite(least) & (least <= most_cost), 1.0 / refined, np.nan)
    return depth


def _vertex(filled: FloatArray, best: np.ndarray) -> FloatArray:
    """Return how far from the best plane the parabola's vertex lies, in steps from -1/2 to 1/2."""
    planes = len(filled)
    before, middle, after = (
        np.take_along_axis(filled, (best + offset).clip(0, planes - 1)[None], axis=0)[0] for offset in (-1, 0, 1)
    )
    within = (best > 0) & (best < planes - 1) & np.isfinite(before) & np.isfinite(after)
    with np.errstate(invalid="ignore"):
        bend = before - 2.0 * middle + after
        within &= bend > 0
        offset: FloatArray = np.where(within, (before - after) / (2.0 * np.where(within, bend, 1.0)), 0.0)
    return offset
