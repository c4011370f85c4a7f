"""Sphinx extension: docstrings are prose with `code` in backticks; what would be other markup is escaped."""

from __future__ import annotations

import re
from typing import Any

_CODE = re.compile(r"(`+[^`]+`+)")
_MARKUP = re.compile(r"(?<!\\)([*|]|(?<=\w)_(?!\w))")


def setup(app: Any) -> dict[str, bool]:
    """Look at each docstring before napoleon does."""
    app.connect("autodoc-process-docstring", _escape, priority=1)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _escape(_app: Any, _what: str, _name: str, _thing: Any, _options: Any, lines: list[str]) -> None:
    lines[:] = escaped(lines)


def escaped(lines: list[str]) -> list[str]:
    """Return the lines with markup escaped, outside of code and of doctests, which end at an empty line."""
    made, in_doctest = [], False
    for line in lines:
        in_doctest = bool(line.strip()) and (in_doctest or line.lstrip().startswith(">>>"))
        made.append(line if in_doctest else _prose(line))
    return made


def _prose(line: str) -> str:
    # Signatures like `**params:` in Args are napoleon's.
    if re.match(r"\s+\*{1,2}\w+:", line):
        return line
    pieces = _CODE.split(line)
    return "".join(piece if k % 2 else _MARKUP.sub(r"\\\1", piece) for k, piece in enumerate(pieces))
