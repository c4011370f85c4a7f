"""Stereo as a problem: the parameters of a surface, to be found from five pictures of it."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from benchbook.digests import module_digest
from benchbook.errors import UsageError, unknown_name
from benchbook.problems.applied.stereo import cameras as _cameras
from benchbook.problems.applied.stereo import photo_consistency, render, scene, surfaces
from benchbook.problems.applied.stereo.cameras import CameraArray
from benchbook.problems.applied.stereo.photo_consistency import PhotoConsistency
from benchbook.problems.applied.stereo.scene import Scene, draw_plane, draw_undulating
from benchbook.problems.applied.table import FAR_MM, NEAR_MM, STEREO
from benchbook.problems.info import check_dim, check_instance, check_points, continuous, read_only
from benchbook.seeds import problem_generator
from benchbook.typing import FloatArray

_BASELINE_MM = 120.0
CAMERAS = CameraArray(
    rows=72,
    columns=96,
    focal_px=120.0,
    centres_mm=((0.0, 0.0), (_BASELINE_MM, 0.0), (-_BASELINE_MM, 0.0), (0.0, _BASELINE_MM), (0.0, -_BASELINE_MM)),
)
_NOISE = 0.01
_STEP_PX = 5  # pixels of the reference that are compared: every fifth each way


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedScene:
    """A scene with the pictures of it.

    Attributes:
        scene: What is rendered.
        pictures: Shape `(cameras, rows, columns)`, brightness from 0 to 1; the first is the reference.
        truth_mm: True depth at each pixel of the reference, shape `(rows, columns)`.
    """

    scene: Scene
    pictures: FloatArray
    truth_mm: FloatArray


@functools.lru_cache(maxsize=32)
def rendered_scene(function: str, instance: int) -> RenderedScene:
    """Return the scene of a function and instance, with its pictures; the same in every dimension."""
    rng = problem_generator(function=function, dim=0, instance=instance)
    drawn = draw_plane(rng) if function == "stereo_plane" else draw_undulating(rng)
    return RenderedScene(
        scene=drawn,
        pictures=read_only(render.render(drawn, CAMERAS, rng, noise=_NOISE)),
        truth_mm=read_only(render.depth_map(drawn, CAMERAS)),
    )


class StereoProblem:
    """Find a surface by photo-consistency: the depths that let the pictures of five cameras agree.

    A point holds depths in mm at the `anchors`, pixels of the reference: three of them for `stereo_plane`, a square
    grid for `stereo_undulating`. Texture, geometry and the noise of the sensors depend on the instance alone.

    Attributes:
        cameras: The five cameras; the first is the reference.
        pictures: What they took, shape `(cameras, rows, columns)`, brightness from 0 to 1.
        truth_mm: True depth at each pixel of the reference, shape `(rows, columns)`.
        x_true: True depth in mm at the anchors, shape `(dim,)`; near the optimum, but not it.
        f_opt: None: the value at the optimum is unknown.

    Raises:
        UnknownNameError: There is no stereo function `name`.
        UsageError: `dim` or `instance` is none that the function has.

    Examples:
        >>> stereo = StereoProblem("stereo_plane", 3, 1)
        >>> off, near = stereo(np.stack([stereo.x_true + 300.0, stereo.x_true]))
        >>> bool(near < off / 3)
        True
    """

    f_opt: float | None = None
    x_opt: FloatArray | None = None
    cameras = CAMERAS

    def __init__(self, name: str, dim: int, instance: int = 1) -> None:
        if name not in STEREO:
            raise unknown_name("stereo function", name, STEREO)
        self.name = name
        self.dim = check_dim(STEREO[name], dim)
        self.instance = check_instance(STEREO[name], instance)
        self.lower = read_only(np.full(self.dim, NEAR_MM))
        self.upper = read_only(np.full(self.dim, FAR_MM))
        self.integer = continuous(self.dim)
        rendered = rendered_scene(name, self.instance)
        self.scene, self.pictures, self.truth_mm = rendered.scene, rendered.pictures, rendered.truth_mm
        u_px, v_px = (part.ravel() for part in CAMERAS.pixels(_STEP_PX))
        self._weights = self._weights_at(u_px, v_px)
        self._photo_consistency = PhotoConsistency(self.pictures, CAMERAS, u_px, v_px)
        self.x_true = read_only(_true_depths(self.scene, *self.anchors))

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return the mean difference in grey levels, shape `(n,)`.

        Raises:
            ShapeError: `x` has another shape, or does not hold real numbers.
        """
        points = check_points(x, self.dim)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return self._photo_consistency(surfaces.inverse_depth(points, self._weights))

    @property
    def anchors(self) -> tuple[FloatArray, FloatArray]:
        """Columns and rows of the pixels whose depths a point holds, each of shape `(dim,)`."""
        if self.name == "stereo_plane":
            return surfaces.plane_anchors(CAMERAS)
        return surfaces.grid_anchors(CAMERAS, math.isqrt(self.dim))

    def depth_map(self, point: FloatArray) -> FloatArray:
        """Return the depth in mm at every pixel of the reference for one point of shape `(dim,)`.

        Raises:
            UsageError: The point has another length, or depths that are not positive.
        """
        depths = np.asarray(point, dtype=np.float64)
        if depths.shape != (self.dim,) or not np.all(depths > 0):
            raise UsageError(f"point is {point!r}, expected {self.dim} positive depths in mm")
        u_px, v_px = CAMERAS.pixels()
        weights = self._weights_at(u_px.ravel(), v_px.ravel())
        depth: FloatArray = 1.0 / surfaces.inverse_depth(depths[None], weights).reshape(u_px.shape)
        return depth

    def digest(self) -> str:
        """Return the SHA-256 (hex) of the code that determines the values."""
        parts = (_cameras, photo_consistency, render, scene, surfaces)
        return module_digest([__name__, *(part.__name__ for part in parts)])

    def _weights_at(self, u_px: FloatArray, v_px: FloatArray) -> FloatArray:
        if self.name == "stereo_plane":
            return surfaces.plane_weights(CAMERAS, u_px, v_px)
        return surfaces.grid_weights(CAMERAS, math.isqrt(self.dim), u_px, v_px)

    def __reduce__(self) -> tuple[type[StereoProblem], tuple[str, int, int]]:
        return type(self), (self.name, self.dim, self.instance)

    def __repr__(self) -> str:
        return f"StereoProblem({self.name!r}, dim={self.dim}, instance={self.instance})"


def _true_depths(rendered: Scene, u_px: FloatArray, v_px: FloatArray) -> FloatArray:
    return render.depth_along(rendered, *CAMERAS.rays(u_px, v_px))
