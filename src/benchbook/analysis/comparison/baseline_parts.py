"""A large baseline is written as several files, each an artifact of its own with some of the cells.

The first one has the baseline's name, the others are next to it: `NAME.part2.json.zst` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from benchbook.artifacts.codec import encode
from benchbook.artifacts.io import load_document, save_document
from benchbook.artifacts.kinds import Kind
from benchbook.errors import ArtifactError, UsageError
from benchbook.typing import JsonObject

SUFFIX = ".json.zst"
# Above 1.5 MB a file does not belong in a Git repository.
MOST_BYTES = 1_400_000
# Published once, loaded often: the slow levels save a quarter.
LEVEL = 19
_PART = re.compile(r"\.part[0-9]+$")


def is_part(name: str) -> bool:
    """Return whether the name (without the suffix) is one of a later part.

    Examples:
        >>> is_part("field-bbob"), is_part("field-bbob.part2")
        (False, True)
    """
    return _PART.search(name) is not None


def part_path(path: Path, part: int) -> Path:
    """Return the file of a part; links are followed, so that it lies where the first one does.

    Examples:
        >>> part_path(Path("field.json.zst"), 2).name
        'field.part2.json.zst'
    """
    path = path.resolve()
    return path if part == 1 else path.with_name(f"{path.name.removesuffix(SUFFIX)}.part{part}{SUFFIX}")


def save_parts(document: JsonObject, path: Path, most_bytes: int = MOST_BYTES) -> list[Path]:
    """Write a baseline into as many files as its size asks for, and remove later parts of the one that it replaces.

    Raises:
        ArtifactError: The document is not valid.
        StorageError: It cannot be written.
    """
    paths = []
    parts = _split(document, most_bytes)
    for number, part in enumerate(parts, start=1):
        paths.append(save_document(part, part_path(path, number), level=LEVEL))
    number = len(parts) + 1
    while (left := part_path(path, number)).exists():
        left.unlink()
        number += 1
    return paths


def load_parts(path: Path) -> JsonObject:
    """Read a baseline with all its parts, checked.

    Raises:
        ArtifactError: A part is missing, damaged or of another publication.
        UsageError: The file is a later part.
    """
    first = cast("dict[str, Any]", load_document(path, Kind.BASELINE))
    if first.get("part", 1) != 1:
        raise UsageError(f"{path} is part {first['part']} of the baseline {first['name']!r}, expected its first file")
    for number in range(2, first.pop("parts", 1) + 1):
        first["cells"].extend(_checked_part(part_path(path, number), number, first)["cells"])
    first.pop("part", None)
    return first


def part_count(path: Path) -> int:
    """Return how many files a baseline has, by what lies there."""
    number = 1
    while part_path(path, number + 1).is_file():
        number += 1
    return number


def _checked_part(path: Path, number: int, first: dict[str, Any]) -> dict[str, Any]:
    if not path.is_file():
        raise ArtifactError(f"{path} is missing: part {number} of the baseline {first['name']!r}")
    document = cast("dict[str, Any]", load_document(path, Kind.BASELINE))
    for key, expected in (("name", first["name"]), ("created_at", first["created_at"]), ("part", number)):
        if document.get(key) != expected:
            raise ArtifactError(
                f"{path} belongs to another publication: its {key} is {document.get(key)!r}, expected {expected!r}"
            )
    return document


def _split(document: JsonObject, most_bytes: int) -> list[JsonObject]:
    """Return the document itself, or its parts: as few as keep each below the limit."""
    count = -(-len(encode(document, SUFFIX, level=LEVEL)) // most_bytes)
    cells = cast("list[Any]", document["cells"])
    if count < 2 or len(cells) < 2:
        return [document]
    shares = list(_shares(cells, count, lambda cell: len(encode(cast("JsonObject", cell), ".json"))))
    return [
        {**document, "part": number, "parts": len(shares), "cells": share}
        for number, share in enumerate(shares, start=1)
    ]


def _shares(cells: list[Any], count: int, size: Callable[[Any], int]) -> Iterator[list[Any]]:
    """Yield the cells in order, in groups of about the same size."""
    sizes = [size(cell) for cell in cells]
    share = sum(sizes) / count
    group: list[Any] = []
    done, made = 0, 1
    for cell, own in zip(cells, sizes, strict=True):
        group.append(cell)
        done += own
        if done >= made * share and made < count:
            yield group
            group, made = [], made + 1
    if group:
        yield group
