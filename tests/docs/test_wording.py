"""Wording that reads like a translation stays out of documentation, notebooks, code, its comments and scripts."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Pattern -> what to write instead. Words that are wrong everywhere are in `.codespell-words.txt`.
PHRASES = {
    r"hangs? on": "depends on",
    r"held against|holds? (it|them|one|ours|theirs) against": "compared with",
    r"beside(?![-_])": "next to, compared with, in addition to",
    r"twins?": "shifted instances",
    r"decades? (above|below|of|more|less|behind)|many decades": "orders of magnitude",
    r"so many (evaluations|seconds|runs|steps|times)": "this many, a number of",
    r"(putt?(s|ing)? right|mends?) what": "automatic fixes",
    r"(weighs?|weighed|weight) alike": "have equal weight",
    r"nobody knows": "unknown",
    r"whoever": "the one who, or a plain subject",
    r"traffic with": "import and export",
    r"(told|tells?|telling) (\w+ ){0,2}apart": "distinguished",
    r"one's own": "your own, a user's own",
    r"(comes?|came) about": "happens, is caused by",
    r"(goes|go|went) on (its|their|his) way": "continues",
    r"in vain": "without success",
    r"among (a|the) (run|write)": "during",
    r"is no (failure|error|offence)": "is not a failure",
    r"(?<!there )is no (artifact|baseline|figure|json|manifest|notebook|number|report|run|spec|store|study|text)": (
        "is not a"
    ),
    r"is no (setting|success)": "is not a",
    r"(us|ms|ns|bytes|microseconds|milliseconds) an? (batch|call|cell|evaluation|point|run|second|step)": "... per ...",
    r"a (spec|run|notebook|folder|step|panel|cell|frame) an? (optimizer|function|notebook|dimension|document|run)": (
        "one ... per ..."
    ),
    r"(one|a|an) (point|population|row|card|column|violin|section|profile) an? "
    r"(batch|line|run|improvement|cell|title|stage|spec|kind|optimizer|function|quantity)": "one ... per ...",
    r"(is|are) none of (the|its|those|coco|ioh)|is no (csv|toml|parquet|native)": "is not",
    r"no utf-8": "not UTF-8",
}
FOUND = {re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE): better for pattern, better in PHRASES.items()}
CODE = re.compile(r"```.*?```|`[^`]*`|<!--.*?-->|https?://\S+", re.DOTALL)
MARKDOWN = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("*.md")]
    if "_build" not in path.parts
)
NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
PYTHON = sorted(
    path
    for name in ("src", "examples", "benchmarks", "tests", ".ci")
    for path in (ROOT / name).rglob("*.py")
    if path != Path(__file__).resolve()  # it quotes the phrases
)
SCRIPTS = sorted(
    [ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / ".ci" / "build_kernel", ROOT / ".ci" / "notice"]
    + [*(ROOT / ".github").rglob("*.yml"), *(ROOT / "params").rglob("*.yaml")]
    + [path for end in ("js", "css", "c", "h", "yml", "yaml") for path in (ROOT / "src").rglob(f"*.{end}")]
)


def prose_of_python(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments of a module, and its strings of several words, with their lines."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def findings(text: str, where: str) -> list[str]:
    """Return what is worded badly in a text, outside of code."""
    plain = re.sub(r"\s+", " ", CODE.sub(" ", text))
    return [
        f"{where}: {match[0]!r}, write: {better}"
        for pattern, better in FOUND.items()
        for match in pattern.finditer(plain)
    ]


@pytest.mark.parametrize("kind", ["markdown", "scripts", "notebooks", "python"])
def test_no_text_has_a_listed_phrase(kind: str) -> None:
    """Every finding is named with its file and a better wording."""
    found: list[str] = []
    if kind in ("markdown", "scripts"):
        for path in MARKDOWN if kind == "markdown" else SCRIPTS:
            found += findings(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))
    elif kind == "notebooks":
        for path in NOTEBOOKS:
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "markdown":
                    found += findings("".join(cell["source"]), f"{path.relative_to(ROOT)}, cell {cell['id']}")
    else:
        for path in PYTHON:
            for line, text in prose_of_python(path):
                found += findings(text, f"{path.relative_to(ROOT)}, line {line}")
    assert not found, "\n".join(found)


def test_phrases_are_found_in_prose_and_not_in_code() -> None:
    """A phrase over two lines is found; the same words as code are not."""
    assert findings("It hangs\non the seed.", "x") == ["x: 'hangs on', write: depends on"]
    assert findings("`spec.beside_reference()` and `beside`", "x") == []
