"""A small project, so that spec tests neither read nor write the repository's artifacts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from benchbook.params.load import load

ROOT = Path(__file__).parents[2]
TINY = ["--params", "params/tiny.yaml"]  # of the project below
SMALLER = {"functions": ["sphere"], "dims": [2], "seeds": 2, "bbob_functions": [], "budget_per_dim": 60}


def write_params(project: Path, **changes: object) -> None:
    """Write the parameters of a tiny project: those of quick, except for smaller numbers."""
    params = {**load("quick"), **SMALLER, **changes}
    (project / "params" / "tiny.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")


CELL = dict[str, object]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project folder with the parameter sets and no notebook, as working directory."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "params", tmp_path / "params")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path / "artifacts"))
    write_params(tmp_path)
    return tmp_path


@pytest.fixture
def write_notebook(project: Path) -> Callable[..., Path]:
    """Write a spec notebook with the parameters of quick and the given code cells."""

    def write(name: str, *sources: str) -> Path:
        original = json.loads((ROOT / "notebooks" / "random_search.ipynb").read_text())
        kept = [cell for cell in original["cells"] if cell["id"] in {"title", "parameters"}]
        cells = [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(sources)
        ]
        path = project / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps({**original, "cells": [*kept, *cells]}))
        return path

    return write


@pytest.fixture
def copy_spec(project: Path) -> Callable[[str], Path]:
    """Copy a spec notebook of the repository into the project."""

    def copy(name: str) -> Path:
        return Path(shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", project / "notebooks"))

    return copy
