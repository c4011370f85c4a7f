"""Your own objects by their location in a module: `package.module:Name`."""

from __future__ import annotations

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from benchbook.errors import UsageError, nearest
from benchbook.files import project_root

_PLACE = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)")


def is_place(text: object) -> bool:
    """Return whether a text has the form `package.module:Name`.

    Examples:
        >>> is_place("my_package.solvers:Hill"), is_place("hill"), is_place("a b:c")
        (True, False, False)
    """
    return isinstance(text, str) and _PLACE.fullmatch(text) is not None


def load_object(place: str, what: str) -> Any:
    """Import what stands at `package.module:Name`; modules in the project's folder count as installed.

    Args:
        place: Its location.
        what: What it is used as, for messages: `optimizer`, `function`.

    Raises:
        UsageError: There is no such module or name, or the module fails when it is imported.

    Examples:
        >>> load_object("math:sqrt", "function")(9)
        3.0
    """
    found = _PLACE.fullmatch(place)
    if found is None:
        raise UsageError(f"{what} is {place!r}, expected package.module:Name")
    module_name, _, inner = place.partition(":")
    look_in_project()
    try:
        thing: Any = importlib.import_module(module_name)
    except ImportError as error:
        raise UsageError(f"{what} {place!r} cannot be imported: {error}") from error
    except Exception as error:
        raise UsageError(f"{what} {place!r}: importing {module_name} raised {type(error).__name__}: {error}") from error
    for part in inner.split("."):
        if not hasattr(thing, part):
            close = nearest(part, [name for name in dir(thing) if not name.startswith("_")])
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise UsageError(f"{what} {place!r}: {module_name} has no {part!r}{hint}")
        thing = getattr(thing, part)
    return thing


def find_module(name: str) -> object | None:
    """Return the specification of a top-level module without importing it; None if there is none.

    Examples:
        >>> find_module("math") is None, find_module("no_such_module") is None
        (False, True)
    """
    look_in_project()
    return importlib.util.find_spec(name.partition(".")[0])


def look_in_project() -> None:
    """Make modules in the project's folder, else the working directory, importable, after all installed ones."""
    folder = str(project_root() or Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)


@cache
def version_of(distribution: str, otherwise: str = "none") -> str:
    """Return the version of an installed distribution, or another text if it is not installed.

    Examples:
        >>> version_of("no-such-distribution")
        'none'
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return otherwise
