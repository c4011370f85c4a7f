"""Thumbnails, landscapes, and what is cached between builds."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread
from site_project import NAMES, NOT_RUN

from benchbook.analysis.plots import Picture, new_figure
from benchbook.problems import describe, names
from benchbook.site.cache import cached, runs_made_of
from benchbook.site.pages.galleries.gallery import _FAMILIES, problem_cards, spec_cards
from benchbook.site.pages.galleries.landscapes import landscape_name, landscapes
from benchbook.site.pages.galleries.thumbnails import Thumbnail, panels_only, thumbnail
from benchbook.site.pages.home import specs_table
from benchbook.site.pages.spec_views import spec_views

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def notebook(**data: str) -> dict[str, object]:
    """Return a notebook with this output."""
    return {"cells": [{"cell_type": "markdown"}, {"outputs": [{"data": data}]}]}


def test_a_figure_is_reduced_to_its_panels() -> None:
    """Text is removed, the view is that of the panels, and an image that all panels share is included once."""
    figure, axes = new_figure(1, 3, width=9.0, height=3.0)
    for axis in axes:
        axis.imshow([[1.0, 2.0], [3.0, 4.0]])
        axis.scatter([0, 1], [0, 1])
        axis.set_title("too small to read")
    svg = Picture(figure, "x").svg()
    made = panels_only(svg)
    root = ElementTree.fromstring(made)  # noqa: S314  # our own
    ids = [str(element.get("id", "")) for element in root.iter()]
    assert [name for name in ids if name.startswith(("text_", "legend", "matplotlib"))] == []
    assert len([name for name in ids if name.startswith("axes_")]) == 3
    assert made.count(b"data:image/png") == 1
    assert made.count(b"shared-0") == 4
    x, y, width, height = map(float, root.attrib["viewBox"].split())
    assert min(x, y) > 0
    assert width > 2.5 * height
    links = {value.removeprefix("#") for e in root.iter() for key, value in e.items() if key.endswith("href")}
    assert {link for link in links if not link.startswith("data:")} <= set(ids)


@pytest.mark.parametrize("inside", ["<svg/>", "no xml <", f"<svg {NAMESPACE}><g id='figure_1'/></svg>"])
def test_what_is_not_a_figure_stays_as_it_is(inside: str) -> None:
    """A picture made by another library is shown completely."""
    assert panels_only(inside) == inside.encode()


def test_the_first_picture_of_a_notebook_is_its_thumbnail() -> None:
    """A thumbnail comes with its text and may be a bitmap; without pictures, or a notebook, there is none."""
    made = thumbnail(notebook(**{"image/png": PIXEL, "text/plain": "one\n  pixel"}))
    assert made == Thumbnail(suffix=".png", content=base64.b64decode(PIXEL), alt="one pixel")
    assert thumbnail(notebook(**{"text/plain": "4"})) is None
    assert thumbnail(None) is None


def test_cards_show_verdict_and_picture_or_say_how_to_get_them(project: Path) -> None:
    """A spec that was not run shows a command instead of a link."""
    views = spec_views(project / "notebooks", project / "artifacts" / "specs")
    picture = Thumbnail(suffix=".svg", content=b"", alt='a "picture" <b>')
    page = spec_cards(views, {NAMES[0]: picture}, base="specs/", static="_static/")
    assert f'src="_static/thumbnails/{NAMES[0]}.svg" alt="a &quot;picture&quot; &lt;b&gt;"' in page
    assert page.count("no picture") == 1
    assert f"benchbook spec run {NOT_RUN}" in page
    assert f'href="specs/{NOT_RUN}.html"' not in page
    assert "no spec notebook" in spec_cards([], {}, base="", static="")


def test_specs_whose_library_is_missing_share_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such specs have no cards or rows; a line below the cards has the command that installs the library."""
    (project / "notebooks" / f"{NOT_RUN}.ipynb").rename(project / "notebooks" / "pymoo-GA.ipynb")
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.available", lambda which: False)
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.find_spec", lambda module: None)
    views = spec_views(project / "notebooks", project / "artifacts" / "specs")
    cards, rows = spec_cards(views, {}, base="", static=""), specs_table(views, base="")
    assert "not run yet" not in cards + rows
    assert "pymoo-GA" not in rows
    assert cards.count("pymoo-GA") == 1
    assert "benchbook[adapters]" in cards


def test_every_function_has_a_card_and_a_landscape(tmp_path: Path) -> None:
    """Landscapes are drawn once and then cached; the darkest place is the optimum."""
    first = landscapes(tmp_path)
    assert set(first) == {landscape_name(name) for name in names()}
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert landscapes(tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    sphere = imread(io.BytesIO(first[landscape_name("sphere")]), format="png")
    assert sphere[96, 96].sum() < sphere[2, 2].sum()
    page = problem_cards()
    assert all(f'id="{name}"' in page for name in names())
    headings = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert headings == [_FAMILIES[family] for family in dict.fromkeys(describe(name).family for name in names())]


def test_what_was_made_of_the_same_is_not_made_again(tmp_path: Path) -> None:
    """A change makes the picture again, and so does damage."""
    made: list[int] = []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [cached(tmp_path, "thing", ["a"], make) for _ in range(2)] == [0, 0]
    assert cached(tmp_path, "thing", ["b"], make) == 1
    for damage in ("{", "[]", json.dumps({"digest": 1})):
        (tmp_path / "thing.json").write_text(damage)
        cached(tmp_path, "thing", ["b"], make)
    assert made == [0, 1, 2, 3, 4]


def test_runs_are_distinguished_by_their_shards(tmp_path: Path) -> None:
    """A shard that grew, or an additional one, is another state; temporary files are ignored."""
    shards = tmp_path / "spec" / "runs" / "shards"
    shards.mkdir(parents=True)
    folders = [shards.parent]
    (shards / "a").write_text("1")
    before = list(runs_made_of(folders))
    (shards / ".a.tmp").write_text("1")
    assert list(runs_made_of(folders)) == before
    (shards / "a").write_text("12")
    assert list(runs_made_of(folders)) != before
