"""The list of optimizers: one line each, without importing any library."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

from benchbook.optimizers.adapters import factory as libraries
from benchbook.optimizers.catalog import describe, names, native_names, optimizer
from benchbook.optimizers.register import registered


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the list of optimizers.

    Attributes:
        name: Name in the catalog.
        family: "native", "library", or "own" where it was registered or comes by an entry point.
        anytime: Whether a longer budget continues a shorter run; None if that is not known without loading it.
        summary: What it does, in one sentence.
        source: First author and year of the publication, the library, or the module.
    """

    name: str
    family: str
    anytime: bool | None
    summary: str
    source: str


def entries() -> list[Entry]:
    """Return the list, in the order of `names`.

    Examples:
        >>> [entry.family for entry in entries() if entry.name == "random_search"]
        ['native']
    """
    native = set(native_names())
    return [_library(name) if ":" in name else _own(name, native=name in native) for name in names()]


def _library(name: str) -> Entry:
    library, inner = libraries.split(name)
    listed = library.optimizers[inner]
    return Entry(
        name=name, family="library", anytime=listed.anytime, summary=listed.summary, source=library.packages[0]
    )


def _own(name: str, *, native: bool) -> Entry:
    if not native and name not in registered():
        return Entry(name=name, family="own", anytime=None, summary="", source="entry point")
    factory = optimizer(name).factory
    return Entry(
        name=name,
        family="native" if native else "own",
        anytime=bool(getattr(factory, "anytime", False)),
        summary=describe(name).summary,
        source=_publication(inspect.getdoc(factory) or "") if native else str(factory.__module__),
    )


def _publication(doc: str) -> str:
    """Return first author and year of the first reference of a docstring."""
    found = re.search(r"^References:\s+([^,(]+)[^(]*\((\d{4})\)", doc, flags=re.MULTILINE)
    return f"{found.group(1)} {found.group(2)}" if found else ""
