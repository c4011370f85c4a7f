"""Modules under the names that they had in version 0.1, for one more release: those that notebooks and scripts import.

A finder at the end of Python's list is asked only if no module of that name exists, so that it costs nothing. An old
name gives the very module of the new name, with a DeprecationWarning.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = (
    {
        f"benchbook.analysis.{old}": f"benchbook.analysis.{new}"
        for old, new in {
            "aggregate": "measures.aggregate",
            "anytime": "measures.anytime",
            "baselines": "comparison.baselines",
            "ert": "measures.ert",
            "hits": "measures.first_hits",
            "leaderboard": "comparison.contents",
            "permutation": "statistics.permutation",
            "profiles": "measures.profiles",
            "rank_comparison": "statistics.friedman",
            "rankings": "statistics.rankings",
            "stored": "store_table",
            "targets": "measures.targets",
            "thresholds": "comparison.thresholds",
        }.items()
    }
    | {
        f"benchbook.optimizers.native.{name}": f"benchbook.optimizers.native.parts.{name}"
        for name in ("base", "cma_restarts", "dominance", "repair", "streams", "variation")
    }
    | {
        "benchbook.entry_points": "benchbook.importing.entry_points",
        "benchbook.moved": "benchbook.importing.moved",
        "benchbook.specs.display": "benchbook.specs.views.display",
        "benchbook.specs.pipeline_views": "benchbook.specs.views.pipelines",
    }
)


class _Alias(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(MOVED[spec.name])
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module as it is: it was executed under its own name, whose spec it keeps."""
        module.__spec__ = self._own_spec


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in MOVED:
            return None
        warnings.warn(f"{fullname} is {MOVED[fullname]} now", DeprecationWarning, stacklevel=2)
        return ModuleSpec(fullname, _Alias())


def find_moved_modules() -> None:
    """Let Python find the old names; calling it again changes nothing."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.append(_Finder())
