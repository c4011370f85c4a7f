"""Where in the text of a JSON file its parts stand, so that an error can name the line."""

from __future__ import annotations

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n')


def lines_of(text: str) -> Mapping[Path, int]:
    """Return the line of each key and object of a well-formed JSON text, by the keys and numbers that lead to it.

    Examples:
        >>> dict(lines_of('{"runs": [\\n{"x": 1},\\n{}]}'))
        {(): 1, ('runs',): 1, ('runs', 0): 2, ('runs', 0, 'x'): 2, ('runs', 1): 3}
    """
    found: dict[Path, int] = {}
    path: list[str | int] = []
    line, last = 1, ""
    for token in _TOKEN.findall(text):
        if token == "\n":
            line += 1
        elif token == "{":
            found[tuple(path)] = line
            path.append("")
        elif token == "[":
            path.append(0)
        elif token in "}]":
            path.pop()
        elif token == ":":
            path[-1] = last[1:-1]
            found[tuple(path)] = line
        elif token == ",":
            place = path[-1]
            path[-1] = place + 1 if isinstance(place, int) else ""
        else:
            last = token
    return found
