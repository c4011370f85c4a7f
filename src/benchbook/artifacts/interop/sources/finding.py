"""The data files of a source."""

from __future__ import annotations

from pathlib import Path

from benchbook.artifacts.interop.sources.shown import invalid, shown
from benchbook.errors import UsageError

_RESOURCE = "._"  # macOS stores attributes of a file next to it, in archives as well


def data_files(path: Path, pattern: str, expected: str = "") -> list[Path]:
    """Return a file, or the files in a folder and its subfolders that match a pattern.

    Args:
        path: The file or folder.
        pattern: The pattern of names, such as `*.csv`.
        expected: What the folder should be, for the error message.

    Raises:
        UsageError: There is no such file or folder, or no such file in the folder.
    """
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}")
    if not path.is_dir():
        return [path]
    found = files_under(path, pattern)
    if not found:
        raise UsageError(f"{shown(path)} holds no {pattern}{expected and f', expected {expected}'}")
    return found


def data_file_of(index: Path, line: int, name: str, folder: str = "") -> Path:
    """Return the data file that a line of an index names; it must be in the folder of the index.

    Raises:
        ArtifactError: It is outside.
    """
    path = (index.parent / folder / name.replace("\\", "/").replace("\0", "")).resolve()
    if "\0" in name or not path.is_relative_to(index.parent.resolve()):
        raise invalid(index, line, f"the data file {name!r} is outside its folder")
    return path


def files_under(folder: Path, pattern: str) -> list[Path]:
    """Return the files in a folder and its subfolders that match a pattern, sorted, without those that macOS adds."""
    return sorted(path for path in folder.rglob(pattern) if path.is_file() and not path.name.startswith(_RESOURCE))
