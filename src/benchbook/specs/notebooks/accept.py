"""Storing the contract outputs of an executed spec in the committed notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import spec_root, write_atomic
from benchbook.params.load import load
from benchbook.specs.notebooks.discover import SpecFile, read_notebook, tags

CONTRACT_TAG = "nbval-check-output"


def accept(file: SpecFile) -> bool:
    """Store the contract cells' outputs of the last execution in the notebook; strip all other outputs.

    Returns:
        Whether the notebook changed.

    Raises:
        UsageError: The spec has not been executed with the notebook's own parameters, or it failed.
    """
    executed = read_notebook(_executed(file))
    how = executed["metadata"].get("benchbook", {})
    if how.get("status") != "completed":
        raise UsageError(f"{file.name} did not reach its end when it was last executed; nothing was accepted")
    if how.get("params") != load("quick"):
        raise UsageError(
            f"{file.name} was last executed with other parameters than quick: benchbook spec run {file.name}"
        )
    contracts = {cell["id"]: cell for cell in executed["cells"] if CONTRACT_TAG in tags(cell)}
    notebook = read_notebook(file.path)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            contract = contracts.get(cell["id"], {})
            # nbval treats a cell without a count as never run, and fails if it has outputs.
            cell["execution_count"] = contract.get("execution_count")
            cell["outputs"] = contract.get("outputs", [])
    return _write(file.path, notebook)


def _executed(file: SpecFile) -> Path:
    path = spec_root() / file.name / f"{file.name}.ipynb"
    if not path.is_file():
        raise UsageError(f"{file.name} has not been executed yet: benchbook spec run {file.name}")
    return path


def _write(path: Path, notebook: dict[str, Any]) -> bool:
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    changed = path.read_text(encoding="utf-8") != text
    if changed:
        write_atomic(path, text.encode())
    return changed
