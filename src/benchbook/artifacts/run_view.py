"""What exports and measures need from the problem and optimizer of a run, done by benchbook or imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class ProblemView(Protocol):
    """The problem of a run."""

    @property
    def name(self) -> str:
        """Name of the function."""

    @property
    def dim(self) -> int:
        """Number of variables."""

    @property
    def instance(self) -> int:
        """Instance number."""

    @property
    def f_opt(self) -> float | None:
        """Value at the optimum; None if unknown."""


class OptimizerView(Protocol):
    """The optimizer of a run."""

    @property
    def name(self) -> str:
        """Name of the optimizer."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Its settings."""
