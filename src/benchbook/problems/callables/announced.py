"""Functions that installed packages announce through entry points of the group `benchbook.functions`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from benchbook.errors import UsageError
from benchbook.importing.entry_points import entry_points_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "benchbook.functions"


def announced() -> dict[str, EntryPoint]:
    """Return the functions that installed packages announce, by name, without loading them.

    Raises:
        UsageError: Two packages announce different functions under one name.
    """
    return dict(_entry_points())


def load_announced(name: str) -> Any:
    """Load the function that a package announces under a name.

    Raises:
        UsageError: It cannot be loaded.
    """
    found = _entry_points()[name]
    try:
        return found.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"function {name!r} cannot be loaded from {found.value}: {error}") from error


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return entry_points_of(GROUP, "function")
