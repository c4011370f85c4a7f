"""Specs: one notebook per optimizer, Given / When / Then, executed by papermill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchbook.specs.noticing.measure import strength
    from benchbook.specs.optimizer_spec import Spec, spec

__all__ = ["Spec", "spec", "strength"]


def __getattr__(name: str) -> Any:
    """Load `spec` on first use, because discovering and executing notebooks needs no plots (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module 'benchbook.specs' has no attribute {name!r}")
    if name == "strength":
        from benchbook.specs.noticing import measure

        return measure.strength
    from benchbook.specs import optimizer_spec

    return getattr(optimizer_spec, name)
