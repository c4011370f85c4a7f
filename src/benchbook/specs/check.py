"""Checking spec notebooks: what every one must have, and what a machine can mend."""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import write_atomic
from benchbook.params.load import load
from benchbook.specs.discover import read_notebook, tags
from benchbook.typing import JsonObject

IGNORE_TAG = "nbval-ignore-output"
CONTRACT_TAGS = ("nbval-check-output", "keep_output")
PARAMETERS_TAG = "parameters"
HEADINGS = ("Given", "When", "Then", "Reproduce", "References")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_ALLOWED_IMPORTS = {"benchbook"}
_JUDGED = re.compile(r"\bspec\.then\(\)")
_CLAIMED = re.compile(r"\bspec\.claim\w*\(")
_REPRODUCED = re.compile(r"\bspec\.reproduce\(\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a spec lacks.

    Attributes:
        spec: Name of the spec.
        where: Id of the cell; empty for the whole.
        what: What is wrong, and what is expected.
        mendable: Whether `mend` can put it right.
    """

    spec: str
    where: str
    what: str
    mendable: bool = False

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.spec}{f', cell {self.where}' if self.where else ''}: {self.what}"


def check_notebook(path: Path, quick: JsonObject) -> list[Finding]:
    """Return what a spec notebook lacks.

    Args:
        path: The notebook.
        quick: The parameters of the quick set, which its defaults must equal.
    """
    notebook = read_notebook(path)
    found = [*_ids(path.stem, notebook), *_story(path.stem, notebook), *_parameters(path.stem, notebook, quick)]
    for cell in _code(notebook):
        found += _cell(path.stem, cell)
    return found


def check_coverage(folder: Path, optimizers: list[str]) -> list[Finding]:
    """Return the optimizers that have no spec notebook in a folder."""
    return [
        Finding(spec=name, where="", what=f"has no spec; begin with: benchbook spec new {name}")
        for name in optimizers
        if not (folder / f"{name}.ipynb").is_file()
    ]


def check_docstring(name: str, docstring: str) -> list[Finding]:
    """Return whether an optimizer's docstring lacks an example that can run as a doctest."""
    if ">>> " in docstring:
        return []
    return [Finding(spec=name, where="", what="its docstring has no example (>>>), which the tests would run")]


def mend(path: Path, quick: JsonObject) -> bool:
    """Put right what a machine can: parameters, tags, counts, outputs; return whether the notebook changed."""
    notebook = read_notebook(path)
    before = copy.deepcopy(notebook)
    for cell in _code(notebook):
        metadata = cell.setdefault("metadata", {})
        if PARAMETERS_TAG in tags(cell) and _source(cell) != parameter_source(quick):
            cell["source"] = parameter_source(quick)
        if _JUDGED.search(_source(cell)):
            metadata["tags"] = [*(tag for tag in tags(cell) if tag not in (*CONTRACT_TAGS, IGNORE_TAG)), *CONTRACT_TAGS]
        elif not set(CONTRACT_TAGS) & set(tags(cell)):
            if IGNORE_TAG not in tags(cell):
                metadata["tags"] = [*tags(cell), IGNORE_TAG]
            cell["outputs"], cell["execution_count"] = [], None
    if notebook == before:
        return False
    write_atomic(path, (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode())
    return True


def parameter_source(params: JsonObject) -> str:
    """Return the source of a parameters cell.

    Examples:
        >>> print(parameter_source({"preset": "quick", "target": 1e-08, "dims": [2]}))
        preset = "quick"
        target = 1.0e-8
        dims = [2]
    """
    return "\n".join(f"{name} = {_literal(value)}" for name, value in params.items())


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        # an item a line, as the formatter leaves it
        items = "".join(f"    {json.dumps(key)}: {_literal(item)},\n" for key, item in value.items())
        return f"{{\n{items}}}"
    if isinstance(value, float) and "e" in repr(value):
        mantissa, exponent = repr(value).split("e")
        return f"{float(mantissa)}e{int(exponent)}"
    return json.dumps(value) if isinstance(value, str | list) else repr(value)


def _code(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _ids(spec: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, cell in enumerate(notebook["cells"], start=1):
        name = str(cell.get("id", ""))
        if not _SLUG.fullmatch(name) or not any(len(part) > 1 for part in name.split("-")) or _random(name):
            yield Finding(
                spec=spec, where=name or str(number), what="its id is no word; give it one, such as 'convergence'"
            )
        if name in seen:
            yield Finding(spec=spec, where=name, what="its id stands twice")
        seen.add(name)


def _random(name: str) -> bool:
    """Tell ids that tools make up, such as `3f9a61c2`, from words."""
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", name) is not None and any(c.isdigit() for c in name)


def _story(spec: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    text = "\n".join(_source(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    if not text.startswith("# "):
        yield Finding(spec=spec, where="", what="does not begin with a heading '# ...'")
    places = {heading: re.search(rf"^##+ {heading}\s*$", text, flags=re.MULTILINE) for heading in HEADINGS}
    for heading, place in places.items():
        if place is None:
            yield Finding(spec=spec, where="", what=f"has no heading '## {heading}'")
    found = [place.start() for place in places.values() if place is not None]
    if found != sorted(found):
        yield Finding(spec=spec, where="", what=f"its headings are not in the order {', '.join(HEADINGS)}")
    sources = [_source(cell) for cell in _code(notebook)]
    for pattern, what in (
        (_CLAIMED, "has no claim: spec.claim(...)"),
        (_REPRODUCED, "does not say how to reproduce it: spec.reproduce()"),
        (_JUDGED, "never judges its claims: spec.then()"),
    ):
        if not any(pattern.search(source) for source in sources):
            yield Finding(spec=spec, where="", what=what)


def _parameters(spec: str, notebook: dict[str, Any], quick: JsonObject) -> Iterator[Finding]:
    cells = [cell for cell in _code(notebook) if PARAMETERS_TAG in tags(cell)]
    if len(cells) != 1:
        yield Finding(spec=spec, where="", what=f"has {len(cells)} cells tagged '{PARAMETERS_TAG}', expected 1")
        return
    where = str(cells[0].get("id", ""))
    try:
        assigned = {
            node.targets[0].id: ast.literal_eval(node.value)
            for node in ast.parse(_source(cells[0])).body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
    except (SyntaxError, ValueError):
        yield Finding(spec=spec, where=where, what="is not a list of plain assignments", mendable=True)
        return
    for name in sorted(assigned.keys() | quick.keys()):
        if name not in assigned or name not in quick or assigned[name] != quick[name]:
            theirs = repr(quick[name]) if name in quick else "not there"
            ours = repr(assigned[name]) if name in assigned else "not there"
            what = f"parameter {name!r} is {ours}, in the quick set {theirs}"
            yield Finding(spec=spec, where=where, what=what, mendable=True)


def _cell(spec: str, cell: dict[str, Any]) -> Iterator[Finding]:
    where, has = str(cell.get("id", "")), set(tags(cell))
    contract = bool(has & set(CONTRACT_TAGS))
    judges = _JUDGED.search(_source(cell)) is not None
    if contract and not set(CONTRACT_TAGS) <= has:
        yield Finding(spec=spec, where=where, what=f"needs both tags {' and '.join(CONTRACT_TAGS)}", mendable=judges)
    if contract and not cell.get("outputs"):
        what = f"its output is missing; run: benchbook spec run {spec}, then: benchbook spec accept {spec}"
        yield Finding(spec=spec, where=where, what=what)
    if judges and not contract:
        what = f"judges the claims and needs the tags {' and '.join(CONTRACT_TAGS)}"
        yield Finding(spec=spec, where=where, what=what, mendable=True)
    if not contract and not judges:
        if IGNORE_TAG not in has:
            yield Finding(spec=spec, where=where, what=f"needs the tag {IGNORE_TAG}", mendable=True)
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Finding(spec=spec, where=where, what="its output is not stripped", mendable=True)
    for module in sorted(_imports(_source(cell)) - _ALLOWED_IMPORTS):
        yield Finding(spec=spec, where=where, what=f"imports {module}; a spec imports benchbook only")


def _imports(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return {"(it is not Python)"}
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


def quick_params() -> JsonObject:
    """Return the parameters of the quick set.

    Raises:
        UsageError: The project has none.
    """
    params = load("quick")
    if params.get("preset") != "quick":
        raise UsageError(f"params/quick.yaml names its preset {params.get('preset')!r}, expected 'quick'")
    return params
