"""The notebooks of this repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchbook.specs.notebooks.check import check_notebook, check_project, quick_params
from benchbook.specs.notebooks.discover import SpecFile, read_notebook, specs
from benchbook.specs.notebooks.rules import CONTRACT_TAGS
from benchbook.specs.noticing.filed import check_strength

ROOT = Path(__file__).parents[3]
SPECS = specs(ROOT / "notebooks")


@pytest.fixture
def _in_the_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("BENCHBOOK_ARTIFACTS", str(tmp_path))  # ignore executed copies


@pytest.mark.usefixtures("_in_the_repository")
@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.name)
def test_a_spec_has_all_it_must_have(file: SpecFile) -> None:
    """Each spec is checked separately, so that a failure names it."""
    assert [str(found) for found in check_notebook(file.path, quick_params())] == []


@pytest.mark.usefixtures("_in_the_repository")
def test_the_project_lacks_no_spec_and_no_example() -> None:
    """Every native optimizer and every library has a spec, and the other notebooks pass their checks."""
    assert [str(found) for found in check_project(ROOT / "notebooks", SPECS, quick_params())] == []


@pytest.mark.usefixtures("_in_the_repository")
def test_the_strength_of_each_native_was_measured_since_it_changed() -> None:
    """The committed artifacts fit the notebooks, the parameters and the optimizers."""
    assert [str(found) for found in check_strength(ROOT / "notebooks", SPECS)] == []


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.name)
def test_every_committed_verdict_is_held(file: SpecFile) -> None:
    """In pull requests nbval compares with verdicts that all hold."""
    contracts = [
        cell
        for cell in read_notebook(file.path)["cells"]
        if set(CONTRACT_TAGS) <= set(cell["metadata"].get("tags", ()))
    ]
    lines = [line for cell in contracts for output in cell["outputs"] for line in "".join(output["text"]).splitlines()]
    assert len(lines) >= 5
    assert all(line.startswith("held ") for line in lines)
