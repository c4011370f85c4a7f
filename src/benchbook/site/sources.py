"""The hand-written files of a site: those of every site, and the documentation of the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchbook.files import shipped

_SKIPPED = {"_build", "__pycache__"}


def sources(root: Path) -> dict[str, Path]:
    """Return the hand-written files of a site by their path in it; the project's take precedence over shipped ones."""
    return {**dict(handwritten(shipped("site"))), **dict(handwritten(root / "docs"))}


def handwritten(docs: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of the documentation as (path relative to `docs`, path), in order."""
    for path in sorted(docs.rglob("*")):
        relative = path.relative_to(docs)
        if path.is_file() and not _SKIPPED & set(relative.parts) and not path.name.startswith("."):
            yield relative.as_posix(), path
