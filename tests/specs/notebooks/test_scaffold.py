"""Making new specs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchbook.cli.main import main
from benchbook.optimizers import register, unregister
from benchbook.optimizers.adapters import factory as library
from benchbook.specs.notebooks.check import check_notebook, quick_params
from benchbook.specs.notebooks.discover import find
from benchbook.specs.notebooks.scaffold import new_notebook

from ..conftest import TINY, write_params

WHAT_ONLY_ACCEPT_GIVES = "its output is missing"


@pytest.fixture
def hill_climber() -> Iterator[str]:
    """Return a user's own optimizer without a docstring."""

    class HillClimber:
        name = "hill_climber"

        def __init__(self, lower, upper, rng, *, step: float = 0.3) -> None:  # type: ignore[no-untyped-def]
            self.lower, self.upper, self.rng, self.step = lower, upper, rng, step

        def ask(self) -> np.ndarray:
            return self.rng.uniform(self.lower, self.upper)[np.newaxis]

        def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
            pass

    register(HillClimber)
    yield "hill_climber"
    unregister("hill_climber")


def test_a_new_spec_passes_unedited(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four commands write, execute, accept and check it without editing; an existing spec is not overwritten."""
    assert main(["spec", "new", "particle_swarm"]) == 0
    assert main(["spec", "run", "particle_swarm"]) == 0
    assert main(["spec", "accept", "particle_swarm"]) == 0
    assert main(["spec", "check", "particle_swarm"]) == 0
    assert main(["spec", "new", "particle_swarm"]) == 2
    assert "has a spec already" in capsys.readouterr().err
    assert main(["spec", "new", "particle_swam"]) == 2
    assert "did you mean 'particle_swarm'" in capsys.readouterr().err


def test_a_new_spec_of_a_library_has_a_hyphen_and_passes(project: Path) -> None:
    """The spec of a deterministic optimizer claims that no seed matters, and both names lead to it."""
    assert main(["spec", "new", "scipy:direct"]) == 0
    notebook = project / "notebooks" / "scipy-direct.ipynb"
    assert "claim_sound(deterministic=True)" in notebook.read_text()
    assert (
        [file.path for file in find(["scipy:direct"])] == [file.path for file in find(["scipy-direct"])] == [notebook]
    )
    write_params(project, functions=quick_params()["functions"])
    assert main(["spec", "run", "scipy:direct", *TINY]) == 0
    assert [found.what.split(";")[0] for found in check_notebook(notebook, quick_params())] == [WHAT_ONLY_ACCEPT_GIVES]


def test_a_new_spec_of_an_own_optimizer_is_whole(project: Path, hill_climber: str) -> None:
    """The spec lacks only the verdicts of its first run, although there is no docstring to quote."""
    path = new_notebook(hill_climber, project / "notebooks", quick_params())
    assert [found.what.split(";")[0] for found in check_notebook(path, quick_params())] == [WHAT_ONLY_ACCEPT_GIVES]
    cells = json.loads(path.read_text())["cells"]
    assert cells[0]["source"].startswith("# Hill climber")
    assert next(cell["source"] for cell in cells if cell["id"] == "claims").startswith("spec.claim_sound()\n")


def test_an_optimizer_whose_library_is_missing_gets_no_spec(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what to install, and no partial notebook is left."""
    library.factory.cache_clear()  # another test may have made the same optimizer
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.available", lambda which: False)
    monkeypatch.setattr("benchbook.optimizers.adapters.factory.find_spec", lambda module: None)
    assert main(["spec", "new", "pymoo:ISRES"]) != 0
    assert 'pip install "benchbook[adapters]"' in capsys.readouterr().err
    assert list((project / "notebooks").iterdir()) == []
