"""Reading pictures between their pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchbook.typing import FloatArray


def bilinear(picture: FloatArray, u_px: FloatArray, v_px: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return a picture's brightness at places, and whether they lie in it; shapes as given.

    Args:
        picture: Shape `(rows, columns)`.
        u_px: Columns, from 0 to `columns - 1`; beyond, the nearest pixel's brightness stands.
        v_px: Rows, from 0 to `rows - 1`.

    Examples:
        >>> value, inside = bilinear(np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([0.5, 1.5]), np.array([0.5, 0.0]))
        >>> value, inside
        (array([1.5, 1. ]), array([ True, False]))
    """
    rows, columns = picture.shape
    u, v = np.clip(u_px, 0.0, columns - 1.0), np.clip(v_px, 0.0, rows - 1.0)
    inside = (u == u_px) & (v == v_px)
    left = np.minimum(u.astype(np.int64), columns - 2)
    top = np.minimum(v.astype(np.int64), rows - 2)
    right_share, low_share = u - left, v - top
    flat = np.ascontiguousarray(picture).ravel()
    corner = top * columns + left
    upper = flat[corner]
    upper += right_share * (flat[corner + 1] - upper)
    lower = flat[corner + columns]
    lower += right_share * (flat[corner + columns + 1] - lower)
    upper += low_share * (lower - upper)
    return upper, inside
