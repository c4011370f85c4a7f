"""Thumbnails of specs: the first picture of an executed notebook, without the texts in its panels."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from benchbook.site.pages.dark_figures import with_dark_form

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_CORNERS = re.compile(r"M (\S+) (\S+)\s+L (\S+) \S+\s+L \S+ (\S+)")
_TEXTS = ("matplotlib.axis", "text", "legend")
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A picture as a file: its suffix, content and alternative text."""

    suffix: str
    content: bytes
    alt: str


def thumbnail(notebook: dict[str, Any] | None) -> Thumbnail | None:
    """Return the thumbnail of an executed notebook; None if it has no picture."""
    for cell in (notebook or {}).get("cells", []):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            alt = " ".join("".join(data.get("text/plain", "")).split())
            if "image/svg+xml" in data:
                return Thumbnail(suffix=".svg", content=_panels(data["image/svg+xml"]), alt=alt)
            if "image/png" in data:
                return Thumbnail(suffix=".png", content=base64.b64decode("".join(data["image/png"])), alt=alt)
    return None


def _panels(svg: str | list[str]) -> bytes:
    return with_dark_form(panels_only("".join(svg)).decode()).encode()


def panels_only(svg: str) -> bytes:
    """Return a matplotlib figure without texts that are too small to read; other pictures are unchanged."""
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  # notebooks of the user's project; expat bounds expansion
    except ElementTree.ParseError:
        return svg.encode()
    figure = root.find(f"{_SVG}g[@id='figure_1']")
    panels = [] if figure is None else [g for g in figure if str(g.get("id", "")).startswith("axes_")]
    frames = [frame for panel in panels if (frame := _frame(panel)) is not None]
    if figure is None or not frames:
        return svg.encode()
    for child in list(root):
        if child is not figure and child.tag != f"{_SVG}defs":
            root.remove(child)
    for parent, child in [(figure, child) for child in figure if child not in panels] + _texts(panels):
        # Panels share definitions, which are in the first panel that needs them.
        root.extend(child.iter(f"{_SVG}defs"))
        parent.remove(child)
    _share_images(root)
    x0, y0 = min(frame[0] for frame in frames), min(frame[1] for frame in frames)
    x1, y1 = max(frame[2] for frame in frames), max(frame[3] for frame in frames)
    root.set("viewBox", f"{x0:.2f} {y0:.2f} {x1 - x0:.2f} {y1 - y0:.2f}")
    root.set("width", f"{x1 - x0:.0f}")
    root.set("height", f"{y1 - y0:.0f}")
    return ElementTree.tostring(root)


def _frame(panel: ElementTree.Element) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of a panel, from its background, which is drawn first."""
    path = panel.find(f".//{_SVG}path")
    corners = _CORNERS.search("" if path is None else str(path.get("d")))
    if corners is None:
        return None
    left, bottom, right, top = (float(number) for number in corners.groups())
    return left, top, right, bottom


def _texts(panels: list[ElementTree.Element]) -> list[tuple[ElementTree.Element, ElementTree.Element]]:
    return [(panel, g) for panel in panels for g in panel if str(g.get("id", "")).startswith(_TEXTS)]


def _share_images(root: ElementTree.Element) -> None:
    """Keep one copy of an image that several panels show, because images are most of the file size."""
    first: dict[str, str] = {}
    for image in list(root.iter(f"{_SVG}image")):
        content = image.get(_LINK, "")
        if content not in first:
            first[content] = f"shared-{len(first)}"
            definition = ElementTree.SubElement(root, f"{_SVG}defs")
            shared = {key: value for key, value in image.attrib.items() if key != "transform"}
            ElementTree.SubElement(definition, f"{_SVG}image", {**shared, "id": first[content]})
        transform = image.get("transform", "")
        image.clear()
        image.tag = f"{_SVG}use"
        image.set(_LINK, f"#{first[content]}")
        image.set("transform", transform)
