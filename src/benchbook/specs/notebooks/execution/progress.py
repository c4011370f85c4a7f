"""What is shown about the current cell of a running notebook."""

from __future__ import annotations

import ast
from typing import Any


def narrate(notebook: dict[str, Any]) -> dict[str, str]:
    """Return a text for each cell with an id: the claims that it makes, or else its heading.

    Examples:
        >>> heading = {"id": "then-text", "cell_type": "markdown", "source": "## Then"}
        >>> claim = {"id": "claims", "cell_type": "code", "source": "spec.claim('fast', 'It is fast.', 1, '<', 2)"}
        >>> narrate({"cells": [heading, claim]})
        {'then-text': 'Then', 'claims': 'Then: It is fast.'}
    """
    texts, heading = {}, ""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = next((line.lstrip("# ") for line in source.splitlines() if line.startswith("#")), heading)
        claims = _claims(source) if cell["cell_type"] == "code" else []
        texts[str(cell.get("id", ""))] = ": ".join(part for part in (heading, " ".join(claims)) if part)
    return texts


def _claims(source: str) -> list[str]:
    """Return the sentences that a cell claims, as far as they are literals."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:  # the kernel will report it
        return []
    found = []
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name == "claim" and len(call.args) > 1:
            text = call.args[1]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found.append(text.value)
    return found
