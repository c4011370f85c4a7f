"""Depth maps, episodes, and convergence without a known optimum."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from benchbook.analysis import convergence
from benchbook.analysis.plots import (
    OPTIMIZER_STYLE,
    Picture,
    depth_comparison,
    episode_grid,
    new_figure,
    plot_depth_map,
    plot_episodes,
    value_convergence_grid,
)
from benchbook.analysis.plots.drawing.style import BLUE, ORANGE
from benchbook.analysis.table import RunTable
from benchbook.errors import ShapeError, UsageError

TRUTH = np.linspace(900.0, 1100.0, 48).reshape(6, 8)


def test_depths_share_a_scale_and_errors_are_symmetric() -> None:
    """Depths share the scale of the truth, error scales are symmetric about 0, and colour bars have units."""
    figure = depth_comparison(TRUTH, {"a": TRUTH + 5, "b": TRUTH - 400}, picture=TRUTH / 2000, error_mm=20.0)
    limits = [axis.images[0].get_clim() for axis in figure.axes if axis.images]
    assert limits == [(900.0, 1100.0)] * 3 + [(0.0, 1.0)] + [(-20.0, 20.0)] * 2
    np.testing.assert_allclose(figure.axes[4].images[0].get_array(), 5.0)
    assert [axis.get_ylabel() for axis in figure.axes[-2:]] == ["depth, mm", "error, mm"]
    assert [axis.get_title(loc="left") for axis in figure.axes[:3]] == ["ground truth", "a", "b"]


def test_missing_depths_are_grey_and_never_a_colour() -> None:
    """A pixel without a depth shows the grey behind the map."""
    figure, (axes,) = new_figure()
    holes = TRUTH.copy()
    holes[2, 3] = np.nan
    image = plot_depth_map(axes, holes, low=900.0, high=1100.0)
    assert image.get_array().mask.sum() == 1
    assert to_hex(axes.get_facecolor()) == "#b8bec6"
    assert Picture(figure, "A map with a hole.").svg()


def test_a_comparison_can_do_without_a_picture() -> None:
    """Without a picture its place stays empty, and the maps keep their size."""
    figure = depth_comparison(TRUTH, {"a": TRUTH})
    assert len([axis for axis in figure.axes if axis.images]) == 3


def test_maps_that_do_not_fit_are_refused() -> None:
    """At least one estimate is needed, each has the shape of the truth, and a map is a matrix."""
    with pytest.raises(UsageError, match="one map or more"):
        depth_comparison(TRUTH, {})
    with pytest.raises(ShapeError, match=r"short has shape \(5, 8\), expected \(6, 8\)"):
        depth_comparison(TRUTH, {"short": TRUTH[:5]})
    _, (axes,) = new_figure()
    with pytest.raises(ShapeError, match=r"expected \(rows, columns\)"):
        plot_depth_map(axes, np.zeros(3), low=0.0, high=1.0)


def test_an_episode_is_drawn_to_its_end_and_marked_where_it_fell() -> None:
    """A complete episode is blue; one that ends early is orange, ends at its last state, and has a cross there."""
    times = 0.1 * np.arange(6)
    values = np.stack([np.linspace(0, 1, 6), np.linspace(0, -1, 6)], axis=1)
    _, (axes,) = new_figure()
    plot_episodes(axes, times, values, np.array([5, 2]), limit=0.5)
    whole, fell, cross, *limits = axes.lines
    assert [line.get_color() for line in (whole, fell, cross)] == [BLUE, ORANGE, ORANGE]
    assert (len(whole.get_xdata()), len(fell.get_xdata())) == (6, 4)
    assert (cross.get_xdata()[0], cross.get_ydata()[0]) == pytest.approx((0.3, -0.6))
    assert [line.get_ydata()[0] for line in limits] == [-0.5, 0.5]


def test_a_grid_counts_complete_episodes() -> None:
    """Each controller's column says how many of its episodes last to the end."""
    times, states = 0.1 * np.arange(4), np.zeros((4, 3, 4))
    drivers = {"a": (times, states, np.array([3, 3, 1])), "b": (times, states, np.array([0, 0, 0]))}
    figure = episode_grid(drivers, [(2, "angle, rad", 0.6), (0, "position, m", 2.4)])
    assert len(figure.axes) == 4
    assert [axis.texts[0].get_text() for axis in figure.axes[:2]] == ["2 of 3 stand", "0 of 3 stand"]
    assert [figure.axes[k].get_ylabel() for k in (0, 2)] == ["angle, rad", "position, m"]


def test_episodes_that_do_not_fit_are_refused() -> None:
    """Times, states and lengths must match, and a grid needs something to show."""
    _, (axes,) = new_figure()
    with pytest.raises(ShapeError, match=r"expected \(t,\), \(t, episodes\) and \(episodes,\)"):
        plot_episodes(axes, np.zeros(3), np.zeros((4, 2)), np.zeros(2, dtype=np.int64))
    with pytest.raises(UsageError, match="one or more of each"):
        episode_grid({}, [(0, "x", 1.0)])


def test_values_without_an_optimum_stand_on_a_linear_axis_from_zero() -> None:
    """Values without a known optimum are not drawn as precisions: the axis is linear, labelled, and starts at 0."""
    import benchbook as bb

    runs = RunTable([bb.run("random_search", "imitation_clone", dim=5, seed=1, budget=20)])
    figure = value_convergence_grid([("a", [("r", convergence(runs), OPTIMIZER_STYLE)])], label="best value, N")
    (axes,) = figure.axes
    assert (axes.get_yscale(), axes.get_xscale(), axes.get_ylim()[0]) == ("linear", "log", 0.0)
    assert axes.get_ylabel() == "best value, N"
