import numpy as np
import pytest

from benchbook.errors import ShapeError
from benchbook.problems.applied.stereo import extract_depth

# Four planes, evenly spaced in 1/depth: 0.004, 0.003, 0.002 and 0.001 per mm.
DEPTHS_MM = np.array([250.0, 1000.0 / 3.0, 500.0, 1000.0])
NAN = np.nan

# For each pixel: the costs on the four planes, and the depth worked out from them by hand.
KNOWN = {
    # The vertex of (4, 1, 2) lies at (4 - 2) / (2 (4 - 2 + 2)) = 1/4 step: 1/z = 0.003 - 0.00025.
    "between two planes": ((4.0, 1.0, 2.0, 9.0), 1 / 0.00275),
    # (1, 0, 1) is symmetric: the plane itself.
    "on a plane": ((5.0, 1.0, 0.0, 1.0), 500.0),
    # (2, 1, 3): (2 - 3) / (2 (2 - 2 + 3)) = -1/6 step: 1/z = 0.003 + 0.001 / 6.
    "nearer than the plane": ((2.0, 1.0, 3.0, 3.0), 1 / (0.003 + 0.001 / 6)),
    # (0, 0, 4): the nearer plane wins, and the first has no neighbour to refine it.
    "two equals": ((0.0, 0.0, 4.0, 4.0), 250.0),
    # Equal costs on inner planes: half a step towards the other: (3, 0, 0): 3 / (2 * 3) = 1/2.
    "two equals within": ((3.0, 0.0, 0.0, 3.0), 1 / 0.0025),
    "first plane": ((1.0, 2.0, 3.0, 4.0), 250.0),
    "last plane": ((4.0, 3.0, 2.0, 1.0), 1000.0),
    "next to a missing cost": ((NAN, 1.0, 2.0, 3.0), 1000.0 / 3.0),
    "a missing winner": ((1.0, NAN, 5.0, 9.0), 250.0),
    "all alike": ((2.0, 2.0, 2.0, 2.0), 250.0),
    "nothing known": ((NAN, NAN, NAN, NAN), NAN),
}


@pytest.mark.parametrize(("costs", "depth_mm"), KNOWN.values(), ids=KNOWN)
def test_a_known_volume_gives_the_depth_computed_by_hand(costs: tuple[float, ...], depth_mm: float) -> None:
    """The best plane wins, a parabola refines it where both neighbours are known, and no cost gives no depth."""
    volume = np.array(costs).reshape(4, 1, 1)
    np.testing.assert_allclose(extract_depth(volume, DEPTHS_MM), [[depth_mm]], rtol=1e-12)


def test_pixels_do_not_touch_each_other() -> None:
    """A volume of many pixels gives each pixel the depth that it gets alone."""
    volume = np.array([costs for costs, _ in KNOWN.values()]).T.reshape(4, 1, len(KNOWN))
    expected = np.array([[depth for _, depth in KNOWN.values()]])
    np.testing.assert_allclose(extract_depth(volume, DEPTHS_MM), expected, rtol=1e-12)
    turned = extract_depth(np.ascontiguousarray(volume.transpose(0, 2, 1)), DEPTHS_MM)
    np.testing.assert_array_equal(turned, extract_depth(volume, DEPTHS_MM).T)


def test_a_parabola_is_found_exactly() -> None:
    """If the costs lie on a parabola in 1/depth, its vertex is the depth, at any place between the planes."""
    depths_mm = 1.0 / np.linspace(0.004, 0.001, 31)
    true_mm = np.random.default_rng(3).uniform(270.0, 900.0, (5, 7))
    volume = (1.0 / depths_mm[:, None, None] - 1.0 / true_mm) ** 2
    np.testing.assert_allclose(extract_depth(volume, depths_mm), true_mm, rtol=1e-9)


def test_what_costs_too_much_gets_no_depth() -> None:
    """With a limit, a pixel on which the pictures never agree stays empty."""
    volume = np.array([[3.0, 3.0], [1.0, 2.0], [3.0, 3.0]]).reshape(3, 1, 2)
    depths_mm = np.array([100.0, 200.0, 300.0])
    np.testing.assert_array_equal(np.isnan(extract_depth(volume, depths_mm, most_cost=1.5)), [[False, True]])


@pytest.mark.parametrize(
    ("volume", "depths"), [((4, 2), (4,)), ((2, 2, 2), (2,)), ((4, 2, 2), (3,)), ((4, 2, 2), (4, 1))]
)
def test_shapes_that_do_not_fit_are_refused(volume: tuple[int, ...], depths: tuple[int, ...]) -> None:
    """The shape of the volume must fit the depths."""
    with pytest.raises(ShapeError, match="3 or more planes"):
        extract_depth(np.zeros(volume), np.ones(depths))
