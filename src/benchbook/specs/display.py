"""Tables as a notebook shows them: escaped HTML, and plain text beside it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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

    def __init__(self, headers: Sequence[str], rows: Sequence[Sequence[str | Cell]], *, css: str = "bb-table") -> None:
        """Keep headers and rows."""
        self.headers = list(headers)
        self.rows = [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in rows]
        self.css = css

    def __repr__(self) -> str:
        """Return the table in aligned plain text."""
        texts = [self.headers, *([cell.text for cell in row] for row in self.rows)]
        widths = [max(len(text) for text in column) for column in zip(*texts, strict=True)]
        lines = [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in texts
        ]
        return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])

    def html(self) -> str:
        """Return the table as HTML; every text is escaped."""
        head = "".join(f'<th style="text-align: left">{html.escape(text)}</th>' for text in self.headers)
        body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in self.rows)
        return f'<table class="{self.css}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


def _cell(cell: Cell) -> str:
    css = f' class="{html.escape(cell.css)}"' if cell.css else ""
    # JupyterLab aligns tables to the right unless a cell says otherwise.
    return f'<td{css} style="text-align: left">{html.escape(cell.text)}</td>'
