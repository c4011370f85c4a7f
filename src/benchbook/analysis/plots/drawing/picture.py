"""A figure for notebooks: deterministic SVG with alternative text."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchbook.analysis.plots.drawing.style import RC
from benchbook.errors import UsageError


class Picture:
    """A figure with its alternative text.

    Attributes:
        figure: The matplotlib figure.
        alt: Description for readers who cannot see it; becomes the alt text on the site.
    """

    def __init__(self, figure: Figure, alt: str) -> None:
        """Keep figure and text.

        Raises:
            UsageError: The text is empty.
        """
        if not alt.strip():
            raise UsageError("alt is empty, expected a sentence that says what the figure shows")
        self.figure = figure
        self.alt = " ".join(alt.split())
        self._svg: str | None = None

    def svg(self) -> str:
        """Return the figure as SVG; equal figures give the same text."""
        if self._svg is None:
            # Drawn once, because a second layout may differ in the last digits.
            buffer = io.StringIO()
            with mpl.rc_context(RC):
                self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Title": self.alt})
            self._svg = buffer.getvalue()
        return self._svg

    def __repr__(self) -> str:
        """Return the alternative text."""
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.alt, "image/svg+xml": self.svg()}
