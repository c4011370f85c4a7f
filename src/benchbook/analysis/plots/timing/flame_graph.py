"""The flame graph of a profile: stages, and below them the functions in which samples were taken.

B. Gregg (2016), The flame graph, Communications of the ACM 59(6), https://doi.org/10.1145/2909476. Here the root is at
the top, and callers are above the functions they call.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchbook.analysis.plots.drawing.style import AMBER, BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY
from benchbook.errors import UsageError
from benchbook.profiling.tables import place, seconds
from benchbook.records.profile import Profiled, ProfiledFunction

_ROW, _TOP, _SIDE, _BOTTOM = 20, 44, 10, 30  # pixels
_FONT, _LETTER = 12, 7.25  # a letter of a monospaced font is 0.6 of its size wide
_NARROWEST = 0.6  # pixels; narrower boxes are left out
_DEEPEST = 32  # rows
_COLOURS = (BLUE, ORANGE, GREEN, AMBER, PURPLE, SKY, "#B8A900", "#7A6BB5")
_OUTSIDE = GREY
_TINTS = (0.62, 0.72)  # how much white is mixed in, in turn, so that neighbours differ
# With a class of its own, so that a picture in a page does not style the others there.
_STYLE = "".join(
    f".bb-flame {rule}"
    for rule in (
        f"text{{font:{_FONT}px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:{INK}}}",
        ".h{font:600 15px system-ui,'DejaVu Sans',sans-serif}",
        ".n{font:12px system-ui,'DejaVu Sans',sans-serif;fill:#52606D}",
        ".s{font-weight:600}",
        "rect{stroke:#fff;stroke-width:.7}",
    )
)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0


class FlameGraph:
    """A flame graph as SVG with alternative text, for notebooks.

    Attributes:
        alt: Description for readers who cannot see it.
    """

    def __init__(self, text: str, alt: str) -> None:
        """Keep picture and text."""
        self._text = text
        self.alt = alt

    def svg(self) -> str:
        """Return the picture; equal profiles give the same text."""
        return self._text

    def __repr__(self) -> str:
        """Return the alternative text."""
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.alt, "image/svg+xml": self._text}


@dataclass(slots=True)
class _Box:
    """A stage or function in the tree, with the seconds it is drawn with and the samples that were counted."""

    label: str
    told: str
    colour: str
    is_stage: bool
    seconds: float = 0.0
    samples: int = 0
    below: dict[tuple[str, object], _Box] = field(default_factory=dict)


def plot_flame_graph(found: Profiled, *, width: int = 1200) -> FlameGraph:
    """Draw a profile; widths are shares of its total time.

    The width of a stage is its duration. The functions in a stage share its own time in proportion to their samples.
    Each box shows its full name and figures under the pointer. Boxes narrower than 0.6 pixels are left out.

    Args:
        found: The profile.
        width: Width in pixels, at least 200; 760 is readable on a page of text.

    Raises:
        UsageError: The profile took no time, or the width is too small.
    """
    if width < 200:
        raise UsageError(f"width is {width}, expected at least 200 pixels")
    if found.total_s <= 0:
        raise UsageError(f"the profile {found.name!r} took no time: there is nothing to draw")
    root = _tree(found)
    boxes = list(_placed(root, float(_SIDE), 0, (width - 2 * _SIDE) / found.total_s))
    rows = 1 + max(row for _, _, _, row in boxes)
    height = _TOP + rows * _ROW + _BOTTOM
    alt = _alt(found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'class="bb-flame" role="img" aria-label="{_said(alt)}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff" stroke="none"/>',
        f'<text class="h" x="{_SIDE}" y="26">{_said(found.name)}: {seconds(found.total_s)}</text>',
        *(_drawn(box, x, width, row, found.total_s) for box, x, width, row in boxes),
        f'<text class="n" x="{_SIDE}" y="{height - 10}">{_said(_caption(found))}</text>',
        "</svg>",
    ]
    return FlameGraph("\n".join(parts) + "\n", alt)


def _tree(found: Profiled) -> _Box:
    root = _Box("all", found.name, _OUTSIDE, True, found.total_s)
    colours = _colours(found)
    boxes: dict[tuple[str, ...], _Box] = {(): root}
    for stage in found.stages:
        parent = boxes[stage.path[:-1]]
        told = f"{' / '.join(stage.path)}\n{stage.calls:,} calls"
        box = _Box(stage.name, told, colours[stage.path], True, stage.total_s)
        parent.below["stage", stage.name] = boxes[stage.path] = box
    own_s = {(): found.other_s, **{stage.path: stage.own_s for stage in found.stages}}
    sampled_s: dict[tuple[str, ...], float] = defaultdict(float)
    for stack in found.stacks:
        sampled_s[stack.stage] += stack.own_s
    for stack in found.stacks:
        scale = own_s.get(stack.stage, 0.0) / sampled_s[stack.stage] if sampled_s[stack.stage] > 0 else 0.0
        box = boxes[stack.stage]
        for frame in _told_frames(found, stack.frames):
            box = _function(box, found.functions[frame], frame)
            box.seconds += stack.own_s * scale
            box.samples += stack.samples
    return root


def _told_frames(found: Profiled, frames: Sequence[int]) -> Sequence[int]:
    """Leave out the frames of the import system: the imported modules are more informative."""
    told = [frame for frame in frames if not found.functions[frame].file.startswith("<frozen importlib")]
    return told or frames


def _function(box: _Box, function: ProfiledFunction, frame: int) -> _Box:
    if ("function", frame) not in box.below:
        told = place(function) if function.line == 0 else f"{function.name}\n{function.file}:{function.line}"
        label = function.file if function.name == "<module>" else function.name
        box.below["function", frame] = _Box(label, told, box.colour, False)
    return box.below["function", frame]


def _colours(found: Profiled) -> Mapping[tuple[str, ...], str]:
    """Return a colour for each stage, in turn."""
    return {stage.path: _COLOURS[k % len(_COLOURS)] for k, stage in enumerate(found.stages)}


def _placed(box: _Box, x: float, row: int, scale: float) -> Iterator[tuple[_Box, float, float, int]]:
    """Yield box, left edge, width and row of a box and of all boxes below it that are wide enough."""
    width = box.seconds * scale
    if width < _NARROWEST or row >= _DEEPEST:
        return
    yield box, x, width, row
    for inner in box.below.values():
        yield from _placed(inner, x, row + 1, scale)
        x += inner.seconds * scale


def _drawn(box: _Box, x: float, width: float, row: int, total_s: float) -> str:
    y = _TOP + row * _ROW
    samples = "" if box.is_stage else f"\n{box.samples:,} samples"
    told = f"{box.told}\n{box.seconds / total_s:.1%}, {seconds(box.seconds)}{samples}"
    fill = _tint(box.colour, 0.35 if box.is_stage else _TINTS[row % 2])
    room = int((width - 6) / _LETTER)
    share = f"  {box.seconds / total_s:.0%}" if box.is_stage and row and len(box.label) + 5 <= room else ""
    label = box.label if len(box.label) <= room else f"{box.label[: room - 1]}…"
    style = ' class="s"' if box.is_stage else ""
    text = f'<text{style} x="{x + 4:.2f}" y="{y + 14}">{_said(label + share)}</text>' if room >= 3 else ""
    shape = f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{_ROW - 1}" rx="2" fill="{fill}"/>'
    return f"<g><title>{_said(told)}</title>{shape}{text}</g>"


def _tint(colour: str, white: float) -> str:
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in parts)


def _caption(found: Profiled) -> str:
    sampled = (
        f"{found.samples:,} samples, one in {found.interval_s * 1e3:g} ms"
        if found.interval_s is not None
        else f"no functions: {found.missing.get('functions', 'not sampled')}"
    )
    return f"Width: share of the time. Bold: stages; below them functions, above what they call ({sampled})."


def _alt(found: Profiled) -> str:
    heaviest: Sequence[str] = [f"{b.what} {b.share:.0%}" for b in found.bottlenecks]
    most = f"; most time in {', '.join(heaviest)}" if heaviest else ""
    return f"Flame graph of {found.name}: {seconds(found.total_s)}{most}."


def _said(text: str) -> str:
    """Return a text in a form that is valid in XML."""
    return html.escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
