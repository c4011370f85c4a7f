from __future__ import annotations

import matplotlib.pyplot as plt

from benchbook.analysis.plots import Picture
from benchbook.analysis.plots.drawing.style import INK
from benchbook.site.pages.dark_figures import DARK, with_dark_form


def test_a_figure_gets_dark_colours_for_those_it_has() -> None:
    """Ground and ink are exchanged, and colours that the figure does not use are not in its style sheet."""
    figure, axes = plt.subplots()
    axes.plot([0, 1], color="#0072B2")
    axes.set_title("title", color=INK)
    dark = with_dark_form(Picture(figure, "a line").svg())
    assert "@media (prefers-color-scheme:dark)" in dark
    assert '[style*="fill: #ffffff"]{fill:#131416!important}' in dark
    assert f'[style*="stroke: #0072b2"]{{stroke:{DARK["#0072B2"]}!important}}' in dark
    assert "#cc79a7" not in dark
    plt.close(figure)


def test_another_drawing_keeps_its_colours_on_a_white_ground() -> None:
    """A drawing whose colours are unknown keeps a white ground."""
    assert with_dark_form('<svg width="1"><path/></svg>') == (
        '<svg width="1"><style>svg{background:#fff}</style><path/></svg>'
    )
