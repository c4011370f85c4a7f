"""Plane-sweep stereo on synthetic scenes with known depth: pictures, cost volume, depth, metrics, and two problems."""

from benchbook.problems.applied.stereo.cameras import CameraArray
from benchbook.problems.applied.stereo.cost_volume import plane_sweep, sweep_depths_mm
from benchbook.problems.applied.stereo.depth import extract_depth
from benchbook.problems.applied.stereo.metrics import completeness, depth_error_mm, precision
from benchbook.problems.applied.stereo.problem import StereoProblem
from benchbook.problems.applied.stereo.render import depth_along, depth_map, render
from benchbook.problems.applied.stereo.scene import Scene, Waves
from benchbook.problems.applied.table import FAR_MM, NEAR_MM

__all__ = [
    "FAR_MM",
    "NEAR_MM",
    "CameraArray",
    "Scene",
    "StereoProblem",
    "Waves",
    "completeness",
    "depth_along",
    "depth_error_mm",
    "depth_map",
    "extract_depth",
    "plane_sweep",
    "precision",
    "render",
    "sweep_depths_mm",
]
