"""A narrow form for figures with panels next to one another: on a phone, the panels stand below one another.

Matplotlib groups what belongs to a panel, so that panels can be moved. Labels that only the outer panels of a grid have
are repeated where a panel comes to stand at an edge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
# Points; at 400 px a figure of this width has texts of nine pixels.
MOST = 380.0
_NEAR = 1.0
_TEXT_HEIGHT = 12.0
_HANDLE = 30.0  # of a legend, with its gap, left of the first text
_CORNERS = re.compile(r"M (\S+) (\S+)\s+L (\S+) \S+\s+L \S+ (\S+)")
_MOVED = re.compile(r"translate\((\S+) (\S+)\)")
Frame = tuple[float, float, float, float]


def frame_of(panel: ElementTree.Element) -> Frame | None:
    """Return left, top, right and bottom of a panel, from its background, which is drawn first."""
    path = panel.find(f".//{SVG}path")
    corners = _CORNERS.search("" if path is None else str(path.get("d")))
    if corners is None:
        return None
    left, bottom, right, top = (float(number) for number in corners.groups())
    return left, top, right, bottom


@lru_cache(maxsize=512)
def narrow_form(svg: str) -> str | None:
    """Return a figure with its panels in fewer columns, itself if it is narrow, None if its panels cannot be moved."""
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  # notebooks of the user's project; expat bounds expansion
    except ElementTree.ParseError:
        return None
    figure = root.find(f"{SVG}g[@id='figure_1']")
    if figure is not None and 0 < sum(_box(root)[2:3]) <= MOST:
        return svg
    grid = None if figure is None else _grid(root, figure)
    if figure is None or grid is None:
        return None
    columns = max([n for n in range(1, len(grid.lefts) + 1) if grid.right_edge(n) <= MOST], default=1)
    if columns == len(grid.lefts):
        return None
    _arrange(root, figure, grid, columns)
    return ElementTree.tostring(root, encoding="unicode")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """A panel, its frame, and its two axes."""

    group: ElementTree.Element
    frame: Frame
    axes: tuple[ElementTree.Element, ElementTree.Element]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Panels row by row, with the lefts of the columns, the size of the figure and the height of titles."""

    rows: list[list[_Panel]]
    lefts: list[float]
    width: float
    height: float
    above: float

    def right_edge(self, columns: int) -> float:
        """Return how wide a figure with only the first columns is."""
        first = self.rows[0][0].frame
        return self.lefts[columns - 1] + first[2] - first[0] + self.width - max(p.frame[2] for p in self.rows[0])


def _grid(root: ElementTree.Element, figure: ElementTree.Element) -> _Grid | None:
    box = _box(root)
    groups = [g for g in figure if str(g.get("id", "")).startswith("axes_")]
    others = [str(g.get("id", "")) for g in figure if g not in groups]
    if len(box) != 4 or not groups or not all(name.startswith(("patch_", "legend_")) for name in others):
        return None
    panels = [made for group in groups if (made := _panel(group)) is not None]
    sizes = [(p.frame[2] - p.frame[0], p.frame[3] - p.frame[1]) for p in panels]
    if len(panels) < len(groups) or not all(_equal(size, sizes[0]) for size in sizes):
        return None
    lefts, tops = _distinct(p.frame[0] for p in panels), _distinct(p.frame[1] for p in panels)
    rows = [sorted((p for p in panels if abs(p.frame[1] - top) <= _NEAR), key=lambda p: p.frame[0]) for top in tops]
    titles = [p.frame[1] - y + _TEXT_HEIGHT for p in panels for _, y in _moves(_texts(p.group))]
    return _Grid(rows=rows, lefts=lefts, width=box[2], height=box[3], above=max([0.0, *titles]))


def _box(root: ElementTree.Element) -> list[float]:
    return [float(number) for number in str(root.get("viewBox", "")).split()]


def _panel(group: ElementTree.Element) -> _Panel | None:
    frame = frame_of(group)
    axes = [g for g in group if str(g.get("id", "")).startswith("matplotlib.axis")]
    return None if frame is None or len(axes) != 2 else _Panel(group=group, frame=frame, axes=(axes[0], axes[1]))


def _arrange(root: ElementTree.Element, figure: ElementTree.Element, grid: _Grid, columns: int) -> None:
    """Move panels, repeat labels, and give the figure its new size."""
    width = grid.right_edge(columns)
    first = grid.rows[0][0].frame
    tall = first[3] - first[1]
    below = grid.height - max(p.frame[3] for row in grid.rows for p in row)
    top = first[1]
    added: list[ElementTree.Element] = []
    for row in grid.rows:
        for start in range(0, len(row), columns):
            for place, panel in enumerate(row[start : start + columns]):
                at = grid.lefts[place], top
                _move(panel.group, at[0] - panel.frame[0], at[1] - panel.frame[1])
                lowest = _below(grid, panel)
                added += _repeated(panel, lowest, 0, at)
                if place == 0:
                    added += _repeated(panel, row[0], 1, at)
            top += tall + grid.above + below
    height = top - grid.above
    for group in figure:
        if str(group.get("id", "")).startswith("legend_"):
            _fit_legend(group, grid.width, width)
    ground = figure.find(f"{SVG}g[@id='patch_1']/{SVG}path")
    if ground is not None:
        ground.set("d", f"M 0 {height:.2f} L {width:.2f} {height:.2f} L {width:.2f} 0 L 0 0 z")
    figure.extend(added)
    root.set("viewBox", f"0 0 {width:.2f} {height:.2f}")
    root.set("width", f"{width:.0f}pt")
    root.set("height", f"{height:.0f}pt")


def _repeated(panel: _Panel, source: _Panel, which: int, at: tuple[float, float]) -> Iterator[ElementTree.Element]:
    """Yield the labels of an axis that a panel lacks, from the panel at the edge that has them."""
    own, other = panel.axes[which], source.axes[which]
    if panel is source:
        return
    wanted: list[ElementTree.Element] = []
    if not any(_texts(tick) for tick in own):
        wanted += [text for tick in other for text in _texts(tick)]
    if not _texts(own):
        wanted += _texts(other)
    # from where the edge of the source is to where that of the panel has come
    left, top = source.frame[0], source.frame[1] if which else source.frame[3]
    x, y = at[0], at[1] if which else at[1] + panel.frame[3] - panel.frame[1]
    for text in wanted:
        link = {LINK: f"#{text.get('id')}", "transform": f"translate({x - left:.2f} {y - top:.2f})"}
        yield ElementTree.Element(f"{SVG}use", link)


def _below(grid: _Grid, panel: _Panel) -> _Panel:
    """Return the lowest panel of its column."""
    return [p for row in grid.rows for p in row if abs(p.frame[0] - panel.frame[0]) <= _NEAR][-1]


def _fit_legend(legend: ElementTree.Element, width: float, narrow: float) -> None:
    """Keep a legend at the right edge, smaller where it is wider than the figure."""
    own = width - min([x for x, _ in _moves(_texts(legend))], default=0.0) + _HANDLE
    scale = min(1.0, (narrow - 2 * _NEAR) / own)
    legend.set("transform", f"translate({narrow - scale * width:.2f} 0) scale({scale:.3f})")


def _move(group: ElementTree.Element, x: float, y: float) -> None:
    group.set("transform", f"translate({x:.2f} {y:.2f})")


def _texts(group: ElementTree.Element) -> list[ElementTree.Element]:
    return [g for g in group if str(g.get("id", "")).startswith("text_")]


def _moves(texts: Sequence[ElementTree.Element]) -> Iterator[tuple[float, float]]:
    """Yield where texts are put; what is deeper inside moves their letters."""
    for text in texts:
        moved = (_MOVED.match(str(element.get("transform"))) for element in text.iter())
        if (found := next(filter(None, moved), None)) is not None:
            yield float(found[1]), float(found[2])


def _equal(size: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(size[0] - other[0]) <= _NEAR and abs(size[1] - other[1]) <= _NEAR


def _distinct(values: Iterator[float]) -> list[float]:
    """Return values in ascending order, those that are nearly equal once."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found
