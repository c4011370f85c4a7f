"""Executed notebooks without what differs between two identical runs."""

from __future__ import annotations

from typing import Any

INJECTED_ID = "injected-parameters"
_VOLATILE = ("execution", "papermill")


def normalise(notebook: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """Return the notebook without times and random ids, with `record` (how it was executed) in its metadata.

    papermill gives the cell that it injects a random id, and writes times to the metadata of notebook and cells.
    """
    metadata = {key: value for key, value in notebook["metadata"].items() if key not in _VOLATILE}
    return {**notebook, "metadata": {**metadata, "benchbook": record}, "cells": [_cell(c) for c in notebook["cells"]]}


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in cell["metadata"].items() if key not in _VOLATILE}
    fixed = {**cell, "metadata": metadata}
    if "injected-parameters" in metadata.get("tags", []):
        fixed["id"] = INJECTED_ID
    return fixed
