"""Thumbnails of specs: the first picture of an executed notebook, without the texts in its panels."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from benchbook.site.pages.dark_figures import with_dark_form
from benchbook.site.pages.narrow_figures import LINK, SVG, frame_of

_TEXTS = ("matplotlib.axis", "text", "legend")


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
    figure = root.find(f"{SVG}g[@id='figure_1']")
    panels = [] if figure is None else [g for g in figure if str(g.get("id", "")).startswith("axes_")]
    frames = [frame for panel in panels if (frame := frame_of(panel)) is not None]
    if figure is None or not frames:
        return svg.encode()
    for child in list(root):
        if child is not figure and child.tag != f"{SVG}defs":
            root.remove(child)
    for parent, child in [(figure, child) for child in figure if child not in panels] + _texts(panels):
        # Panels share definitions, which are in the first panel that needs them.
        root.extend(child.iter(f"{SVG}defs"))
        parent.remove(child)
    _share_images(root)
    x0, y0 = min(frame[0] for frame in frames), min(frame[1] for frame in frames)
    x1, y1 = max(frame[2] for frame in frames), max(frame[3] for frame in frames)
    root.set("viewBox", f"{x0:.2f} {y0:.2f} {x1 - x0:.2f} {y1 - y0:.2f}")
    root.set("width", f"{x1 - x0:.0f}")
    root.set("height", f"{y1 - y0:.0f}")
    return ElementTree.tostring(root)


def _texts(panels: list[ElementTree.Element]) -> list[tuple[ElementTree.Element, ElementTree.Element]]:
    return [(panel, g) for panel in panels for g in panel if str(g.get("id", "")).startswith(_TEXTS)]


def _share_images(root: ElementTree.Element) -> None:
    """Keep one copy of an image that several panels show, because images are most of the file size."""
    first: dict[str, str] = {}
    for image in list(root.iter(f"{SVG}image")):
        content = image.get(LINK, "")
        if content not in first:
            first[content] = f"shared-{len(first)}"
            definition = ElementTree.SubElement(root, f"{SVG}defs")
            shared = {key: value for key, value in image.attrib.items() if key != "transform"}
            ElementTree.SubElement(definition, f"{SVG}image", {**shared, "id": first[content]})
        transform = image.get("transform", "")
        image.clear()
        image.tag = f"{SVG}use"
        image.set(LINK, f"#{first[content]}")
        image.set("transform", transform)
