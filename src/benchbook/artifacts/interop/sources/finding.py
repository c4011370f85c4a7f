"""The data files of a source."""

from __future__ import annotations

from pathlib import Path

_RESOURCE = "._"  # macOS stores attributes of a file next to it, in archives as well


def files_under(folder: Path, pattern: str) -> list[Path]:
    """Return the files in a folder and its subfolders that match a pattern, sorted, without those that macOS adds."""
    return sorted(path for path in folder.rglob(pattern) if path.is_file() and not path.name.startswith(_RESOURCE))
