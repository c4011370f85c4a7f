"""What a running notebook reports about its current cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchbook.specs.notebooks.discover import read_notebook, specs
from benchbook.specs.notebooks.execution.progress import narrate

ROOT = Path(__file__).parents[4]


def cells(*sources: tuple[str, str]) -> dict[str, object]:
    """Return a notebook with cells given by kind and source."""
    return {"cells": [{"id": str(k), "cell_type": kind, "source": s} for k, (kind, s) in enumerate(sources)]}


def test_a_cell_is_named_by_the_heading_above_it() -> None:
    """Text without a heading changes nothing, and before the first heading there is no name."""
    told = narrate(
        cells(("code", "1"), ("markdown", "text\n\n### Convergence\nmore"), ("markdown", "x"), ("code", "2"))
    )
    assert told == {"0": "", "1": "Convergence", "2": "Convergence", "3": "Convergence"}


def test_claims_are_reported_in_their_words() -> None:
    """Several claims of a cell are joined, and computed parts are left out."""
    source = (
        "spec.claim('a', 'One.', 1, '<', 2)\nspec.claim('b', text, 1, '<', 2)\nspec.claim('c', 'Three.', 1, '<', 2)"
    )
    assert narrate(cells(("markdown", "## Then"), ("code", source)))["1"] == "Then: One. Three."


def test_a_cell_that_is_not_python_is_named_by_its_heading() -> None:
    """The kernel will report what is wrong with such a cell."""
    assert narrate(cells(("markdown", "# A"), ("code", "%magic (")))["1"] == "A"


@pytest.mark.parametrize("path", [file.path for file in specs(ROOT / "notebooks")], ids=lambda path: path.stem)
def test_every_cell_of_the_specs_has_a_name(path: Path) -> None:
    """The cell with the claims also says what is claimed."""
    told = narrate(read_notebook(path))
    assert all(told.values())
    assert told["claims"].startswith("Then")
