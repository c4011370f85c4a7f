"""What every notebook must have, and what a spec must have beyond that; each rule yields what it finds."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from benchbook.specs.names import optimizer_name
from benchbook.specs.notebooks.discover import PARAMETERS_TAG, parameters_fault, tags
from benchbook.specs.notebooks.parameter_cell import assigned, collects
from benchbook.typing import JsonObject

IGNORE_TAG = "nbval-ignore-output"
CONTRACT_TAGS = ("nbval-check-output", "keep_output")
HEADINGS = ("Given", "When", "Then", "Reproduce", "References")
JUDGED = re.compile(r"\bspec\.then\(\)")
# Notebook metadata that depends on who executed it, and not on what it says.
METADATA = {"kernelspec": {"display_name", "language", "name"}, "language_info": {"name"}}
_CONTROL_SPEC = "random_search"
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SPEC_OF = re.compile(r"\bbb\.spec\(\s*[\"']([^\"']+)[\"']")
# What every spec must call, and what it lacks otherwise.
_CALLS = (
    (r"spec\.claim\w*\(", "has no claim: spec.claim(...)"),
    (JUDGED.pattern, "never judges its claims: spec.then()"),
    (r"spec\.reproduce\(\)", "does not say how to reproduce it: spec.reproduce()"),
)
# What the spec of an optimizer must call beyond that.
_OPTIMIZER_CALLS = (
    (r"spec\.(stages|fronts)\(", "does not show the idea in one picture: spec.stages(...), or spec.fronts(...)"),
    (r"spec\.settings\(\)", "does not show its settings: spec.settings()"),
    (r"spec\.given\(\)", "does not show what is given: spec.given()"),
    (r"spec\.when\(\)", "never does its runs: spec.when()"),
    (r"spec\.convergence\(\)", "shows no convergence: spec.convergence()"),
    (r"spec\.profile\(\)", "shows no runtime profile: spec.profile()"),
    (r"spec\.claim_sound\(", "does not make the claims that every spec must make: spec.claim_sound()"),
    (r"spec\.weaknesses\(\)", "does not measure where it fails: spec.weaknesses()"),
)
_COMPARED_WITH_CONTROL = (r"spec\.beside_control\(\)", "is not compared with the control: spec.beside_control()")
_TWINS = (
    r"spec\.twin_comparison\(\)",
    "does not compare textbook functions with shifted instances: spec.twin_comparison()",
)
# Suites whose functions have no textbook instance to compare with, and those that are in no textbook.
_ALWAYS_SHIFTED = re.compile(r"[\"'](?:bbob_(?:constrained|biobj)_f\d+|mixed_[a-z]+)[\"']")
_REFERRED = (r"spec\.beside_reference\(\)", "names a reference and does not show it: spec.beside_reference()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a notebook lacks.

    Attributes:
        spec: Name of the notebook.
        where: Id of the cell; empty for the whole.
        what: What is wrong, and what is expected.
        fixable: Whether `fix_notebook` can fix it automatically.
    """

    spec: str
    where: str = ""
    what: str
    fixable: bool = False

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.spec}{f', cell {self.where}' if self.where else ''}: {self.what}"


def notebook_findings(name: str, notebook: dict[str, Any], *, imports: Collection[str]) -> Iterator[Finding]:
    """Yield what any notebook lacks: ids that are words, tags for nbval, stripped outputs, few imports."""
    yield from _metadata(name, notebook)
    yield from _ids(name, notebook)
    for cell in code_cells(notebook):
        yield from _cell(name, cell, imports)


def spec_findings(name: str, notebook: dict[str, Any], quick: JsonObject) -> Iterator[Finding]:
    """Yield what a spec lacks beyond that: its story, its claims, its parameters."""
    yield from _story(name, notebook)
    yield from _missing_calls(name, notebook, _CALLS)
    yield from _parameters(name, notebook, quick)


def optimizer_findings(name: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    """Yield what the spec of an optimizer lacks beyond that: its pictures, its comparisons, where it fails."""
    code = "\n".join(source_of(cell) for cell in code_cells(notebook))
    wanted = [*_OPTIMIZER_CALLS, *([] if name == _CONTROL_SPEC else [_COMPARED_WITH_CONTROL])]
    if not _ALWAYS_SHIFTED.search(code):
        wanted.append(_TWINS)
    if "reference=" in code:
        wanted.append(_REFERRED)
    yield from _missing_calls(name, notebook, wanted)
    if not any(re.search(r"^##+ Where it fails", source_of(c), flags=re.MULTILINE) for c in notebook["cells"]):
        yield Finding(spec=name, what="has no heading '## Where it fails'")
    begun = _SPEC_OF.search(code)
    if begun is None or begun[1] != optimizer_name(name):
        other = f"that of {begun[1]!r}" if begun else "of nothing"
        yield Finding(spec=name, what=f"is the spec {other}, expected bb.spec({optimizer_name(name)!r}, ...)")


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the code cells."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source_of(cell: dict[str, Any]) -> str:
    """Return a cell's source as one text."""
    return "".join(cell["source"])


def is_word(cell_id: str) -> bool:
    """Tell ids that say something from those that tools make up, such as `3f9a61c2`.

    Examples:
        >>> is_word("runtime-profile"), is_word("3f9a61c2")
        (True, False)
    """
    made_up = re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", cell_id) is not None and any(c.isdigit() for c in cell_id)
    return bool(_SLUG.fullmatch(cell_id)) and any(len(part) > 1 for part in cell_id.split("-")) and not made_up


def _metadata(name: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    for key, value in notebook.get("metadata", {}).items():
        surplus = [key] if key not in METADATA else [f"{key}.{k}" for k in value if k not in METADATA[key]]
        for item in surplus:
            what = f"its metadata hold {item}, which depends on the machine that executed it"
            yield Finding(spec=name, what=what, fixable=True)


def _ids(name: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, cell in enumerate(notebook["cells"], start=1):
        cell_id = str(cell.get("id", ""))
        if not is_word(cell_id):
            what = "its id is not a word; give it one, such as 'convergence'"
            yield Finding(spec=name, where=cell_id or str(number), what=what, fixable=True)
        if cell_id in seen:
            yield Finding(spec=name, where=cell_id, what="its id appears twice", fixable=True)
        seen.add(cell_id)


def _cell(name: str, cell: dict[str, Any], imports: Collection[str]) -> Iterator[Finding]:
    where, has = str(cell.get("id", "")), set(tags(cell))
    contract = bool(has & set(CONTRACT_TAGS))
    judges = JUDGED.search(source_of(cell)) is not None
    if contract and not set(CONTRACT_TAGS) <= has:
        what = f"needs both tags {' and '.join(CONTRACT_TAGS)}"
        yield Finding(spec=name, where=where, what=what, fixable=True)
    if contract and not cell.get("outputs"):
        what = f"its output is missing; run: benchbook spec run {name}, then: benchbook spec accept {name}"
        yield Finding(spec=name, where=where, what=what)
    if judges and not contract:
        what = f"judges the claims and needs the tags {' and '.join(CONTRACT_TAGS)}"
        yield Finding(spec=name, where=where, what=what, fixable=True)
    if not contract and not judges:
        if IGNORE_TAG not in has:
            yield Finding(spec=name, where=where, what=f"needs the tag {IGNORE_TAG}", fixable=True)
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield Finding(spec=name, where=where, what="its output is not stripped", fixable=True)
    for module in sorted(_imports(source_of(cell)) - set(imports)):
        yield Finding(spec=name, where=where, what=f"imports {module}; allowed is {', '.join(sorted(imports))}")


def _story(name: str, notebook: dict[str, Any]) -> Iterator[Finding]:
    text = "\n".join(source_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    if not text.startswith("# "):
        yield Finding(spec=name, what="does not begin with a heading '# ...'")
    places = {heading: re.search(rf"^##+ {heading}\s*$", text, flags=re.MULTILINE) for heading in HEADINGS}
    for heading, place in places.items():
        if place is None:
            yield Finding(spec=name, what=f"has no heading '## {heading}'")
    found = [place.start() for place in places.values() if place is not None]
    if found != sorted(found):
        yield Finding(spec=name, what=f"its headings are not in the order {', '.join(HEADINGS)}")


def _missing_calls(name: str, notebook: dict[str, Any], wanted: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    code = "\n".join(source_of(cell) for cell in code_cells(notebook))
    for pattern, what in wanted:
        if re.search(rf"\b{pattern}", code) is None:
            yield Finding(spec=name, what=what)


def _parameters(name: str, notebook: dict[str, Any], quick: JsonObject) -> Iterator[Finding]:
    fault = parameters_fault(notebook)
    if fault is not None:
        yield Finding(spec=name, what=fault)
        return
    cells = [cell for cell in code_cells(notebook) if PARAMETERS_TAG in tags(cell)]
    where = str(cells[0].get("id", ""))
    values = assigned(source_of(cells[0]))
    if values is None:
        yield Finding(spec=name, where=where, what="is not a list of plain assignments", fixable=True)
        return
    shortened = collects(source_of(cell) for cell in code_cells(notebook))
    expected = {key: quick[key] for key in quick if key in values or key == "preset"} if shortened else quick
    for key in sorted(values.keys() | expected.keys()):
        if key not in values or key not in quick or values[key] != quick[key]:
            theirs = repr(quick[key]) if key in quick else "not there"
            ours = repr(values[key]) if key in values else "not there"
            what = f"parameter {key!r} is {ours}, in the quick set {theirs}"
            yield Finding(spec=name, where=where, what=what, fixable=True)


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
