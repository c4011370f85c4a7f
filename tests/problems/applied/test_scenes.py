"""Scenes, cameras, pictures, and the plane sweep through them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.errors import ShapeError, UsageError
from benchbook.problems.applied.stereo import (
    FAR_MM,
    NEAR_MM,
    CameraArray,
    StereoProblem,
    completeness,
    depth_along,
    depth_error_mm,
    depth_map,
    extract_depth,
    plane_sweep,
    render,
    sweep_depths_mm,
)
from benchbook.problems.applied.stereo.sampling import bilinear
from benchbook.problems.applied.stereo.surfaces import grid_anchors, grid_weights, spline_weights

SCENES = [("stereo_plane", 3), ("stereo_undulating", 16)]


@pytest.mark.parametrize(("name", "dim"), SCENES)
@pytest.mark.parametrize("instance", [1, 2, 7])
def test_the_true_depth_lies_on_the_surface(name: str, dim: int, instance: int) -> None:
    """In every camera, the ray of each pixel followed to its true depth ends on the surface."""
    problem = StereoProblem(name, dim, instance)
    ray_x, ray_y = problem.cameras.rays(*problem.cameras.pixels())
    for camera, (x_mm, y_mm) in enumerate(problem.cameras.centres_mm):
        z = depth_map(problem.scene, problem.cameras, camera)
        on_surface = problem.scene.depth_at(x_mm + ray_x * z, y_mm + ray_y * z)
        np.testing.assert_allclose(z, on_surface, atol=1e-9)
        assert NEAR_MM < z.min() < z.max() < FAR_MM


@pytest.mark.parametrize(("name", "dim"), SCENES)
def test_no_part_of_a_surface_hides_another(name: str, dim: int) -> None:
    """Along every ray, the distance to the surface changes its sign exactly once."""
    problem = StereoProblem(name, dim, 3)
    ray_x, ray_y = problem.cameras.rays(*problem.cameras.pixels())
    depths = np.linspace(NEAR_MM, FAR_MM, 200)
    behind = np.array([z > problem.scene.depth_at(ray_x * z, ray_y * z) for z in depths])
    assert not behind[0].any()
    assert behind[-1].all()
    assert np.all(behind[1:] >= behind[:-1])


def test_a_point_is_seen_at_its_disparity() -> None:
    """Without noise, a point of the surface has the same brightness in all pictures."""
    problem = StereoProblem("stereo_plane", 3, 2)
    cameras = problem.cameras
    u_px, v_px = (part[30:40, 40:50] for part in cameras.pixels())
    z = problem.truth_mm[30:40, 40:50]
    for camera in range(1, 5):
        shift_u = cameras.focal_px * cameras.centres_mm[camera][0] / z
        shift_v = cameras.focal_px * cameras.centres_mm[camera][1] / z
        ray_x, ray_y = cameras.rays(u_px - shift_u, v_px - shift_v)
        np.testing.assert_allclose(depth_along(problem.scene, ray_x, ray_y, cameras.centres_mm[camera]), z, rtol=1e-9)


def test_pictures_are_those_of_an_8_bit_sensor() -> None:
    """Brightness has 256 levels from 0 to 1, uses many of them, and has the requested noise."""
    problem = StereoProblem("stereo_plane", 3, 1)
    levels = problem.pictures * 255
    np.testing.assert_allclose(levels, np.round(levels), atol=1e-9)
    assert 0 <= problem.pictures.min() < 0.2
    assert 0.8 < problem.pictures.max() <= 1
    clean = render(problem.scene, problem.cameras, np.random.default_rng(0), noise=0.0)
    assert np.std(problem.pictures - clean) == pytest.approx(0.01, rel=0.1)


def test_instances_differ_in_texture_and_geometry_and_dimensions_do_not() -> None:
    """Only the number of the instance determines the scene."""
    one, same, other = (StereoProblem("stereo_undulating", dim, k) for dim, k in ((9, 1), (25, 1), (9, 2)))
    np.testing.assert_array_equal(one.pictures, same.pictures)
    np.testing.assert_array_equal(one.truth_mm, same.truth_mm)
    assert not np.array_equal(one.pictures, other.pictures)
    assert np.abs(one.truth_mm - other.truth_mm).max() > 10
    with pytest.raises(ValueError, match="read-only"):
        one.pictures[0, 0, 0] = 1.0


@pytest.mark.parametrize(("name", "dim"), SCENES)
@pytest.mark.parametrize("instance", [1, 2, 3])
def test_the_sweep_recovers_the_scene(name: str, dim: int, instance: int) -> None:
    """Sub-pixel winner-take-all explains most of the truth within 10 mm, a tenth of what a pixel resolves."""
    problem = StereoProblem(name, dim, instance)
    depths_mm = sweep_depths_mm(NEAR_MM, FAR_MM, 48)
    found = extract_depth(plane_sweep(problem.pictures, problem.cameras, depths_mm), depths_mm)
    assert completeness(found, problem.truth_mm, tolerance_mm=10.0) >= 0.9
    error = depth_error_mm(found, problem.truth_mm)
    assert error is not None
    assert error <= 8.0


def test_cost_is_least_on_the_plane_that_the_picture_shows() -> None:
    """Two pictures shifted by three pixels agree only on the plane of that disparity."""
    rng = np.random.default_rng(5)
    wide = rng.random((8, 23))
    cameras = CameraArray(rows=8, columns=20, focal_px=30.0, centres_mm=((0.0, 0.0), (100.0, 0.0)))
    pictures = np.stack([wide[:, :20], wide[:, 3:]])
    depths_mm = np.array([750.0, 1000.0, 1500.0])  # disparities of 4, 3 and 2 pixels
    volume = plane_sweep(pictures, cameras, depths_mm, window_px=1)
    assert np.all(volume[1][:, 3:] < 1e-18)
    assert np.isnan(volume[1][:, :3]).all()
    assert np.nanmean(volume[0]) > 0.01
    assert np.nanmax(volume) <= 0.04


def test_a_window_averages_what_was_seen() -> None:
    """Costs are averaged over the pixels of the window that a camera sees, and no others."""
    cameras = CameraArray(rows=3, columns=3, focal_px=1.0, centres_mm=((0.0, 0.0), (1.0, 0.0)))
    reference, other = np.zeros((3, 3)), np.full((3, 3), 0.1)
    other[1, 1] = 0.2
    volume = plane_sweep(np.stack([reference, other]), cameras, np.array([1.0, 1e6, 2e6]), window_px=3, most=1.0)
    # At one pixel of disparity only columns 1 and 2 are seen; there the other picture is one column further left.
    assert volume[0, 1, 2] == pytest.approx((5 * 0.01 + 0.04) / 6)
    assert np.isnan(volume[0, :, 0]).all()


def test_sweeps_are_even_in_disparity() -> None:
    """Neighbouring planes are equally far apart in pixels."""
    depths_mm = sweep_depths_mm(500.0, 2000.0, 7)
    assert depths_mm[0] == pytest.approx(500.0)
    assert depths_mm[-1] == pytest.approx(2000.0)
    np.testing.assert_allclose(np.diff(1 / depths_mm), np.diff(1 / depths_mm)[0])


@given(u=st.floats(-3, 8), v=st.floats(-3, 8))
def test_bilinear_reading_is_exact_on_what_is_bilinear(u: float, v: float) -> None:
    """A bilinear picture is read without error inside, and by its nearest pixel outside."""
    rows, columns = np.mgrid[0:4, 0:6]
    picture = 2.0 + 3.0 * columns - rows + 0.5 * rows * columns
    (value,), (inside,) = bilinear(picture, np.array([u]), np.array([v]))
    near_u, near_v = np.clip(u, 0, 5), np.clip(v, 0, 3)
    assert value == pytest.approx(2.0 + 3.0 * near_u - near_v + 0.5 * near_u * near_v)
    assert inside == (0 <= u <= 5 and 0 <= v <= 3)


@pytest.mark.parametrize("knots", [2, 3, 4, 6])
def test_a_spline_passes_through_its_knots_and_keeps_lines(knots: int) -> None:
    """At a knot its weight is 1 and all others are 0; weights add up to 1, and straight lines stay straight."""
    at_knots = spline_weights(knots, np.arange(knots, dtype=float))
    np.testing.assert_allclose(at_knots, np.eye(knots), atol=1e-14)
    t = np.linspace(0, knots - 1, 50)
    weights = spline_weights(knots, t)
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
    np.testing.assert_allclose(np.arange(knots) @ weights, t, atol=1e-12)


def test_a_grid_passes_through_its_anchors() -> None:
    """In a grid of rows, each anchor has its own value."""
    cameras = StereoProblem.cameras
    weights = grid_weights(cameras, 3, *grid_anchors(cameras, 3))
    np.testing.assert_allclose(weights, np.eye(9), atol=1e-12)


def test_wrong_geometry_is_refused() -> None:
    """Cameras need pixels and a reference, sweeps an order, pictures their cameras, and windows a centre."""
    with pytest.raises(UsageError, match="at least 2 x 2 pixels"):
        CameraArray(rows=1, columns=5, focal_px=1.0, centres_mm=((0.0, 0.0), (1.0, 0.0)))
    with pytest.raises(UsageError, match="two or more, the first"):
        CameraArray(rows=5, columns=5, focal_px=1.0, centres_mm=((1.0, 0.0), (0.0, 0.0)))
    with pytest.raises(UsageError, match="0 < near < far"):
        sweep_depths_mm(2.0, 1.0, 5)
    pair = CameraArray(rows=5, columns=5, focal_px=1.0, centres_mm=((0.0, 0.0), (1.0, 0.0)))
    with pytest.raises(ShapeError, match=r"expected \(2, 5, 5\)"):
        plane_sweep(np.zeros((3, 5, 5)), pair, np.ones(3))
    with pytest.raises(UsageError, match="window_px is 4"):
        plane_sweep(np.zeros((2, 5, 5)), pair, np.ones(3), window_px=4)
