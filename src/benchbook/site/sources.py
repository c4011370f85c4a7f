"""The documentation's hand-written files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_SKIPPED = {"_build", "__pycache__"}


def handwritten(docs: Path) -> Iterator[tuple[str, Path]]:
    """Yield the documentation's files, as (path relative to `docs`, path), in order."""
    for path in sorted(docs.rglob("*")):
        relative = path.relative_to(docs)
        if path.is_file() and not _SKIPPED & set(relative.parts) and not path.name.startswith("."):
            yield relative.as_posix(), path
