"""Names of files in messages; those in an archive are named by the archive and their path in it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from benchbook.errors import ArtifactError, StorageError

log = logging.getLogger(__name__)
_LINE_END = re.compile(r"\r\n|\n|\r")
_unpacked: ContextVar[tuple[tuple[Path, str], ...]] = ContextVar("_unpacked", default=())


@contextmanager
def unpacked(folder: Path, archive: str) -> Iterator[None]:
    """Name files under a folder as those of an archive."""
    token = _unpacked.set(((folder, archive), *_unpacked.get()))
    try:
        yield
    finally:
        _unpacked.reset(token)


def shown(path: Path) -> str:
    """Return a path as a message should name it."""
    for folder, archive in _unpacked.get():
        if path.is_relative_to(folder):
            inside = path.relative_to(folder).as_posix()
            return archive if inside == "." else f"{archive}/{inside}"
    return str(path)


def invalid(file: Path, line: int, reason: str) -> ArtifactError:
    """Return an error about a line of a file.

    Examples:
        >>> invalid(Path("f1.info"), 3, "torn")
        ArtifactError('f1.info, line 3: torn')
    """
    return ArtifactError(f"{shown(file)}, line {line}: {reason}")


def lines(file: Path) -> list[str]:
    """Return the lines of a text file with any line endings; bytes that are not UTF-8 are replaced, with a warning.

    `str.splitlines` also breaks at form feeds and other characters, which would shift the line numbers.

    Raises:
        StorageError: The file cannot be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise StorageError(f"cannot read {shown(file)}: {error.strerror or error}") from error
    found = _LINE_END.split(content.decode("utf-8", errors="replace"))
    odd = next((place for place, line in enumerate(found, start=1) if "\ufffd" in line), None)
    if odd is not None:
        log.warning("%s, line %d: bytes that are not UTF-8 are replaced", shown(file), odd)
    return found[:-1] if found[-1] == "" else found
