"""Observers: they watch runs and write down what they see; they never touch results or random state.

`track` follows a long pipeline of steps, `profile` says where the time goes; their modules are loaded when they are
first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from benchbook.tracking.history import ImprovementHistory
from benchbook.tracking.trace import PointTrace

if TYPE_CHECKING:
    from benchbook.tracking.folders import find_run
    from benchbook.tracking.page import watch
    from benchbook.tracking.pipeline import Pipeline, track
    from benchbook.tracking.profiles import Profile, profile
    from benchbook.tracking.runs import list_runs, prune, read_run
    from benchbook.tracking.stages import stage
    from benchbook.tracking.step import Step
    from benchbook.tracking.telemetry import read_samples

_HOMES = {
    "Pipeline": "pipeline",
    "Profile": "profiles",
    "Step": "step",
    "find_run": "folders",
    "list_runs": "runs",
    "profile": "profiles",
    "prune": "runs",
    "read_run": "runs",
    "read_samples": "telemetry",
    "stage": "stages",
    "track": "pipeline",
    "watch": "page",
}

__all__ = [
    "ImprovementHistory",
    "Pipeline",
    "PointTrace",
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
    value = getattr(importlib.import_module(f"benchbook.tracking.{home}"), name)
    globals()[name] = value
    return value
