"""Photo-consistency: how well the pictures agree if a surface had these depths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchbook.problems.applied.stereo.cameras import CameraArray
from benchbook.typing import FloatArray, IntArray

_GREY_LEVELS = 255.0
MOST_LEVELS = 40.0  # limit for the difference of one pixel; larger differences are treated as occlusions


class PhotoConsistency:
    """The mean difference between the reference and the other pictures, read where a surface projects to.

    Args:
        pictures: Shape `(cameras, rows, columns)`, brightness from 0 to 1.
        cameras: Where they were taken.
        u_px: Columns of the pixels of the reference that are compared, shape `(pixels,)`.
        v_px: Their rows.
    """

    def __init__(self, pictures: FloatArray, cameras: CameraArray, u_px: FloatArray, v_px: FloatArray) -> None:
        others = np.array(cameras.centres_mm[1:]) * cameras.focal_px
        self._shift_u, self._shift_v = others[:, :1, None], others[:, 1:, None]
        self._u, self._v = u_px, v_px
        self._most_u, self._most_v = cameras.columns - 1.0, cameras.rows - 1.0
        self._columns = cameras.columns
        self._grey = _GREY_LEVELS * pictures.ravel()
        self._rise = np.diff(self._grey, append=0.0)
        size = cameras.rows * cameras.columns
        self._first = (size * np.arange(1, len(pictures)))[:, None, None]
        places = (np.rint(v_px) * cameras.columns + np.rint(u_px)).astype(np.int64)
        self._reference = self._grey[places]

    def __call__(self, inverse_depth: FloatArray) -> FloatArray:
        """Return the mean absolute difference in grey levels, 0 to 255, of `n` surfaces; shape `(n,)`.

        The mean is over what the cameras see of the surface. Each difference counts at most `MOST_LEVELS`; a surface
        that no camera sees has that value.

        Args:
            inverse_depth: 1/depth in 1/mm at the compared pixels, shape `(n, pixels)`.
        """
        u = self._u - self._shift_u * inverse_depth
        v = self._v - self._shift_v * inverse_depth
        inside = (u >= 0) & (u <= self._most_u) & (v >= 0) & (v <= self._most_v)  # false where a depth is NaN
        everywhere = bool(inside.all())
        if not everywhere:
            outside = ~inside
            u[outside] = v[outside] = 0.0
        left, top = u.astype(np.int64), v.astype(np.int64)
        np.minimum(left, int(self._most_u) - 1, out=left)
        np.minimum(top, int(self._most_v) - 1, out=top)
        u -= left
        v -= top
        top *= self._columns
        top += left
        top += self._first
        upper = self._between_columns(top, u)
        top += self._columns
        lower = self._between_columns(top, u)
        lower -= upper
        lower *= v
        upper += lower
        upper -= self._reference
        np.abs(upper, out=upper)
        np.minimum(upper, MOST_LEVELS, out=upper)
        if not everywhere:
            upper[outside] = 0.0
        # Sums over each surface's own pixels, then over the cameras: the same bytes in any batch.
        seen = _over_pixels(inside)
        told = _over_pixels(upper)
        mean: FloatArray = np.where(seen > 0, told / np.maximum(seen, 1.0), MOST_LEVELS)
        return mean

    def _between_columns(self, place: IntArray, share: FloatArray) -> FloatArray:
        """Return the grey level between a place and the one right of it."""
        level: FloatArray = self._grey.take(place, mode="clip")
        rise = self._rise.take(place, mode="clip")
        rise *= share
        level += rise
        return level


def _over_pixels(values: FloatArray | NDArray[np.bool_]) -> FloatArray:
    """Return sums over cameras and pixels of values of shape `(cameras, n, pixels)`."""
    by_camera = values.sum(axis=2, dtype=np.float64)
    total: FloatArray = by_camera[0].copy()
    for camera in range(1, len(by_camera)):
        total += by_camera[camera]
    return total
