"""Rendering: what each camera sees of a scene, and how deep each pixel really is."""

from __future__ import annotations

import numpy as np

from benchbook.problems.applied.stereo.cameras import CameraArray
from benchbook.problems.applied.stereo.scene import Scene
from benchbook.typing import FloatArray

_NEWTON_STEPS = 8
_LEVELS = 255  # of an 8-bit sensor


def depth_along(
    scene: Scene, ray_x: FloatArray, ray_y: FloatArray, centre_mm: tuple[float, float] = (0.0, 0.0)
) -> FloatArray:
    """Return the depth in mm at which rays from a camera meet the surface, shape as given.

    The place is found by Newton's method. It is one place for surfaces whose slope times the ray's slope is below 1
    everywhere, as that of all scenes of the catalog is: nothing is hidden.

    Args:
        scene: The surface.
        ray_x: Where the rays meet the plane at depth 1, along x.
        ray_y: The same along y.
        centre_mm: Centre of the camera.
    """
    z = np.full_like(ray_x, scene.depth_mm)
    for _ in range(_NEWTON_STEPS):
        at = centre_mm[0] + ray_x * z, centre_mm[1] + ray_y * z
        along_x, along_y = scene.slopes_at(*at)
        z -= (z - scene.depth_at(*at)) / (1.0 - along_x * ray_x - along_y * ray_y)
    return z


def depth_map(scene: Scene, cameras: CameraArray, camera: int = 0) -> FloatArray:
    """Return the depth in mm that a camera sees at its pixels, shape `(rows, columns)`: the ground truth."""
    return depth_along(scene, *cameras.rays(*cameras.pixels()), cameras.centres_mm[camera])


def render(scene: Scene, cameras: CameraArray, rng: np.random.Generator, *, noise: float) -> FloatArray:
    """Return the pictures that the cameras take, shape `(cameras, rows, columns)`, brightness from 0 to 1.

    Args:
        scene: What they look at.
        cameras: Where they stand.
        rng: Draws the noise of the sensors.
        noise: Its standard deviation; brightness is then rounded to the 256 levels of an 8-bit sensor.
    """
    ray_x, ray_y = cameras.rays(*cameras.pixels())
    pictures = np.empty((len(cameras.centres_mm), cameras.rows, cameras.columns))
    for camera, (x_mm, y_mm) in enumerate(cameras.centres_mm):
        z = depth_map(scene, cameras, camera)
        exact = scene.brightness_at(x_mm + ray_x * z, y_mm + ray_y * z)
        noisy = exact + noise * rng.standard_normal(exact.shape)
        pictures[camera] = np.round(np.clip(noisy, 0.0, 1.0) * _LEVELS) / _LEVELS
    return pictures
