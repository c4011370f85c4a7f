"""Cameras: parallel ones in a plane, so that a point's place in one picture follows from its depth in another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.errors import UsageError
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraArray:
    """Pinhole cameras that look in the same direction (a rectified array); the first is the reference.

    A pixel `(u, v)` of the reference that sees a point at depth `z` sees the same point as camera `k` does at
    `(u - f x_k / z, v - f y_k / z)`, with focal length `f` and the camera's centre `(x_k, y_k)`
    (Hartley & Zisserman 2004, chapter 9: the epipolar lines of parallel cameras are parallel).

    Attributes:
        rows: Height of a picture in pixels.
        columns: Width of a picture in pixels.
        focal_px: Focal length in pixels.
        centres_mm: Centre of each camera, in the plane that they share, relative to the reference; shape `(k, 2)`.

    Examples:
        >>> pair = CameraArray(rows=3, columns=5, focal_px=10.0, centres_mm=((0.0, 0.0), (20.0, 0.0)))
        >>> pair.disparity_px(1, 100.0)
        (2.0, 0.0)
    """

    rows: int
    columns: int
    focal_px: float
    centres_mm: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises:
            UsageError: There are fewer than two cameras, no pixels, or the first is not the reference.
        """
        if self.rows < 2 or self.columns < 2 or not self.focal_px > 0:
            raise UsageError(
                f"rows, columns and focal_px are {self.rows}, {self.columns} and {self.focal_px}, "
                "expected at least 2 x 2 pixels and a positive focal length"
            )
        if len(self.centres_mm) < 2 or self.centres_mm[0] != (0.0, 0.0):
            raise UsageError(f"centres_mm is {self.centres_mm}, expected two or more, the first (0, 0)")

    def pixels(self, step_px: int = 1) -> tuple[FloatArray, FloatArray]:
        """Return column and row of every pixel of a picture, or of every `step_px`-th, each of shape `(rows, columns)`.

        Fewer pixels are taken from the middle of their steps, so that no side of the picture is preferred.
        """
        u = np.arange((step_px - 1) // 2, self.columns, step_px, dtype=np.float64)
        v = np.arange((step_px - 1) // 2, self.rows, step_px, dtype=np.float64)
        columns, rows = np.meshgrid(u, v)
        return columns, rows

    def rays(self, u_px: FloatArray, v_px: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return where the rays through pixels meet the plane at depth 1: `(x, y)`, shapes as given."""
        return (
            (u_px - (self.columns - 1) / 2) / self.focal_px,
            (v_px - (self.rows - 1) / 2) / self.focal_px,
        )

    def disparity_px(self, camera: int, depth_mm: float) -> tuple[float, float]:
        """Return by how many columns and rows a point at a depth is shifted in a camera, relative to the reference."""
        x_mm, y_mm = self.centres_mm[camera]
        return self.focal_px * x_mm / depth_mm, self.focal_px * y_mm / depth_mm
