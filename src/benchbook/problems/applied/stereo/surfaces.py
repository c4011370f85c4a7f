"""Surfaces with few parameters: a depth in mm at some pixels, and 1/depth interpolated between them.

In a pinhole camera 1/depth of a plane is an affine function of the pixel, so that three depths give any plane exactly.
"""

from __future__ import annotations

import numpy as np

from benchbook.problems.applied.stereo.cameras import CameraArray
from benchbook.typing import FloatArray


def plane_anchors(cameras: CameraArray) -> tuple[FloatArray, FloatArray]:
    """Return columns and rows of the three pixels whose depths give a plane: two upper corners, the lower middle."""
    right, low = cameras.columns - 1.0, cameras.rows - 1.0
    return np.array([0.0, right, right / 2]), np.array([0.0, 0.0, low])


def plane_weights(cameras: CameraArray, u_px: FloatArray, v_px: FloatArray) -> FloatArray:
    """Return the weight of each of the three anchors at pixels, shape `(3, *shape)`: barycentric coordinates."""
    down = v_px / (cameras.rows - 1.0)
    right = u_px / (cameras.columns - 1.0)
    return np.stack([1.0 - right - down / 2, right - down / 2, down])


def grid_anchors(cameras: CameraArray, side: int) -> tuple[FloatArray, FloatArray]:
    """Return columns and rows of a grid of `side` x `side` pixels that spans the picture, row by row."""
    u, v = np.meshgrid(np.linspace(0.0, cameras.columns - 1.0, side), np.linspace(0.0, cameras.rows - 1.0, side))
    return u.ravel(), v.ravel()


def grid_weights(cameras: CameraArray, side: int, u_px: FloatArray, v_px: FloatArray) -> FloatArray:
    """Return the weight of each pixel of the grid at pixels, `(side**2, *shape)`: a natural cubic spline each way."""
    across = spline_weights(side, u_px * ((side - 1) / (cameras.columns - 1.0)))
    down = spline_weights(side, v_px * ((side - 1) / (cameras.rows - 1.0)))
    return (down[:, None] * across[None, :]).reshape(side * side, *u_px.shape)


def spline_weights(knots: int, t: FloatArray) -> FloatArray:
    """Return the weight of each knot 0, 1, ..., `knots - 1` in a natural cubic spline at `t`, shape `(knots, *shape)`.

    The second derivatives at the inner knots solve `m₋ + 4 m + m₊ = 6 (y₋ - 2 y + y₊)`; they are 0 at both ends.

    Examples:
        >>> spline_weights(3, np.array([1.0, 0.5])).T
        array([[ 0.     ,  1.     ,  0.     ],
               [ 0.40625,  0.6875 , -0.09375]])
    """
    identity = np.eye(knots)
    bends = np.zeros((knots, knots))
    if knots > 2:
        inner = 4.0 * np.eye(knots - 2) + np.eye(knots - 2, k=1) + np.eye(knots - 2, k=-1)
        bends[1:-1] = np.linalg.solve(inner, 6.0 * np.diff(identity, n=2, axis=0))
    left = np.clip(np.floor(t).astype(np.int64), 0, knots - 2)
    b = t - left
    a = 1.0 - b
    weights = (
        a[..., None] * identity[left]
        + b[..., None] * identity[left + 1]
        + ((a**3 - a) / 6)[..., None] * bends[left]
        + ((b**3 - b) / 6)[..., None] * bends[left + 1]
    )
    return np.ascontiguousarray(np.moveaxis(weights, -1, 0))


def inverse_depth(depths_mm: FloatArray, weights: FloatArray) -> FloatArray:
    """Return 1/depth in 1/mm at pixels, shape `(n, pixels)`, of `n` surfaces.

    The anchors are added one after another, so that a surface has the same bytes alone and in any batch.

    Args:
        depths_mm: Depth of each anchor, shape `(n, anchors)`.
        weights: Weight of each anchor at each pixel, shape `(anchors, pixels)`.
    """
    inverse = 1.0 / depths_mm
    total: FloatArray = inverse[:, :1] * weights[0]
    for anchor in range(1, len(weights)):
        total += inverse[:, anchor, None] * weights[anchor]
    return total
