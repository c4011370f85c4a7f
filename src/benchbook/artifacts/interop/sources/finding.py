"""The files of a source, without those that are no data."""

from __future__ import annotations

from pathlib import Path

_RESOURCE = "._"  # macOS keeps what its file system knows of a file next to it, in archives too


def files_under(folder: Path, pattern: str) -> list[Path]:
    """Return the files under a folder whose names fit a pattern, sorted; those that macOS adds are left out."""
    return sorted(path for path in folder.rglob(pattern) if path.is_file() and not path.name.startswith(_RESOURCE))
