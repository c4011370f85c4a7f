"""Plane sweep: how well the pictures agree if a pixel lay at one of many depths."""

from __future__ import annotations

import numpy as np

from benchbook.errors import ShapeError, UsageError
from benchbook.problems.applied.stereo.cameras import CameraArray
from benchbook.problems.applied.stereo.sampling import bilinear
from benchbook.typing import FloatArray


def sweep_depths_mm(near_mm: float, far_mm: float, planes: int) -> FloatArray:
    """Return depths for a sweep, nearest first, evenly spaced in 1/depth, and so in disparity; shape `(planes,)`.

    Raises:
        UsageError: The depths are not in order, or there are fewer than three planes.

    Examples:
        >>> sweep_depths_mm(500.0, 1000.0, 3).round(1)
        array([ 500. ,  666.7, 1000. ])
    """
    if not 0 < near_mm < far_mm or planes < 3:
        raise UsageError(
            f"near_mm, far_mm and planes are {near_mm}, {far_mm} and {planes}, expected 0 < near < far and 3 or more"
        )
    return 1.0 / np.linspace(1.0 / near_mm, 1.0 / far_mm, planes)


def plane_sweep(
    pictures: FloatArray, cameras: CameraArray, depths_mm: FloatArray, *, window_px: int = 5, most: float = 0.04
) -> FloatArray:
    """Return the cost volume, shape `(planes, rows, columns)`: the lower, the likelier lies the pixel on that plane.

    The cost is the squared difference between the reference and the picture of another camera, shifted by the plane's
    disparity, at most `most`; averaged over the cameras that see the point, then over a square window (Collins 1996,
    with the differences of pictures for its features). NaN where no camera sees the point on that plane.

    Args:
        pictures: Shape `(cameras, rows, columns)`, brightness from 0 to 1.
        cameras: Where they were taken.
        depths_mm: Depths of the planes, shape `(planes,)`.
        window_px: Side of the window; odd.
        most: Greatest difference that one camera may tell, in brightness squared.

    Raises:
        ShapeError: The pictures do not fit the cameras.
        UsageError: The window is even or less than 1.

    References:
        Collins, R. T. (1996). A space-sweep approach to true multi-image matching. CVPR, 358-363.
        https://doi.org/10.1109/CVPR.1996.517097
    """
    if pictures.shape != (len(cameras.centres_mm), cameras.rows, cameras.columns):
        expected = (len(cameras.centres_mm), cameras.rows, cameras.columns)
        raise ShapeError(f"pictures has shape {pictures.shape}, expected {expected}: cameras, rows, columns")
    if window_px < 1 or window_px % 2 == 0:
        raise UsageError(f"window_px is {window_px}, expected an odd number of pixels")
    u_px, v_px = cameras.pixels()
    volume = np.empty((len(depths_mm), cameras.rows, cameras.columns))
    for plane, depth_mm in enumerate(depths_mm):
        cost, seen = np.zeros_like(u_px), np.zeros_like(u_px)
        for camera in range(1, len(pictures)):
            shift_u, shift_v = cameras.disparity_px(camera, float(depth_mm))
            value, inside = bilinear(pictures[camera], u_px - shift_u, v_px - shift_v)
            cost += np.where(inside, np.minimum((value - pictures[0]) ** 2, most), 0.0)
            seen += inside
        volume[plane] = _window_mean(cost, seen, window_px)
    return volume


def _window_mean(cost: FloatArray, seen: FloatArray, window_px: int) -> FloatArray:
    """Return the mean cost of what was seen within a window about each pixel; NaN where the pixel itself was not."""
    total, count = _window_sum(cost, window_px), _window_sum(seen, window_px)
    mean: FloatArray = np.where(seen > 0, total / np.maximum(count, 1.0), np.nan)
    return mean


def _window_sum(values: FloatArray, window_px: int) -> FloatArray:
    """Return the sum over a square window about each pixel, cut off at the edges: over rows, then over columns."""
    padded = np.pad(values, window_px // 2)
    rows, columns = values.shape
    upright = padded[:rows].copy()
    for shift in range(1, window_px):
        upright += padded[shift : shift + rows]
    total = upright[:, :columns].copy()
    for shift in range(1, window_px):
        total += upright[:, shift : shift + columns]
    return total
