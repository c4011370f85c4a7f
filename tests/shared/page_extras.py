"""What an installation with only some extras of benchbook contains."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOOLS = ("test", "dev", "browser")  # what runs the tests is always installed
PATCHED_IN = {"importlib_metadata"}  # once imported, it replaces parts of the standard library's importlib.metadata


def named(text: str) -> set[str]:
    """Return the extras that a page names before its first section and its first block."""
    top = re.split(r"^## |^```", text, maxsplit=1, flags=re.MULTILINE)[0]
    return {extra.strip() for found in re.findall(r"benchbook\[([\w, ]+)\]", top) for extra in found.split(",")}


def lacking(extras: Iterable[str]) -> set[str]:
    """Return the top-level modules that come with other extras of benchbook, but not with these."""
    here = _installed({"", *extras, *TOOLS})
    everything = _installed({"", "all"})
    return {
        module
        for module, homes in packages_distributions().items()
        if {canonicalize_name(home) for home in homes} <= everything - here
    } - PATCHED_IN


def hide(modules: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Make top-level modules look as if they were not installed.

    pyarrow stays once pandas has found it, because pandas then needs it for all of its texts.
    """
    if getattr(sys.modules.get("pandas.compat"), "HAS_PYARROW", False):
        modules = modules - {"pyarrow"}

    class Finder(PathFinder):
        @classmethod
        def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
            return None if fullname.partition(".")[0] in modules else super().find_spec(fullname, path, target)

    monkeypatch.setattr(sys, "meta_path", [Finder if finder is PathFinder else finder for finder in sys.meta_path])
    for name in [name for name in sys.modules if name.partition(".")[0] in modules]:
        monkeypatch.delitem(sys.modules, name)


def _installed(extras: set[str]) -> set[str]:
    """Return the names of the distributions that come with benchbook and these extras."""
    waiting, found = [("benchbook", frozenset(extras))], set()
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in found:
            continue
        found.add((name, wanted))
        try:
            needed = [Requirement(text) for text in requires(name) or []]
        except PackageNotFoundError:
            continue
        for need in needed:
            if need.marker is not None and not any(need.marker.evaluate({"extra": extra}) for extra in wanted):
                continue
            waiting.append((canonicalize_name(need.name), frozenset({"", *need.extras})))
    return {name for name, _ in found}
