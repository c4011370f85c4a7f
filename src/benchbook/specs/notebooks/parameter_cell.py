"""The parameters cell of a notebook: plain assignments, equal to the quick set."""

from __future__ import annotations

import ast
import json
from typing import Any

from benchbook.typing import JsonObject


def parameter_source(params: JsonObject) -> str:
    """Return the source of a parameters cell.

    Examples:
        >>> print(parameter_source({"preset": "quick", "target": 1e-08, "dims": [2]}))
        preset = "quick"
        target = 1.0e-8
        dims = [2]
    """
    return "\n".join(f"{name} = {_literal(value)}" for name, value in params.items())


def assigned(source: str) -> dict[str, Any] | None:
    """Return what a parameters cell assigns; None where it is more than a list of plain assignments.

    Examples:
        >>> assigned("seeds = 5"), assigned("seeds = len([])")
        ({'seeds': 5}, None)
    """
    try:
        return {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(source).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
    except (SyntaxError, ValueError):
        return None


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        # an item a line, as the formatter leaves it
        items = "".join(f"    {json.dumps(key)}: {_literal(item)},\n" for key, item in value.items())
        return f"{{\n{items}}}" if items else "{}"
    if isinstance(value, float) and "e" in repr(value):
        mantissa, exponent = repr(value).split("e")
        return f"{float(mantissa)}e{int(exponent)}"
    return json.dumps(value) if isinstance(value, str | list) else repr(value)
