"""Checking the notebooks of a project: what each must have, and whether every optimizer has its spec."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import project_name, spec_root
from benchbook.params.load import load
from benchbook.specs.names import optimizer_name, spec_name
from benchbook.specs.notebooks.discover import APPLIED, SpecFile, read_notebook, specs
from benchbook.specs.notebooks.rules import (
    Finding,
    code_cells,
    notebook_findings,
    optimizer_findings,
    source_of,
    spec_findings,
)
from benchbook.typing import JsonObject

EXPLORER = "explore"
_IMPORTS = ("benchbook",)
_EXPLORER_IMPORTS = ("benchbook", "ipywidgets")


def check_notebook(path: Path, quick: JsonObject) -> list[Finding]:
    """Return what a spec notebook lacks.

    Args:
        path: The notebook.
        quick: The parameters of the quick set, which those in its cell must equal.
    """
    try:
        notebook = read_notebook(path)
    except UsageError as error:
        return [Finding(spec=path.stem, what=str(error).removeprefix(f"{path} "))]
    about_optimizer = path.parent.name != APPLIED
    return [
        *notebook_findings(path.stem, notebook, imports=_IMPORTS),
        *spec_findings(path.stem, notebook, quick),
        *(optimizer_findings(path.stem, notebook) if about_optimizer else ()),
        *_pictures(path.stem, notebook),
    ]


def check_project(folder: Path, files: Sequence[SpecFile], quick: JsonObject) -> list[Finding]:
    """Return what the notebooks of a project lack: specs, all others, and missing specs.

    Args:
        folder: The folder of notebooks.
        files: Its specs.
        quick: The parameters of the quick set.
    """
    from benchbook.optimizers.catalog import NATIVE

    findings = [finding for file in files for finding in check_notebook(file.path, quick)]
    for path in other_notebooks(folder, files):
        imports = _EXPLORER_IMPORTS if path.stem == EXPLORER else _IMPORTS
        try:
            findings += notebook_findings(path.stem, read_notebook(path), imports=imports)
        except UsageError as error:
            findings.append(Finding(spec=path.stem, what=str(error).removeprefix(f"{path} ")))
    if project_name(folder.parent) != "benchbook":
        return findings  # other projects choose their specs
    findings += check_coverage(folder, sorted(factory.name for factory in NATIVE))
    return findings + [found for f in NATIVE for found in check_docstring(f.name, inspect.getdoc(f) or "")]


def other_notebooks(folder: Path, files: Iterable[SpecFile]) -> list[Path]:
    """Return the notebooks of a folder and its subfolders that are not specs."""
    known = {file.path for file in files}
    found = (path for path in sorted(folder.rglob("*.ipynb")) if ".ipynb_checkpoints" not in path.parts)
    return [path for path in found if path not in known]


def check_coverage(folder: Path, optimizers: list[str]) -> list[Finding]:
    """Return the native optimizers and the families of adapters that have no spec notebook in a folder."""
    from benchbook.optimizers.adapters.libraries import LIBRARIES

    there = {file.name for file in specs(folder) if file.path.parent.name != APPLIED}
    missing = [name for name in optimizers if spec_name(name) not in there]
    families = {optimizer_name(name).partition(":")[0] for name in there if "-" in name}
    bare = [library for library in LIBRARIES.values() if library.prefix not in families]
    return [
        *(Finding(spec=name, what=f"has no spec; begin with: benchbook spec new {name}") for name in missing),
        *(
            Finding(
                spec=library.prefix,
                what="none of its optimizers has a spec; begin with: "
                f"benchbook spec new {library.prefix}:{next(iter(library.optimizers))}",
            )
            for library in bare
        ),
    ]


def check_docstring(name: str, docstring: str) -> list[Finding]:
    """Return whether an optimizer's docstring lacks an example that can run as a doctest."""
    if ">>> " in docstring:
        return []
    return [Finding(spec=name, what="its docstring has no example (>>>), which the tests would run")]


def quick_params() -> JsonObject:
    """Return the parameters of the quick set.

    Raises:
        UsageError: The project has none.
    """
    params = load("quick")
    if params.get("preset") != "quick":
        raise UsageError(f"params/quick.yaml names its preset {params.get('preset')!r}, expected 'quick'")
    return params


def _pictures(name: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    """Yield pictures without alternative text in the last executed copy, if it is a copy of this notebook."""
    path = spec_root() / name / f"{name}.ipynb"
    if not path.is_file():
        return
    sources = {str(cell.get("id", "")): source_of(cell) for cell in code_cells(notebook)}
    for cell in code_cells(read_notebook(path)):
        where = str(cell.get("id", ""))
        if sources.get(where) != source_of(cell):
            continue
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            text = "".join(data.get("text/plain", "")).strip()
            if any(mime.startswith("image/") for mime in data) and (not text or text.startswith("<")):
                what = "its picture has no alternative text; return a Picture(figure, alt) from the cell"
                yield Finding(spec=name, where=where, what=what)
