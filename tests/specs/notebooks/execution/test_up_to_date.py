"""Specs that need not be executed again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from benchbook.cli.main import main
from benchbook.optimizers import register, unregister
from benchbook.specs.notebooks.discover import SpecFile
from benchbook.specs.notebooks.execution.up_to_date import inputs_digest

from ...conftest import TINY, write_params
from .test_execute import FAILING, SETUP

HELD = "spec.claim_sound()\nspec.then()"


def took(capsys: pytest.CaptureFixture[str], name: str) -> str:
    """Return the last column of a spec's row: seconds, or that it is unchanged."""
    (row,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{name} "))
    return row.split()[-1]


def test_a_spec_that_held_is_executed_again_only_when_something_has_changed(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Other parameters, another notebook, and an edited or missing result are changes; otherwise its files stay."""
    path = write_notebook("random_search", SETUP, HELD)
    folder = project / "artifacts" / "specs" / "random_search"
    again = ["spec", "run", "--changed", *TINY]
    assert main(again) == 0
    assert re.fullmatch(r"[\d.]+", took(capsys, "random_search"))
    before = {file: file.stat().st_mtime_ns for file in folder.iterdir() if file.is_file()}
    assert main(again) == 0
    assert took(capsys, "random_search") == "unchanged"
    assert {file: file.stat().st_mtime_ns for file in folder.iterdir() if file.is_file()} == before

    path.write_text(path.read_text().replace("spec.then()", "spec.then()  # as before"))
    assert main(again) == 0
    assert took(capsys, "random_search") != "unchanged"
    write_params(project, seeds=3)
    assert main(again) == 0
    assert took(capsys, "random_search") != "unchanged"
    (folder / "random_search.ipynb").unlink()
    assert main(again) == 0
    assert took(capsys, "random_search") != "unchanged"
    assert main(["spec", "run", *TINY]) == 0  # without the option
    assert took(capsys, "random_search") != "unchanged"


def test_a_spec_that_failed_is_executed_again(
    project: Path, write_notebook: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A spec that did not hold never counts as done."""
    write_notebook("bad", SETUP, FAILING)
    for _ in range(2):
        assert main(["spec", "run", "--changed", *TINY]) == 1
        assert took(capsys, "bad") != "unchanged"


def test_the_code_of_a_registered_optimizer_counts(tmp_path: Path) -> None:
    """The code is outside of the package, and may change without a new version."""
    path = tmp_path / "mine.ipynb"
    path.write_text("{}")
    file = SpecFile(name="mine", path=path, title="Mine")

    class Mine:
        """A user's optimizer."""

        def __init__(self, lower, upper, rng):  # type: ignore[no-untyped-def]
            self.lower, self.upper, self.rng = lower, upper, rng

        def ask(self):  # type: ignore[no-untyped-def]
            return self.rng.uniform(self.lower, self.upper, (4, len(self.lower)))

        def tell(self, x, fx):  # type: ignore[no-untyped-def]
            pass

    class Edited(Mine):
        """The same optimizer with another batch."""

        def ask(self):  # type: ignore[no-untyped-def]
            return self.rng.uniform(self.lower, self.upper, (8, len(self.lower)))

    register("mine")(Mine)
    first = inputs_digest(file, {})
    unregister("mine")
    register("mine")(Edited)
    edited = inputs_digest(file, {})
    unregister("mine")
    register("mine")(Mine)
    assert edited != first
    assert inputs_digest(file, {}) == first
