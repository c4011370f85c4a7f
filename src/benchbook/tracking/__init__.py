"""Tracked pipelines: steps with position, elapsed time and ETA; telemetry, records and reports.

`track` follows a long pipeline of steps. Modules are loaded when their names are first used. The names of
`benchbook.profiling` can be imported from here too, as in version 0.1.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchbook.profiling.profiler import Profile, profile
    from benchbook.profiling.stages import stage
    from benchbook.tracking.files.folders import find_run
    from benchbook.tracking.files.reader import list_runs, prune, read_run
    from benchbook.tracking.live_page import watch
    from benchbook.tracking.pipeline import Pipeline, track
    from benchbook.tracking.step import Step
    from benchbook.tracking.telemetry.sampling import read_samples

_HOMES = {
    "Pipeline": "tracking.pipeline",
    "Profile": "profiling.profiler",
    "Step": "tracking.step",
    "find_run": "tracking.files.folders",
    "list_runs": "tracking.files.reader",
    "profile": "profiling.profiler",
    "prune": "tracking.files.reader",
    "read_run": "tracking.files.reader",
    "read_samples": "tracking.telemetry.sampling",
    "stage": "profiling.stages",
    "track": "tracking.pipeline",
    "watch": "tracking.live_page",
}

__all__ = [
    "Pipeline",
    "Profile",
    "Step",
    "find_run",
    "list_runs",
    "profile",
    "prune",
    "read_run",
    "read_samples",
    "stage",
    "track",
    "watch",
]


def __getattr__(name: str) -> Any:
    """Load a name from its module when it is first used (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'benchbook.tracking' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"benchbook.{home}"), name)
    globals()[name] = value
    return value
