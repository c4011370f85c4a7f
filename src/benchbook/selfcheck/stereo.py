"""Checks of plane-sweep stereo: a flat plane of known depth, and a cost volume whose depth is known by formula."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from benchbook.problems.applied.stereo import (
    FAR_MM,
    NEAR_MM,
    StereoProblem,
    completeness,
    depth_error_mm,
    extract_depth,
    plane_sweep,
    sweep_depths_mm,
)
from benchbook.records.benchmark import Check

# A tenth of a pixel of disparity.
PLANES = 48
TOLERANCE_MM = 10.0
MISSED = 0.10  # share of the pixels; few cameras see the edges of the picture
ERROR_MM = 8.0


def stereo_checks() -> Iterator[Check]:
    """Yield the checks, one after the other."""
    yield known_volume()
    yield from flat_plane()


def known_volume() -> Check:
    """Read depths from a volume whose costs are parabolas in 1/depth with their vertex at the depth."""
    depths_mm = 1.0 / np.linspace(0.004, 0.001, 31)
    true_mm = np.random.Generator(np.random.PCG64(3)).uniform(270.0, 900.0, (20, 30))
    volume = (1.0 / depths_mm[:, None, None] - 1.0 / true_mm) ** 2
    worst = float(np.max(np.abs(extract_depth(volume, depths_mm) / true_mm - 1.0)))
    text = "Depths read from a known cost volume; greatest relative error"
    return Check(name="stereo_volume", text=text, measured=worst, limit=1e-9)


def flat_plane() -> Iterator[Check]:
    """Sweep the pictures of a flat plane, and compare the depth map with the truth."""
    made = StereoProblem("stereo_plane", 3, 1)
    truth_mm = made.truth_mm
    depths_mm = sweep_depths_mm(NEAR_MM, FAR_MM, PLANES)
    found_mm = extract_depth(plane_sweep(made.pictures, made.cameras, depths_mm), depths_mm)
    missed = 1.0 - completeness(found_mm, truth_mm, tolerance_mm=TOLERANCE_MM)
    error_mm = depth_error_mm(found_mm, truth_mm)
    text = f"Plane sweep of a flat plane; share of the pixels that it misses by more than {TOLERANCE_MM:g} mm"
    yield Check(name="stereo_completeness", text=text, measured=missed, limit=MISSED)
    text = "Plane sweep of a flat plane; root mean square of the depth error in mm"
    yield Check(name="stereo_error", text=text, measured=math.inf if error_mm is None else error_mm, limit=ERROR_MM)
