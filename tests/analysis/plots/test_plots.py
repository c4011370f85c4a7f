import xml.etree.ElementTree as ET  # its usual name
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable, convergence
from benchbook.analysis.plots import (
    CONTROL_STYLE,
    OPTIMIZER_STYLE,
    Picture,
    contours,
    convergence_grid,
    curves_beside_profile,
    new_figure,
    plot_convergence,
    plot_profiles,
    search_stages,
    trajectory_grid,
)
from benchbook.errors import UsageError
from benchbook.records import RunRecord

MakeRun = Callable[..., RunRecord]


def grid(make_run: MakeRun, panels: int = 3) -> Any:
    """Return a figure of convergence curves."""
    curve = convergence(RunTable([make_run([1, 10], [15.0, 11.0]), make_run([2, 30], [25.0, 10.5], seed=2)]))
    pair = [("mine", curve, OPTIMIZER_STYLE), ("control", curve, CONTROL_STYLE)]
    return convergence_grid([(f"panel {k}", pair) for k in range(panels)], columns=2)


def test_a_picture_has_the_same_bytes_each_time(make_run: MakeRun) -> None:
    """Drawn twice from the same numbers, a figure gives the same SVG, so that pages do not change by themselves."""
    one, two = (Picture(grid(make_run), "Curves fall.").svg() for _ in range(2))
    assert one == two
    assert "<dc:date>" not in one


def test_a_picture_is_svg_with_its_text(make_run: MakeRun) -> None:
    """The alternative text is the title of the SVG, and the plain form in a notebook."""
    picture = Picture(grid(make_run), "Curves\n   fall <fast>.")
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == repr(picture) == "Curves fall <fast>."
    root = ET.fromstring(bundle["image/svg+xml"])  # noqa: S314  # our own text
    assert root.tag.endswith("svg")
    assert "Curves fall &lt;fast&gt;." in bundle["image/svg+xml"]


@pytest.mark.parametrize("alt", ["", "  ", "\n"])
def test_a_picture_without_words_is_refused(alt: str) -> None:
    """An empty alternative text is refused, since readers who cannot see the figure depend on it."""
    figure, _ = new_figure()
    with pytest.raises(UsageError, match="alt is empty"):
        Picture(figure, alt)


@pytest.mark.parametrize("panels", [1, 2, 3, 4])
def test_there_is_one_panel_a_title(make_run: MakeRun, panels: int) -> None:
    """Places without a panel stay empty, and the legend has each curve once."""
    figure = grid(make_run, panels)
    assert [axis.get_title(loc="left") for axis in figure.axes] == [f"panel {k}" for k in range(panels)]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["mine", "control"]


def test_a_curve_is_drawn_where_it_is_finite(make_run: MakeRun) -> None:
    """Nothing is drawn before the first finite median, and the numbers are those of the curve."""
    curve = convergence(RunTable([make_run([20], [15.0])]))
    _, (axes,) = new_figure()
    assert plot_convergence(axes, curve, label="mine", style=OPTIMIZER_STYLE) is axes
    x, y = axes.lines[0].get_data()
    assert min(x) >= 20
    assert set(np.asarray(y).tolist()) == {5.0}


def test_contours_need_two_variables() -> None:
    """The message names the problem and its dimension."""
    _, (axes,) = new_figure()
    with pytest.raises(UsageError, match="contours need a problem of dimension 2, sphere has 3"):
        contours(axes, bb.problem("sphere", dim=3, instance=1))


def test_contours_are_darker_where_it_is_lower() -> None:
    """The picture is the right way up: its darkest place is the optimum of a shifted problem."""
    problem = bb.problem("sphere", dim=2, instance=1)
    _, (axes,) = new_figure()
    (image,) = contours(axes, problem).images
    ranks = np.asarray(image.get_array())
    row, column = np.unravel_index(ranks.argmin(), ranks.shape)
    x, y = np.linspace(problem.lower[0], problem.upper[0], 120), np.linspace(problem.lower[1], problem.upper[1], 120)
    spacing = x[1] - x[0]
    assert abs(x[column] - problem.x_opt[0]) <= spacing
    assert abs(y[row] - problem.x_opt[1]) <= spacing
    assert image.origin == "lower"


def test_stages_show_their_points() -> None:
    """Each panel has the points of its stage and the optimum."""
    problem = bb.problem("ackley", dim=2, instance=1)
    points = np.random.default_rng(1).uniform(problem.lower, problem.upper, (10, 2))
    figure = search_stages(problem, points, problem.x_opt, [("first", slice(0, 4)), ("last", slice(4, 10))])
    shown = [axis.collections[0].get_offsets() for axis in figure.axes]
    assert np.concatenate(shown).tolist() == points.tolist()
    assert [len(part) for part in shown] == [4, 6]


def test_trajectories_have_a_panel_each(make_run: MakeRun) -> None:
    """Each path is drawn from its first point to its last, under its name, and unused panels are removed."""
    problem = bb.problem("ackley", dim=2, instance=1)
    ways = [(f"way {k}", np.array([[0.0, 0.0], [k, 1.0]])) for k in range(4)]
    figure = trajectory_grid(problem, ways, problem.x_opt)
    assert [axis.get_title(loc="left") for axis in figure.axes] == [f"way {k}" for k in range(4)]
    drawn = [axis.lines[1].get_xydata().tolist() for axis in figure.axes]
    assert drawn == [way.tolist() for _, way in ways]


def test_convergence_and_profile_share_a_legend(make_run: MakeRun) -> None:
    """Both panels draw all optimizers, each in the same colour."""
    runs = RunTable([make_run([1, 10], [15.0, 11.0]), make_run([2, 30], [25.0, 10.5], seed=2)])
    name = runs.optimizers[0]
    figure = curves_beside_profile("ackley, 2-D", {name: convergence(runs)}, runs.profile("dim"))
    left, right = figure.axes
    assert left.lines[0].get_color() == right.lines[0].get_color()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [name]


def test_references_are_wide_and_dotted_grey_lines_without_a_cross(make_run: MakeRun) -> None:
    """References are drawn behind the optimizers, differ from each other, and have no cross at the end."""
    runs = RunTable([make_run([1, 10], [15.0, 11.0])])
    own = runs.profile("dim")
    _, axes = new_figure()
    plot_profiles(axes[0], [*own, *(replace(own[0], optimizer=name, is_reference=True) for name in ("best", "later"))])
    lines = {str(line.get_label()): line for line in axes[0].lines}
    assert lines["best"].get_linewidth() > lines[runs.optimizers[0]].get_linewidth()
    assert lines["later"].get_linestyle() != lines["best"].get_linestyle()
    assert lines["best"].get_zorder() < lines[runs.optimizers[0]].get_zorder()
    assert sum(line.get_marker() == "x" for line in axes[0].lines) == 1


def test_drawing_leaves_matplotlib_as_it_was(make_run: MakeRun) -> None:
    """The common style does not leak into a user's own figures, and pyplot keeps no figure alive."""
    before = dict(mpl.rcParams)
    Picture(grid(make_run), "Curves fall.").svg()
    assert dict(mpl.rcParams) == before
