"""Notebooks as documents of a study, for an archive of its runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchbook.artifacts.interop.crate_entities import Notebook
from benchbook.errors import UsageError
from benchbook.files import spec_root
from benchbook.specs.notebooks.discover import read_notebook, title_of
from benchbook.specs.outcome import FILE_NAME, read_outcome


def spec_documents(optimizers: Iterable[str], root: Path | None) -> list[Notebook]:
    """Return the spec notebooks of optimizers: as last executed, or else as in the project `root`.

    Raises:
        UsageError: One of them is not a notebook.
        ArtifactError: The outcome of one is damaged.
    """
    found = []
    for name in optimizers:
        executed = spec_root() / name / f"{name}.ipynb"
        if executed.is_file():
            found.append(executed)
        elif root is not None and (root / "notebooks" / f"{name}.ipynb").is_file():
            found.append(root / "notebooks" / f"{name}.ipynb")
    return notebook_documents(found)


def notebook_documents(paths: Iterable[Path]) -> list[Notebook]:
    """Return notebooks with their titles, and with their outcomes if these are next to them.

    Raises:
        UsageError: One does not exist, is not a notebook, or has the name of another.
        ArtifactError: The outcome of one is damaged.
    """
    made: dict[str, Notebook] = {}
    for path in paths:
        if path.name in made:
            raise UsageError(f"two notebooks are named {path.name}: {made[path.name].path} and {path}")
        outcome = path.parent / FILE_NAME
        made[path.name] = Notebook(
            path=path,
            title=title_of(read_notebook(path)["cells"]) or path.stem,
            outcome=outcome if outcome.is_file() else None,
            executed_at=str(read_outcome(path.parent)["created_at"]) if outcome.is_file() else None,
        )
    return list(made.values())
