"""How good a depth map is: how much of the truth it explains, and by how many millimetres it errs."""

from __future__ import annotations

import numpy as np

from benchbook.errors import ShapeError, UsageError
from benchbook.typing import FloatArray


def completeness(estimate_mm: FloatArray, truth_mm: FloatArray, *, tolerance_mm: float) -> float:
    """Return the share of the ground truth that an estimate explains: those of its pixels that it meets.

    A pixel without an estimate counts as unexplained. So a map that tells only what it is sure of is not complete,
    however precise it is; see `precision`.

    Args:
        estimate_mm: Depths, NaN where there is none.
        truth_mm: True depths of the same shape, NaN where unknown.
        tolerance_mm: How far an estimate may be off.

    Raises:
        ShapeError: The shapes differ.
        UsageError: There is no ground truth, or the tolerance is negative.

    References:
        Seitz, S. M., Curless, B., Diebel, J., Scharstein, D., & Szeliski, R. (2006). A comparison and evaluation of
        multi-view stereo reconstruction algorithms. CVPR, 519-528. https://doi.org/10.1109/CVPR.2006.19

    Examples:
        >>> truth, estimate = np.array([100.0, 100.0, 100.0, 100.0]), np.array([101.0, np.nan, np.nan, 150.0])
        >>> completeness(estimate, truth, tolerance_mm=5.0), precision(estimate, truth, tolerance_mm=5.0)
        (0.25, 0.5)
    """
    met, known, _ = _compared(estimate_mm, truth_mm, tolerance_mm)
    return float(met.sum() / known.sum())


def precision(estimate_mm: FloatArray, truth_mm: FloatArray, *, tolerance_mm: float) -> float | None:
    """Return the share of the estimates that meet the truth; None if nothing was estimated.

    Raises:
        ShapeError: The shapes differ.
        UsageError: There is no ground truth, or the tolerance is negative.
    """
    met, known, told = _compared(estimate_mm, truth_mm, tolerance_mm)
    both = int((known & told).sum())
    return float(met.sum() / both) if both else None


def depth_error_mm(estimate_mm: FloatArray, truth_mm: FloatArray) -> float | None:
    """Return the root mean square of the depth error in mm over the pixels that have an estimate; None without any.

    Raises:
        ShapeError: The shapes differ.

    Examples:
        >>> depth_error_mm(np.array([103.0, 96.0, np.nan]), np.array([100.0, 100.0, 100.0]))
        3.5355339059327378
    """
    _check_shapes(estimate_mm, truth_mm)
    errors = (estimate_mm - truth_mm)[np.isfinite(estimate_mm) & np.isfinite(truth_mm)]
    return float(np.sqrt(np.mean(errors**2))) if errors.size else None


def _compared(
    estimate_mm: FloatArray, truth_mm: FloatArray, tolerance_mm: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which pixels are met, which have a truth and which an estimate."""
    _check_shapes(estimate_mm, truth_mm)
    if not tolerance_mm >= 0:
        raise UsageError(f"tolerance_mm is {tolerance_mm}, expected a number >= 0")
    known, told = np.isfinite(truth_mm), np.isfinite(estimate_mm)
    if not known.any():
        raise UsageError("truth_mm holds no known depth, expected at least one")
    with np.errstate(invalid="ignore"):
        met = known & told & (np.abs(estimate_mm - truth_mm) <= tolerance_mm)
    return met, known, told


def _check_shapes(estimate_mm: FloatArray, truth_mm: FloatArray) -> None:
    if estimate_mm.shape != truth_mm.shape:
        raise ShapeError(f"estimate_mm has shape {estimate_mm.shape}, expected {truth_mm.shape}, that of truth_mm")
