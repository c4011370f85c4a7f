"""Finding spec notebooks: the notebooks of a project, and those of its applied cases, that are written as a spec."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError, unknown_name
from benchbook.files import needed_project, read_bytes
from benchbook.specs.names import spec_name
from benchbook.studies.sharding import parse_shard

PARAMETERS_TAG = "parameters"
# A notebook without its tagged cell that begins a spec or judges claims is a faulty spec, not another notebook.
_WRITTEN_AS_SPEC = re.compile(r"\bbb\.spec\(|\bspec\.then\(\)")
APPLIED = "applied"  # the folder of the applied cases, below that of the notebooks


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFile:
    """A spec notebook.

    Attributes:
        name: File name without its suffix.
        path: Where it is.
        title: Its first heading.
    """

    name: str
    path: Path
    title: str


def specs(folder: Path | None = None) -> list[SpecFile]:
    """Return the spec notebooks of a project by name: those of optimizers, then those of applied cases.

    A spec has a cell tagged `parameters`, or begins a spec or judges claims: a spec that has lost its tag stays listed,
    so that the check reports it. A file that is not a valid notebook counts as a spec; reading it gives the error,
    and the check lists it.

    Raises:
        UsageError: No project is found from the working directory upward, or two specs have one name.
    """
    folder = folder or notebook_folder()
    found = [file for file in map(_spec_file, notebooks(folder)) if file is not None]
    seen: dict[str, Path] = {}
    for file in found:
        if seen.setdefault(file.name, file.path) != file.path:
            raise UsageError(f"{seen[file.name]} and {file.path} are specs with the same name; rename one of them")
    return found


def notebooks(folder: Path) -> list[Path]:
    """Return the notebooks that may be specs: those in a folder of notebooks, then those in its `applied/`."""
    return [*sorted(folder.glob("*.ipynb")), *sorted((folder / APPLIED).glob("*.ipynb"))]


def find(names: Iterable[str], folder: Path | None = None) -> list[SpecFile]:
    """Return the specs with these names, of these optimizers, or of these notebooks; all of them without names.

    Raises:
        UsageError: A notebook given by its path does not exist, or is not a spec of the project.
        UnknownNameError: There is no spec of a name; the message suggests similar names.
    """
    known = {file.name: file for file in specs(folder)}
    wanted = list(dict.fromkeys(_name_of(name, known) for name in names))
    for name in wanted:
        if name not in known:
            raise unknown_name("spec", name, known, "(benchbook spec list)")
    return [known[name] for name in wanted] if wanted else list(known.values())


def _name_of(given: str, known: Mapping[str, SpecFile]) -> str:
    """Return the name of a spec, given its name, its optimizer, or the path of its notebook."""
    if not given.endswith(".ipynb"):
        return spec_name(given)
    path = Path(given)
    if not path.is_file():
        raise UsageError(f"no such notebook: {given}")
    for file in known.values():
        if file.path.samefile(path):
            return file.name
    raise UsageError(f"{given} is not a spec of this project (benchbook spec list)")


def shard_of(files: Sequence[SpecFile], shard: str) -> list[SpecFile]:
    """Return the part `k/n` of specs: every n-th, starting with the k-th.

    Raises:
        UsageError: `shard` is not of this form, or k is not between 1 and n.
    """
    k, n = parse_shard(shard)
    return list(files[k - 1 :: n])


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook's JSON.

    Raises:
        UsageError: It is not a notebook.
    """
    try:
        notebook = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not a notebook: {error}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise UsageError(f"{path} is not a notebook: it has no list of cells")
    for number, cell in enumerate(notebook["cells"], start=1):
        if not _is_cell(cell):
            raise UsageError(
                f"{path} is not a notebook: cell {number} has no type, source and metadata as nbformat has"
            )
    return notebook


def _is_cell(cell: Any) -> bool:
    """Return whether a cell has the parts that are used, with values of the right types."""
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    source, metadata = cell.get("source"), cell.get("metadata", {})
    lines = source if isinstance(source, list) else [source]
    marks = metadata.get("tags", []) if isinstance(metadata, dict) else None
    outputs = cell.get("outputs", [])
    return (
        all(isinstance(line, str) for line in lines)
        and isinstance(marks, list)
        and all(isinstance(mark, str) for mark in marks)
        and isinstance(outputs, list)
        and all(isinstance(output, dict) for output in outputs)
    )


def title_of(cells: Iterable[dict[str, Any]]) -> str:
    """Return the first heading of a notebook; empty without one."""
    for cell in cells:
        first = "".join(cell["source"]).lstrip().splitlines()[:1]
        if cell["cell_type"] == "markdown" and first and first[0].startswith("# "):
            return first[0][2:].strip()
    return ""


def notebook_text(notebook: dict[str, Any]) -> str:
    """Return a notebook as the text of its file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def tags(cell: dict[str, Any]) -> list[str]:
    """Return a cell's tags."""
    found = cell.get("metadata", {}).get("tags", [])
    return list(found)


def notebook_folder() -> Path:
    """Return the folder of the project's notebooks.

    Raises:
        UsageError: No project is found from the working directory upward.
    """
    return needed_project() / "notebooks"


def _spec_file(path: Path) -> SpecFile | None:
    try:
        cells = read_notebook(path)["cells"]
    except UsageError:
        return SpecFile(name=path.stem, path=path, title=path.stem)
    if not any(map(_is_of_spec, cells)):
        return None
    return SpecFile(name=path.stem, path=path, title=title_of(cells) or path.stem)


def _is_of_spec(cell: dict[str, Any]) -> bool:
    if PARAMETERS_TAG in tags(cell):
        return True
    return cell.get("cell_type") == "code" and _WRITTEN_AS_SPEC.search("".join(cell.get("source", ""))) is not None


def parameters_fault(notebook: dict[str, Any]) -> str | None:
    """Return what is wrong with the number of cells that are tagged `parameters`; None if there is one.

    Examples:
        >>> parameters_fault({"cells": []})
        "has 0 cells tagged 'parameters', expected 1"
    """
    count = sum(PARAMETERS_TAG in tags(cell) for cell in notebook["cells"] if cell.get("cell_type") == "code")
    return None if count == 1 else f"has {count} cells tagged '{PARAMETERS_TAG}', expected 1"
