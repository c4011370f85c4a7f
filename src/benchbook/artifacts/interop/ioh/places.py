"""The lines of the parts of a JSON file, for error messages."""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n')


def lines_of(text: str) -> Mapping[Path, int]:
    r"""Return the line of each key and object in a well-formed JSON text, by its path of keys and numbers.

    Examples:
        >>> dict(lines_of('{"runs": [\n{"x": 1},\n{}]}'))
        {(): 1, ('runs',): 1, ('runs', 0): 2, ('runs', 0, 'x'): 2, ('runs', 1): 3}
    """
    found: dict[Path, int] = {}
    path: list[str | int] = []
    line, last = 1, ""
    for piece in _TOKEN.findall(text):
        if piece == "\n":
            line += 1
        elif piece == "{":
            found[tuple(path)] = line
            path.append("")
        elif piece == "[":
            path.append(0)
        elif piece in "}]":
            path.pop()
        elif piece == ":":
            path[-1] = last[1:-1]
            found[tuple(path)] = line
        elif piece == ",":
            place = path[-1]
            path[-1] = place + 1 if isinstance(place, int) else ""
        else:
            last = piece
    return found
