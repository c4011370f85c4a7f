"""Storing the contract outputs of an executed spec in the committed notebook."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import spec_root, write_atomic
from benchbook.params.load import load
from benchbook.specs.notebooks.discover import SpecFile, notebook_text, read_notebook, tags

CONTRACT_TAG = "nbval-check-output"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What was taken over.

    Attributes:
        changed: Whether the notebook changed.
        lines: Lines of claims that are new ("+ ") or no longer there ("- "): sentences, verdicts and thresholds.
    """

    changed: bool
    lines: tuple[str, ...]


def accept(file: SpecFile) -> Accepted:
    """Store the contract cells' outputs of the last execution in the notebook; strip all other outputs.

    Returns:
        Whether the notebook changed, and the claims whose sentence, verdict or threshold did.

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
    before = _lines(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            contract = contracts.get(cell["id"], {})
            # nbval treats a cell without a count as never run, and fails if it has outputs.
            cell["execution_count"] = contract.get("execution_count")
            cell["outputs"] = contract.get("outputs", [])
    told = difflib.ndiff(before, _lines(notebook))
    changed = _write(file.path, notebook)
    return Accepted(changed=changed, lines=tuple(line for line in told if line.startswith(("+ ", "- "))))


def _lines(notebook: dict[str, Any]) -> list[str]:
    """Return the lines that the contract cells have printed."""
    outputs = [out for cell in notebook["cells"] if CONTRACT_TAG in tags(cell) for out in cell.get("outputs", [])]
    return [line for out in outputs for line in "".join(out.get("text", "")).splitlines()]


def _executed(file: SpecFile) -> Path:
    path = spec_root() / file.name / f"{file.name}.ipynb"
    if not path.is_file():
        raise UsageError(f"{file.name} has not been executed yet: benchbook spec run {file.name}")
    return path


def _write(path: Path, notebook: dict[str, Any]) -> bool:
    text = notebook_text(notebook)
    changed = path.read_text(encoding="utf-8") != text
    if changed:
        write_atomic(path, text.encode())
    return changed
