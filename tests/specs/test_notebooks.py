"""The spec notebooks of this repository."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchbook.specs.accept import CONTRACT_TAG
from benchbook.specs.discover import notebooks, read_notebook, specs, tags

ROOT = Path(__file__).parents[2]
NOTEBOOKS = notebooks(ROOT / "notebooks")
SPECS = specs(ROOT / "notebooks")


def code(path: Path) -> list[dict[str, Any]]:
    """Return a notebook's code cells."""
    return [cell for cell in read_notebook(path)["cells"] if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", [file.path for file in SPECS], ids=lambda path: path.stem)
def test_committed_defaults_equal_quick(path: Path) -> None:
    """What nbval compares was made with the parameters that pull requests run."""
    cell = next(cell for cell in code(path) if "parameters" in tags(cell))
    assigned = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse("".join(cell["source"])).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert assigned == yaml.safe_load((ROOT / "params" / "quick.yaml").read_text())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_import_benchbook_only(path: Path) -> None:
    """The library owns the computation, the notebook the story."""
    imported = set()
    for cell in code(path):
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).split(".")[0])
    assert imported <= ({"benchbook", "ipywidgets"} if path.stem == "explore" else {"benchbook"})


@pytest.mark.parametrize("path", [file.path for file in SPECS], ids=lambda path: path.stem)
def test_contract_cells_keep_their_output_and_all_others_are_stripped(path: Path) -> None:
    """Nbval compares the contract cells, and a diff of a notebook shows its story only."""
    contracts = [cell for cell in code(path) if CONTRACT_TAG in tags(cell)]
    assert contracts
    for cell in code(path):
        if cell in contracts:
            assert "keep_output" in tags(cell)
            assert "".join(cell["outputs"][0]["text"]).startswith("held")
        else:
            assert "nbval-ignore-output" in tags(cell)
            assert cell["outputs"] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cell_ids_are_words_and_stable(path: Path) -> None:
    """A cell's id names it, so that a diff and a failing check can be read."""
    ids = [cell["id"] for cell in read_notebook(path)["cells"]]
    assert len(ids) == len(set(ids))
    assert all(part.isalpha() for cell_id in ids for part in cell_id.split("-"))
    assert json.dumps(ids)


@pytest.mark.parametrize("path", [file.path for file in SPECS], ids=lambda path: path.stem)
def test_a_spec_has_given_when_then_and_reproduce(path: Path) -> None:
    """The story has its four parts, in this order."""
    text = "\n".join("".join(c["source"]) for c in read_notebook(path)["cells"] if c["cell_type"] == "markdown")
    places = [text.find(f"## {part}\n") for part in ("Given", "When", "Then", "Reproduce", "References")]
    assert -1 not in places
    assert places == sorted(places)
