"""Checking specs, and beginning new ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchbook.cli.main import main
from benchbook.specs.check import check_docstring, check_notebook, quick_params

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
    """A whole spec in a project of its own."""
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
        (lambda c: c["when"].update(id="3f9a61c2"), "its id is no word", False),
        (lambda c: c["when"].update(id="given"), "its id stands twice", False),
        (lambda c: c["when"].update(source="import os"), "imports os; a spec imports benchbook only", False),
        (lambda c: c["when-text"].update(source="## Later"), "has no heading '## When'", False),
        (lambda c: c["claims"].update(source="1"), "has no claim", False),
        (lambda c: c["reproduce"].update(source="1"), "does not say how to reproduce it", False),
        (lambda c: c["verdicts"].update(source="1"), "never judges its claims", False),
        (lambda c: c["title"].update(source="Random"), "does not begin with a heading", False),
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
    """The exit code is 6, the line says which cell and what; a machine mends what it said it can."""
    edit(spec, change)
    assert main(["spec", "check", "random_search"]) == 6
    err = capsys.readouterr().err
    assert message in err
    assert ("--fix mends it" in err) is mendable
    assert main(["spec", "check", "--fix", "random_search"]) == (0 if mendable else 6)


def test_an_optimizer_without_spec_is_named(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Coverage of the catalog is checked where no names are given."""
    assert main(["spec", "check"]) == 6
    assert (
        "manta_ray_foraging: has no spec; begin with: benchbook spec new manta_ray_foraging" in capsys.readouterr().err
    )


def test_an_optimizer_without_example_is_named() -> None:
    """A docstring needs a doctest."""
    assert "no example" in str(check_docstring("mine", "It does something.")[0])
    assert check_docstring("mine", "It does.\n\n>>> 1\n1") == []


def test_mending_twice_changes_nothing_more(spec: Path) -> None:
    """What is whole is left byte for byte."""
    before = spec.read_bytes()
    assert main(["spec", "check", "--fix", "random_search"]) == 0
    assert spec.read_bytes() == before


def test_a_new_spec_passes_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Written, executed, accepted, checked: four commands, no editing; and never over another one."""
    assert main(["spec", "new", "particle_swarm"]) == 0
    assert main(["spec", "run", "particle_swarm"]) == 0
    assert main(["spec", "accept", "particle_swarm"]) == 0
    assert main(["spec", "check", "particle_swarm"]) == 0
    assert main(["spec", "new", "particle_swarm"]) == 2
    assert "has a spec already" in capsys.readouterr().err
    assert main(["spec", "new", "particle_swam"]) == 2
    assert "did you mean 'particle_swarm'" in capsys.readouterr().err
