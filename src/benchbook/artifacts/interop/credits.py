"""Authors and licence of a study: as given, or else those of the project around it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError
from benchbook.files import read_bytes

_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])")
_AUTHOR = re.compile(r"\s*([^<>]*[^<>\s])\s*(?:<\s*([^<>]*?)\s*>)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An author of a study.

    Attributes:
        name: The name.
        orcid: Address of the person's ORCID; None if unknown.
        is_person: False for a group.
    """

    name: str
    orcid: str | None = None
    is_person: bool = True


def author(text: str) -> Author:
    """Return the author named in a text such as `Ada Lovelace <0000-0002-1825-0097>`; the ORCID is optional.

    Raises:
        UsageError: The name is missing, or the ORCID is not valid.

    Examples:
        >>> author("Ada Lovelace <0000-0002-1825-0097>").orcid
        'https://orcid.org/0000-0002-1825-0097'
    """
    match = _AUTHOR.fullmatch(text)
    if match is None:
        raise UsageError(f"author is {text!r}, expected 'Name' or 'Name <ORCID>'")
    name, orcid = match.group(1), match.group(2)
    if orcid is None:
        return Author(name=name)
    digits = _ORCID.fullmatch(orcid)
    if digits is None or _check_digit(digits.group(1)) != digits.group(1)[-1]:
        raise UsageError(f"author is {text!r}: {orcid!r} is not an ORCID, expected one such as 0000-0002-1825-0097")
    return Author(name=name, orcid=f"https://orcid.org/{digits.group(1)}")


def project_credits(root: Path | None) -> tuple[str | None, tuple[Author, ...]]:
    """Return licence and authors of a project from its `pyproject.toml`; None and an empty tuple if not stated.

    Raises:
        UsageError: The file is not valid TOML.
    """
    path = None if root is None else root / "pyproject.toml"
    if path is None or not path.is_file():
        return None, ()
    try:
        project: Any = tomllib.loads(read_bytes(path).decode()).get("project", {})
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    if not isinstance(project, dict):
        return None, ()
    licence, authors = project.get("license"), project.get("authors", [])
    given = authors if isinstance(authors, list) else []
    names = [item["name"] for item in given if isinstance(item, dict) and isinstance(item.get("name"), str)]
    # A project does not say which of its authors are people.
    return licence if isinstance(licence, str) else None, tuple(Author(name=name, is_person=False) for name in names)


def _check_digit(orcid: str) -> str:
    """Return the last digit that an ORCID must have, by ISO 7064 MOD 11-2."""
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)
