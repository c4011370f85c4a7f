"""The parameters cell of a notebook: plain assignments with the values of the quick set."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from benchbook.params.load import load, preset_name
from benchbook.typing import JsonObject

_COLLECTS = re.compile(r"\bbb\.parameters\(")


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
    """Return what a parameters cell assigns; None if it is more than a list of plain assignments.

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


def collects(sources: Iterable[str]) -> bool:
    """Return whether code takes its parameters from `bb.parameters`, and so need not name each of them.

    Examples:
        >>> collects(["spec = bb.spec('whale', **bb.parameters(globals()))"]), collects(["spec = bb.spec('whale')"])
        (True, False)
    """
    return any(_COLLECTS.search(source) is not None for source in sources)


def needed(params: JsonObject, cell: Collection[str]) -> JsonObject:
    """Return the parameters that have to be put into a notebook, so that `bb.parameters` gives all of them.

    Args:
        params: The effective parameters.
        cell: The names that the notebook's own cell assigns.

    Returns:
        The preset, what the cell assigns, and what differs from the preset. What the preset has and the parameters
        have not is None, which means the same as its absence.

    Examples:
        >>> needed({**load("quick"), "seeds": 3}, ["preset"])
        {'preset': 'quick', 'seeds': 3}
        >>> list(needed({"preset": "mine", "seeds": 3}, ["preset"]))
        ['preset', 'seeds']
    """
    preset = preset_name(str(params.get("preset", "")))
    known = {} if preset is None else load(preset)
    given = {key: value for key, value in params.items() if key in cell or key not in known or known[key] != value}
    absent = dict.fromkeys(key for key in known if key not in params)
    return {**({"preset": params["preset"]} if "preset" in params else {}), **given, **absent}


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        # an item a line, as the formatter leaves it
        items = "".join(f"    {json.dumps(key)}: {_literal(item)},\n" for key, item in value.items())
        return f"{{\n{items}}}" if items else "{}"
    if isinstance(value, float) and "e" in repr(value):
        mantissa, exponent = repr(value).split("e")
        return f"{float(mantissa)}e{int(exponent)}"
    return json.dumps(value) if isinstance(value, str | list) else repr(value)
