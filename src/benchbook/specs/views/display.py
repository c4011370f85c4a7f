"""Tables and pictures for notebooks: escaped HTML with a plain-text version, and a caption below."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from benchbook.analysis.plots import Picture

_BREAKABLE = re.compile(r"(_|(?<=\w):(?=\w))")  # within a name


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell with a CSS class, such as a verdict's."""

    text: str
    css: str = ""


class Table:
    """A table of texts.

    Examples:
        >>> print(Table(["setting", "value"], [["population", "50"]]))
        setting     value
        ----------  -----
        population  50
    """

    def __init__(
        self,
        headers: Sequence[str],
        rows: Sequence[Sequence[str | Cell]],
        *,
        css: str = "bb-table",
        caption: str = "",
    ) -> None:
        """Keep headers, rows and caption; `below` can be set to a second table, which is shown with this one."""
        self.headers = list(headers)
        self.rows = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
        self.css = css
        self.caption = caption
        self.below: Table | None = None

    def __repr__(self) -> str:
        """Return the table in aligned plain text."""
        texts = [self.headers, *([cell.text for cell in row] for row in self.rows)]
        widths = [max(len(text) for text in column) for column in zip(*texts, strict=True)]
        lines = [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in texts
        ]
        table = "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
        return "\n\n".join([table, *filter(None, [self.caption, repr(self.below) if self.below else ""])])

    def html(self) -> str:
        """Return the table as HTML; every text is escaped."""
        head = "".join(f'<th style="text-align: left">{html.escape(text)}</th>' for text in self.headers)
        body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in self.rows)
        table = f'<table class="{self.css}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        below = self.below.html() if self.below else ""
        return table + (caption_html(self.caption) if self.caption else "") + below

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


class Captioned(Picture):
    """A picture with a caption, which a notebook shows below it.

    Attributes:
        caption: What the figure is; the alternative text describes what it shows.
    """

    def __init__(self, figure: Figure, alt: str, caption: str) -> None:
        """Keep figure, alternative text and caption."""
        super().__init__(figure, alt)
        self.caption = caption

    def _ipython_display_(self) -> None:
        """Show picture and caption as separate outputs of the cell."""
        from IPython.core.display_functions import publish_display_data

        below = {"text/plain": self.caption, "text/html": caption_html(self.caption)}
        publish_display_data(self._repr_mimebundle_())  # type: ignore[no-untyped-call]  # IPython has few types
        publish_display_data(below)  # type: ignore[no-untyped-call]


class Note:
    """A sentence in place of a table or picture that cannot be made.

    Examples:
        >>> Note("Nothing was measured.")
        Nothing was measured.
    """

    def __init__(self, text: str) -> None:
        """Keep the sentence."""
        self.text = text

    def __repr__(self) -> str:
        """Return the sentence."""
        return self.text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text, "text/html": f'<p class="bb-note">{html.escape(self.text)}</p>'}


def caption_html(text: str) -> str:
    """Return a caption as HTML.

    Examples:
        >>> caption_html("a < b")
        '<p class="bb-caption" style="font-size: 0.9em">a &lt; b</p>'
    """
    return f'<p class="bb-caption" style="font-size: 0.9em">{html.escape(text)}</p>'


def _cell(cell: Cell) -> str:
    css = f' class="{html.escape(cell.css)}"' if cell.css else ""
    # JupyterLab aligns tables to the right unless a cell says otherwise; long names may break on narrow pages.
    text = _BREAKABLE.sub(r"\1<wbr>", html.escape(cell.text))
    return f'<td{css} style="text-align: left">{text}</td>'
