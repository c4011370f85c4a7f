"""Which parameters a notebook gets, whatever executes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import papermill
import pytest
import yaml

from benchbook.cli.main import main
from benchbook.params import load
from benchbook.specs.notebooks.check import check_notebook, quick_params
from benchbook.specs.notebooks.fix import fix_notebook
from benchbook.specs.notebooks.parameter_cell import needed, parameter_source

TELL = "import json, pathlib\npathlib.Path({path!r}).write_text(json.dumps(given))"
COLLECTED = "import benchbook as bb\ngiven = dict(bb.parameters(globals()))\n"
LISTED = f"given = {{name: globals()[name] for name in {list(load('quick'))!r}}}\n"


@pytest.fixture
def told(project: Path, write_notebook: Callable[..., Path]) -> Callable[[str], dict[str, Any]]:
    """Write a notebook that collects its parameters and one that lists all fourteen; return what one of them got."""
    for name, code in (("collected", COLLECTED), ("listed", LISTED)):
        path = write_notebook(name, code + TELL.format(path=str(project / f"{name}.json")))
        if name == "listed":
            _set_parameters(path, parameter_source(load("quick")))
    return lambda name: dict(json.loads((project / f"{name}.json").read_text()))


def _set_parameters(path: Path, source: str) -> None:
    notebook = json.loads(path.read_text())
    next(cell for cell in notebook["cells"] if cell["id"] == "parameters")["source"] = source
    path.write_text(json.dumps(notebook))


def test_either_form_of_a_notebook_gets_what_the_command_was_given(
    project: Path, told: Callable[[str], dict[str, Any]]
) -> None:
    """Given a preset and another value, the executed notebook shows these two, not all fourteen."""
    main(["spec", "run", "--params", "full", "-p", "seeds=2"])  # neither notebook is a spec, so neither holds
    assert told("collected") == told("listed") == {**load("full"), "seeds": 2}
    (executed,) = project.glob("artifacts/**/collected.ipynb")
    cells = json.loads(executed.read_text())["cells"]
    (injected,) = (cell for cell in cells if cell["id"] == "injected-parameters")
    assert "".join(injected["source"]).splitlines()[1:] == ['preset = "full"', "seeds = 2"]


def test_papermill_may_give_parameters_that_the_cell_does_not_assign(
    project: Path, told: Callable[[str], dict[str, Any]]
) -> None:
    """A preset's file gives all fourteen, and even those that the notebook does not name reach it."""
    full = yaml.safe_load((project / "params" / "full.yaml").read_text())
    papermill.execute_notebook(
        project / "notebooks" / "collected.ipynb", None, parameters=full, cwd=project / "notebooks", progress_bar=False
    )
    assert told("collected") == full


def test_what_a_file_leaves_out_does_not_come_from_the_preset_that_it_names() -> None:
    """Optional parameters that the file leaves out are absent, and None has the same meaning."""
    own = {key: value for key, value in load("quick").items() if not key.startswith("adapter_")}
    absent = [key for key in load("quick") if key.startswith("adapter_")]
    assert needed(own, ["preset"]) == {"preset": "quick", **dict.fromkeys(absent)}


def test_both_forms_pass_the_check_and_are_fixed(copy_spec: Callable[[str], Path]) -> None:
    """All fourteen parameters may be assigned; a value that differs from quick is fixed, and no name is added."""
    path = copy_spec("random_search")
    _set_parameters(path, parameter_source(quick_params()))
    assert check_notebook(path, quick_params()) == []
    _set_parameters(path, 'preset = "quick"\nseeds = 7\nsed = 1')
    found = [str(finding) for finding in check_notebook(path, quick_params())]
    assert [text.partition("parameter ")[2] for text in found] == [
        "'sed' is 1, in the quick set not there",
        "'seeds' is 7, in the quick set 5",
    ]
    fix_notebook(path, quick_params())
    assert check_notebook(path, quick_params()) == []
    (cell,) = (cell for cell in json.loads(path.read_text())["cells"] if cell["id"] == "parameters")
    assert cell["source"] == 'preset = "quick"\nseeds = 5'


def test_a_notebook_that_lists_its_parameters_needs_all_of_them(copy_spec: Callable[[str], Path]) -> None:
    """Without `bb.parameters` nothing adds the parameters that the cell leaves out."""
    path = copy_spec("random_search")
    notebook = path.read_text().replace("**bb.parameters(globals())", "preset=preset, seeds=seeds")
    path.write_text(notebook)
    texts = [str(found) for found in check_notebook(path, quick_params())]
    assert "random_search, cell parameters: parameter 'seeds' is not there, in the quick set 5" in texts
    assert len(texts) == len(quick_params()) - 1
