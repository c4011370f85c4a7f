"""Columns of numbers in tables: they are aligned at the right, so that digits of one place stand below one another."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

_TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[hd])\b([^>]*)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_QUANTITY = r"[<≤≥±+-]?\s?\d[\d,]*(\.\d+)?(e[+-]?\d+)?"
_NUMBER = re.compile(rf"{_QUANTITY}(\s?(%|s|ms|µs|MB|MiB))?(\s(of|to|/)\s{_QUANTITY})?(\s\(\d+/\d+\))?")
_NONE = {"", "missing", "–", "∞", "inf", "nan", "n/a"}


def is_number(text: str) -> bool:
    """Whether a text is a number, with a sign and a unit at most, or a count out of another.

    Examples:
        >>> [is_number(text) for text in ("1,234", "0.5 %", "3 of 12", "2 and more", "f1")]
        [True, True, True, False, False]
    """
    return _NUMBER.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-")) is not None


def number_columns(rows: Sequence[Sequence[str]]) -> set[int]:
    """Return the positions of the columns that hold numbers, or signs that there is none, and nothing else.

    Examples:
        >>> sorted(number_columns([["a", "1", "–"], ["b", "missing", "–"]]))
        [1]
    """
    columns = list(zip(*rows, strict=True)) if len({len(row) for row in rows}) == 1 else []
    return {
        place
        for place, column in enumerate(columns)
        if any(map(is_number, column)) and all(is_number(text) or text.strip() in _NONE for text in column)
    }


def numbers_right(markup: str) -> str:
    """Return HTML in which the columns of numbers of every table are aligned at the right."""
    return _TABLE.sub(lambda found: _aligned(found[0]), markup)


def _aligned(table: str) -> str:
    rows = [_CELL.findall(row) for row in _ROW.findall(table)]
    body = [[html.unescape(_TAG.sub("", text)) for _, _, text in row] for row in rows if row and row[0][0] == "td"]
    columns = number_columns(body)
    if not columns:
        return table

    def row_of(found: re.Match[str]) -> str:
        place = -1

        def cell_of(cell: re.Match[str]) -> str:
            nonlocal place
            place += 1
            return _right(cell) if place in columns else cell[0]

        return _CELL.sub(cell_of, found[0])

    return _ROW.sub(row_of, table)


def _right(cell: re.Match[str]) -> str:
    name, attributes, text = cell.groups()
    attributes = attributes.replace("text-align: left", "text-align: right")
    classes = re.search(r'class="([^"]*)"', attributes)
    if classes:
        attributes = attributes.replace(classes[0], f'class="{classes[1]} bb-number"')
    else:
        attributes += ' class="bb-number"'
    return f"<{name}{attributes}>{text}</{name}>"
