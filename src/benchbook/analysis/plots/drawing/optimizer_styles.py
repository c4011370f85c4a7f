"""Colour, line style and marker of each optimizer, the same in all figures."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Any

from benchbook.analysis.plots.drawing.style import AMBER, BLUE, CONTROL_STYLE, GREEN, INK, ORANGE, PURPLE, SKY

_COLORS = (BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, INK)
_LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)), (0, (9, 1.5)))
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_SLOTS = len(_COLORS) * len(_LINES)
# Common optimizers have different colours.
_KNOWN = {
    "manta_ray_foraging": 0,
    "differential_evolution": 1,
    "particle_swarm": 2,
    "grey_wolf": 3,
    "whale": 4,
    "simulated_annealing": 5,
    "cma_es": 6,
}
_CONTROL = "random_search"


def optimizer_styles(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the line style of each optimizer, by label.

    An optimizer's name determines its style. If two in a figure would have the same style, the alphabetically later one
    takes the next free style; after 35 optimizers, styles repeat.

    Examples:
        >>> a = optimizer_styles(["manta_ray_foraging", "whale"])["whale"]
        >>> a == optimizer_styles(["whale", "random_search"])["whale"]
        True
    """
    names = list(dict.fromkeys(names))
    taken: set[int] = set()
    made: dict[str, dict[str, Any]] = {}
    for name in sorted(names, key=lambda item: (item not in _KNOWN, item)):
        if name == _CONTROL:
            made[name] = {**CONTROL_STYLE, "marker": "x"}
            continue
        slot = _KNOWN.get(name, zlib.crc32(name.encode()) % _SLOTS)
        while slot in taken and len(taken) < _SLOTS:
            slot = (slot + 1) % _SLOTS
        taken.add(slot)
        color = slot % len(_COLORS)
        made[name] = {
            "color": _COLORS[color],
            "linestyle": _LINES[(color + slot // len(_COLORS)) % len(_LINES)],
            "linewidth": 2.0,
            "marker": _MARKERS[color],
        }
    return {name: made[name] for name in names}


def line_only(style: dict[str, Any]) -> dict[str, Any]:
    """Return a style without its marker."""
    return {key: value for key, value in style.items() if key != "marker"}
