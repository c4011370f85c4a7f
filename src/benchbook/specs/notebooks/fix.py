"""Automatic fixes: parameters, tags, counts, outputs, ids of cells, metadata."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from benchbook.files import write_atomic
from benchbook.specs.notebooks.discover import PARAMETERS_TAG, notebook_text, read_notebook, tags
from benchbook.specs.notebooks.parameter_cell import assigned, collects, parameter_source
from benchbook.specs.notebooks.rules import (
    CONTRACT_TAGS,
    IGNORE_TAG,
    JUDGED,
    METADATA,
    code_cells,
    is_word,
    source_of,
)
from benchbook.typing import JsonObject

_CALLED = re.compile(r"\.([a-z_]+)\(")


def fix_notebook(path: Path, quick: JsonObject) -> bool:
    """Apply automatic fixes, and return whether the notebook changed; a complete one is not written."""
    notebook = read_notebook(path)
    before = copy.deepcopy(notebook)
    notebook["metadata"] = _metadata(notebook.get("metadata", {}))
    _name_cells(notebook["cells"])
    shortened = collects(source_of(cell) for cell in code_cells(notebook))
    for cell in code_cells(notebook):
        if PARAMETERS_TAG in tags(cell):
            _set_parameters(cell, quick, shortened=shortened)
        _tag(cell)
    if notebook == before:
        return False
    write_atomic(path, notebook_text(notebook).encode())
    return True


def _metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {k: v for k, v in value.items() if k in METADATA[key]}
        for key, value in metadata.items()
        if key in METADATA
    }


def _set_parameters(cell: dict[str, Any], quick: JsonObject, *, shortened: bool) -> None:
    """Give a parameters cell the values of the quick set: all, or those that it assigns."""
    values = assigned(source_of(cell))
    wanted = {key: quick[key] for key in quick if key == "preset" or key in (values or ())} if shortened else quick
    if values != wanted:
        cell["source"] = parameter_source(wanted)


def _tag(cell: dict[str, Any]) -> None:
    """Give a code cell the tags of nbval, and strip it where it holds no contract."""
    metadata = cell.setdefault("metadata", {})
    has = tags(cell)
    if JUDGED.search(source_of(cell)) or set(CONTRACT_TAGS) & set(has):
        if not set(CONTRACT_TAGS) <= set(has) or IGNORE_TAG in has:
            metadata["tags"] = [*(tag for tag in has if tag not in (*CONTRACT_TAGS, IGNORE_TAG)), *CONTRACT_TAGS]
        return
    if IGNORE_TAG not in has:
        metadata["tags"] = [*has, IGNORE_TAG]
    cell["outputs"], cell["execution_count"] = [], None


def _name_cells(cells: list[dict[str, Any]]) -> None:
    """Give cells whose id is not a word, or appears twice, one of their heading or of what they call."""
    taken: set[str] = set()
    wanting = []
    for cell in cells:
        cell_id = str(cell.get("id", ""))
        if is_word(cell_id) and cell_id not in taken:
            taken.add(cell_id)
        else:
            wanting.append(cell)
    for cell in wanting:
        word = _word(cell)
        name, number = word, 2
        while name in taken:
            name, number = f"{word}-{number}", number + 1
        cell["id"] = name
        taken.add(name)


def _word(cell: dict[str, Any]) -> str:
    """Return a word for a cell.

    Examples:
        >>> _word({"cell_type": "markdown", "source": "## Runtime profile"})
        'runtime-profile-text'
        >>> _word({"cell_type": "code", "source": "spec.beside_control()"})
        'beside-control'
    """
    source = source_of(cell)
    if cell["cell_type"] == "code":
        called = _CALLED.findall(source)
        words, end, otherwise = (called[-1] if called else ""), "", "cell"
    else:
        line = next(iter(source.strip().splitlines()), "")
        words, end, otherwise = " ".join(line.lstrip("# ").split()[:3]), "-text", "some"
    slug = "-".join(re.findall(r"[a-z][a-z0-9]*", words.lower().replace("_", " ")))
    return (slug if is_word(slug) else otherwise) + end
