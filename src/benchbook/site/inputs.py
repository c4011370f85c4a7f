"""The inputs of the pages as one digest; if it is unchanged, so are the pages."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from benchbook.digests import text_digest
from benchbook.files import project_name, shipped
from benchbook.importing.objects import version_of
from benchbook.site.sources import sources
from benchbook.specs.notebooks.execution.up_to_date import package_digest

_TOOLS = (
    "benchbook",
    "furo",
    "matplotlib",
    "myst-nb",
    "myst-parser",
    "numpy",
    "sphinx",
    "sphinx-copybutton",
    "sphinx-design",
    "sphinx-mathjax-offline",
)


def inputs_digest(root: Path, artifacts: Path) -> str:
    """Return the digest (hex) of documentation, notebooks, executed specs, the package's code and the tools.

    The reference depends on the code, because it shows docstrings, models and the help of commands.
    """
    lines = [f"{name} {_content(path)}" for name, path in _files(root, artifacts)]
    return text_digest(code_digest(), project_name(root), *lines)


@cache
def code_digest() -> str:
    """Return the digest (hex) of the package's code and of the tools that make the pages."""
    lines = [f"python {sys.version}", *(f"{name} {version_of(name)}" for name in _TOOLS)]
    return text_digest(*lines, package_digest())


def _files(root: Path, artifacts: Path) -> Iterator[tuple[str, Path]]:
    for relative, path in sources(root).items():
        yield f"docs/{relative}", path
    for path in sorted((root / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            yield f"notebooks/{path.relative_to(root / 'notebooks').as_posix()}", path
    yield from _results(artifacts, artifacts / "specs")
    yield from _results(artifacts, artifacts / "strength")
    yield from _results(artifacts, artifacts / "baselines")
    yield from ((f"shipped/{path.name}", path) for path in sorted(shipped("baselines").iterdir()))


def _results(artifacts: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        # Hidden files are temporary files of writes in progress; an index is rebuilt from its store by the first
        # reader.
        if path.is_file() and not path.name.startswith(".") and not path.name.startswith("index.sqlite"):
            yield f"artifacts/{path.relative_to(artifacts).as_posix()}", path


def _content(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return "missing"
