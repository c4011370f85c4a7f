"""A dark form for figures: matplotlib writes fixed colours into its SVG, which a style sheet in the file replaces.

The style sheet holds where the page that shows the image is dark. A browser that does not tell an image so shows the
light form, which has its own ground and stays readable.
"""

from __future__ import annotations

import re

from benchbook.analysis.plots.drawing.style import AMBER, BLUE, GREEN, GREY, GRID, INK, ORANGE, PURPLE, SKY

# grounds, lines and texts first, then the colours of optimizers, as the charts of the pages have them
DARK = {
    "#ffffff": "#131416",
    "#000000": "#eef1f5",
    GRID: "#33383f",
    "#9aa5b1": "#6b7380",
    "#52606d": "#aab2bd",
    INK: "#eef1f5",
    GREY: "#9aa3af",
    "#f7f8fa": "#1b1e23",
    "#e8eef4": "#262b33",
    BLUE: "#4aa8e0",
    ORANGE: "#ff8b45",
    GREEN: "#35c99b",
    PURPLE: "#e59bc5",
    SKY: "#8fd0f5",
    AMBER: "#f2b632",
}
_OPENING = re.compile(r"<svg\b[^>]*>")


def with_dark_form(svg: str) -> str:
    """Return a figure of matplotlib with a dark form; any other drawing with a white ground, as it may need one."""
    if "figure_1" not in svg:
        return _with_style(svg, "svg{background:#fff}")
    rules = "".join(
        f'[style*="{kind}: {light.lower()}"]{{{kind}:{dark}!important}}'
        for light, dark in DARK.items()
        for kind in ("fill", "stroke")
        if f"{kind}: {light.lower()}" in svg
    )
    # what has no colour of its own is black
    return _with_style(svg, f"@media (prefers-color-scheme:dark){{svg{{fill:#eef1f5}}{rules}}}")


def _with_style(svg: str, rules: str) -> str:
    return _OPENING.sub(lambda found: f"{found[0]}<style>{rules}</style>", svg, count=1)
