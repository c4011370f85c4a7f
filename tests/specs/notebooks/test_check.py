"""Checking specs, and making new ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbook.cli.main import main
from benchbook.errors import UsageError
from benchbook.specs.notebooks.check import check_coverage, check_docstring, check_notebook, quick_params
from benchbook.specs.notebooks.discover import find, specs

CELL: dict[str, Any] = {
    "cell_type": "code",
    "id": "more",
    "metadata": {"tags": ["nbval-ignore-output"]},
    "execution_count": None,
    "outputs": [],
    "source": "1 + 1",
}
STREAM = [{"output_type": "stream", "name": "stdout", "text": ["held\n"]}]


def edit(path: Path, change: Callable[[dict[str, dict[str, Any]]], object]) -> None:
    """Change a notebook by a function of its cells by id."""
    notebook = json.loads(path.read_text())
    change({cell["id"]: cell for cell in notebook["cells"]})
    path.write_text(json.dumps(notebook))


@pytest.fixture
def spec(copy_spec: Callable[[str], Path]) -> Path:
    """Return a complete spec in a new project."""
    return copy_spec("random_search")


def test_a_whole_spec_has_no_findings(spec: Path) -> None:
    """The committed notebook passes."""
    assert check_notebook(spec, quick_params()) == []
    assert main(["spec", "check", "random_search"]) == 0


@pytest.mark.parametrize(
    ("change", "message", "mendable"),
    [
        (lambda c: c["parameters"].update(source="seeds = 7"), "'seeds' is 7, in the quick set 5", True),
        (lambda c: c["parameters"].update(source="seeds = len([])"), "not a list of plain assignments", True),
        (lambda c: c["when"]["metadata"].update(tags=[]), "needs the tag nbval-ignore-output", True),
        (lambda c: c["when"].update(outputs=STREAM), "its output is not stripped", True),
        (lambda c: c["verdicts"]["metadata"].update(tags=[]), "judges the claims and needs the tags", True),
        (lambda c: c["verdicts"]["metadata"].update(tags=["keep_output"]), "needs both tags", True),
        (lambda c: c["verdicts"].update(outputs=[]), "its output is missing", False),
        (lambda c: c["when"].update(id="3f9a61c2"), "its id is not a word", True),
        (lambda c: c["when"].update(id="given"), "its id appears twice", True),
        (
            lambda c: c["setup"].update(source=c["setup"]["source"] + "\nimport os"),
            "imports os; allowed is benchb",
            False,
        ),
        (
            lambda c: c["setup"].update(source="spec = bb.spec('whale', **bb.parameters(globals()))"),
            "expected bb.spec('random_search', ...)",
            False,
        ),
        (lambda c: c["claims"].update(source="spec.claim(1)"), "does not make the claims that every spec", False),
        (lambda c: c["profile"].update(source="1"), "shows no runtime profile", False),
        (lambda c: c["weaknesses"].update(source="1"), "does not measure where it fails", False),
        (lambda c: c["limits"].update(source="Nowhere."), "has no heading '## Where it fails'", False),
        (lambda c: c["when-text"].update(source="## Later"), "has no heading '## When'", False),
        (lambda c: c["claims"].update(source="1"), "has no claim", False),
        (lambda c: c["reproduce"].update(source="1"), "does not say how to reproduce it", False),
        (lambda c: c["verdicts"].update(source="1"), "never judges its claims", False),
        (lambda c: c["title"].update(source="Random"), "does not begin with a heading", False),
        (
            lambda c: c["parameters"]["metadata"].update(tags=["nbval-ignore-output"]),
            "has 0 cells tagged 'parameters', expected 1",
            False,
        ),
        (
            lambda c: c["when"]["metadata"].update(tags=["parameters", "nbval-ignore-output"]),
            "has 2 cells tagged 'parameters', expected 1",
            False,
        ),
        (lambda c: c["given-text"].update(source="## References"), "not in the order", False),
    ],
)
def test_whatever_a_spec_lacks_is_named(
    spec: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, dict[str, Any]]], object],
    message: str,
    mendable: bool,
) -> None:
    """The exit code is 6, the line names cell and cause, and `--fix` fixes what it is said to fix."""
    edit(spec, change)
    assert main(["spec", "check", "random_search"]) == 6
    err = capsys.readouterr().err
    assert message in err
    assert ("--fix fixes it" in err) is mendable
    assert main(["spec", "check", "--fix", "random_search"]) == (0 if mendable else 6)


def test_an_optimizer_without_spec_is_named(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without names, the catalog's coverage is checked in benchbook's own repository."""
    (spec.parent.parent / "pyproject.toml").write_text('[project]\nname = "benchbook"\n')
    assert main(["spec", "check"]) == 6
    said = capsys.readouterr().err
    assert "manta_ray_foraging\n  has no spec; begin with: benchbook spec new manta_ray_foraging\n" in said
    assert "pycma\n  none of its optimizers has a spec; begin with: benchbook spec new pycma:CMAES\n" in said


def test_a_spec_without_its_tag_stays_a_spec(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list, the check of all and a run by name still include it, but a run is refused."""
    edit(spec, lambda c: c["parameters"]["metadata"].update(tags=["nbval-ignore-output"]))
    assert [file.name for file in specs(spec.parent)] == ["random_search"]
    assert main(["spec", "list"]) == 0
    assert "random_search" in capsys.readouterr().out
    assert main(["spec", "check"]) == 6
    assert "has 0 cells tagged 'parameters'" in capsys.readouterr().err
    assert main(["spec", "run", "random_search", "--no-track"]) != 0
    assert "has 0 cells tagged 'parameters'" in capsys.readouterr().err


def test_a_notebook_that_is_not_a_spec_does_not_cover_an_optimizer(spec: Path) -> None:
    """Only notebooks found as specs count for coverage."""
    spec.write_text(json.dumps({"cells": [{"cell_type": "markdown", "id": "text", "metadata": {}, "source": "# No"}]}))
    assert "random_search" in {finding.spec for finding in check_coverage(spec.parent, ["random_search"])}


def test_a_spec_is_named_by_the_path_of_its_notebook_too(spec: Path, tmp_path: Path) -> None:
    """A path that does not exist, or is not a spec of the project, is refused."""
    assert [file.name for file in find([str(spec)], spec.parent)] == ["random_search"]
    with pytest.raises(UsageError, match="no such notebook"):
        find([str(spec.with_name("none.ipynb"))], spec.parent)
    stray = tmp_path / "stray.ipynb"
    stray.write_text('{"cells": []}')
    with pytest.raises(UsageError, match="is not a spec of this project"):
        find([str(stray)], spec.parent)


def test_one_spec_of_a_library_covers_it(spec: Path, copy_spec: Callable[[str], Path]) -> None:
    """A family of adapters needs one representative, with any name."""
    copy_spec("pycma-CMAES")
    copy_spec("scipy-nelder_mead")
    names = {finding.spec for finding in check_coverage(spec.parent, ["random_search"])}
    assert names == {"cmaes", "mealpy", "minionpy", "nevergrad", "nlopt", "optuna", "pymoo"}


def test_metadata_of_a_machine_are_named_and_fixed(spec: Path) -> None:
    """Metadata of a kernel would change with every execution."""
    notebook = json.loads(spec.read_text())
    notebook["metadata"]["language_info"]["version"] = "3.11.7"
    notebook["metadata"]["papermill"] = {}
    spec.write_text(json.dumps(notebook))
    assert [found.what.split(",")[0] for found in check_notebook(spec, quick_params())] == [
        "its metadata hold language_info.version",
        "its metadata hold papermill",
    ]
    assert main(["spec", "check", "--fix", "random_search"]) == 0


def test_a_picture_without_a_text_is_found_in_the_executed_copy(spec: Path, project: Path) -> None:
    """The repr of an object does not count as a description, and a cell that has changed is not judged."""
    executed = json.loads(spec.read_text())
    cell = next(cell for cell in executed["cells"] if cell["id"] == "profile")
    data = {"image/svg+xml": "<svg/>", "text/plain": "<Figure size 640x480>"}
    cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]
    path = project / "artifacts" / "specs" / "random_search" / "random_search.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(executed))
    assert [str(found) for found in check_notebook(spec, quick_params())] == [
        "random_search, cell profile: its picture has no alternative text; return a Picture(figure, alt) from the cell"
    ]
    cell["source"] = "changed"
    path.write_text(json.dumps(executed))
    assert check_notebook(spec, quick_params()) == []


def test_other_notebooks_are_checked_for_what_all_must_have(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The explorer may import ipywidgets; other notebooks import only benchbook."""
    for name in ("explore", "mine"):
        cell = {**CELL, "source": "import ipywidgets"}
        content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (spec.parent / f"{name}.ipynb").write_text(json.dumps(content))
    assert main(["spec", "check"]) == 6
    said = capsys.readouterr().err
    assert "mine\n  more  imports ipywidgets; allowed is benchbook\n" in said
    assert "explore\n" not in said
    assert "1 spec and 2 other notebooks checked" in said


def test_the_spec_of_an_applied_case_is_free_in_what_it_shows(spec: Path) -> None:
    """Such a spec needs a story, parameters and claims, but none of the pictures that optimizers share."""
    applied = spec.parent / "applied" / "case.ipynb"
    applied.parent.mkdir()
    notebook = json.loads(spec.read_text())
    shared = {"idea", "settings", "convergence", "profile", "weaknesses"}
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in shared]
    applied.write_text(json.dumps(notebook))
    assert check_notebook(applied, quick_params()) == []


def test_an_optimizer_without_example_is_named() -> None:
    """The docstring of an optimizer needs a doctest."""
    assert "no example" in str(check_docstring("mine", "It does something.")[0])
    assert check_docstring("mine", "It does.\n\n>>> 1\n1") == []


def test_fixing_twice_changes_nothing_more(spec: Path) -> None:
    """A complete notebook stays the same, byte for byte."""
    before = spec.read_bytes()
    assert main(["spec", "check", "--fix", "random_search"]) == 0
    assert spec.read_bytes() == before


def test_a_file_that_is_not_a_notebook_is_a_finding(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged file is listed and does not stop the check of others, but a run that includes it is refused."""
    (spec.parent / "torn.ipynb").write_text('{"cells": [')
    (spec.parent / "experiments").mkdir()
    (spec.parent / "experiments" / "empty.ipynb").write_text("")
    assert main(["spec", "check"]) == 6
    out = capsys.readouterr().err
    assert "torn\n  is not a notebook: " in out
    assert "empty\n  is not a notebook: " in out
    assert main(["spec", "check", spec.stem]) == 0
    assert main(["spec", "run", "--no-track", spec.stem, "torn"]) == 2
    assert "torn.ipynb is not a notebook" in capsys.readouterr().err
    assert not (spec.parents[1] / "artifacts" / "specs").exists()
