"""Profiles: where the time of a run, a notebook or a function goes, by stages and by functions.

Modules are loaded when their names are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchbook.profiling.profiler import Profile, profile
    from benchbook.profiling.stages import stage

_HOMES = {"Profile": "profiler", "profile": "profiler", "stage": "stages"}

__all__ = ["Profile", "profile", "stage"]


def __getattr__(name: str) -> Any:
    """Load a name from its module when it is first used (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'benchbook.profiling' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"benchbook.profiling.{home}"), name)
    globals()[name] = value
    return value
