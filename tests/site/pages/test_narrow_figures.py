from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from benchbook.analysis.plots import Picture, new_figure
from benchbook.analysis.plots.drawing.panels import panel_grid
from benchbook.site.pages.narrow_figures import LINK, MOST, SVG, narrow_form
from benchbook.site.pages.spec_page import figure_files, spec_page
from benchbook.site.pages.spec_views import SpecView


def drawn(figure: Any) -> str:
    """Return a figure as it is in specs."""
    return Picture(figure, "A figure.").svg()


@pytest.fixture(scope="module")
def wide() -> str:
    """Return six panels in three columns, of which only the outer ones have labels."""
    titles = [f"panel {k}" for k in range(6)]
    figure, axes = panel_grid(titles, columns=3, size=(3.0, 2.2), margin=(0.5, 0.6), x="x", y="y", sharey=True)
    for axis in axes:
        axis.plot([1, 2], [3, 4], label="a line")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper right")
    return drawn(figure)


def parsed(svg: str | None) -> ElementTree.Element:
    """Return a drawing as elements."""
    return ElementTree.fromstring(svg or "")  # noqa: S314  # drawn by this test


def numbers(text: str | None) -> list[float]:
    """Return the numbers in an attribute."""
    return [float(number) for number in re.findall(r"-?[0-9.]+", text or "")]


def test_panels_stand_below_one_another_and_none_is_lost(wide: str) -> None:
    """The figure is as narrow as a page on a phone, and no panel covers another or leaves it."""
    narrow = parsed(narrow_form(wide))
    _, _, width, height = numbers(narrow.get("viewBox"))
    assert width <= MOST
    assert height > numbers(parsed(wide).get("viewBox"))[3]
    panels = [g for g in narrow.iter(f"{SVG}g") if str(g.get("id")).startswith("axes_")]
    corners = []
    for panel in panels:
        path = next(panel.iter(f"{SVG}path"))
        right, left = (numbers(path.get("d"))[k] for k in (2, 0))
        bottom, top = (numbers(path.get("d"))[k] for k in (1, 5))
        x, y = numbers(panel.get("transform"))
        assert 0 <= left + x < right + x <= width
        corners.append((top + y, bottom + y))
    assert len(corners) == 6
    corners.sort()
    assert all(before[1] < after[0] for before, after in pairwise(corners))
    assert corners[-1][1] < height


def test_labels_are_repeated_where_a_panel_lacks_them(wide: str) -> None:
    """Every panel has the tick labels of both axes, once: its own or those of the panel at the edge."""
    before, after = (parsed(text) for text in (wide, narrow_form(wide)))
    texts = {g.get("id") for g in before.iter(f"{SVG}g") if str(g.get("id")).startswith("text_")}
    added = [u.get(LINK, "").removeprefix("#") for u in after.iter(f"{SVG}use")]
    repeated = [name for name in added if name in texts]
    axes = [g for g in before.iter(f"{SVG}g") if str(g.get("id")).startswith("matplotlib.axis")]
    labels = [sum(str(g.get("id")).startswith("text_") for g in axis.iter(f"{SVG}g")) for axis in axes]
    across, up = labels[0::2], labels[1::2]
    # horizontal axes of the upper row, and vertical ones of the second and third column, have no labels
    assert (across[:3], up[1:3], up[4:]) == ([0, 0, 0], [0, 0], [0, 0])
    assert len(repeated) == sum(across[3:]) + 2 * up[0] + 2 * up[3]


def test_what_cannot_be_stacked_stays_as_it_is() -> None:
    """A narrow figure is its own narrow form; panels of unequal sizes, other drawings and no drawings have none."""
    small = drawn(new_figure(width=4.0)[0])
    assert narrow_form(small) == small
    unequal = new_figure(1, 2, width=9.0, gridspec_kw={"width_ratios": [3, 1]})[0]
    assert narrow_form(drawn(unequal)) is None
    assert narrow_form('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 10"></svg>') is None
    assert narrow_form("no drawing") is None


def test_a_page_offers_the_narrow_form_to_narrow_screens(wide: str) -> None:
    """Both forms are files that the page names, with the picture's text."""
    output = {"output_type": "display_data", "metadata": {}, "data": {"image/svg+xml": wide, "text/plain": 'A "text".'}}
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "outputs": [output]}
    view = SpecView(name="a", title="A", outcome=None, trouble=None, executed={"cells": [cell]})
    files = figure_files(view)
    page = spec_page(view).decode()
    assert len(files) == 2
    for name, content in files.items():
        assert f"../_static/{name}" in page
        assert b"prefers-color-scheme:dark" in content
    assert "A &quot;text&quot;." in page
    assert "image/svg+xml" not in page
