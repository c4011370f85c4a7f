"""What exports and measures need to know about a run, done by benchbook or imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from benchbook.records import Status
from benchbook.typing import FloatArray, IntArray


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


class HistoryView(Protocol):
    """The improvements of a run."""

    @property
    def evaluations(self) -> IntArray:
        """Evaluation at which each was found, rising."""

    @property
    def best_values(self) -> FloatArray:
        """Best value from then on, falling."""


class RunView(Protocol):
    """A run; implemented by `RunRecord` and imported runs."""

    @property
    def problem(self) -> ProblemView:
        """The problem."""

    @property
    def optimizer(self) -> OptimizerView:
        """The optimizer."""

    @property
    def history(self) -> HistoryView:
        """Its improvements."""

    @property
    def seed(self) -> int | None:
        """The user's seed; None if the source does not contain it."""

    @property
    def budget(self) -> int | None:
        """Evaluations allowed; None if the source does not contain it."""

    @property
    def evaluations(self) -> int:
        """Evaluations spent."""

    @property
    def precision(self) -> float | None:
        """Best value minus f_opt; None if one of them is missing."""

    @property
    def status(self) -> Status:
        """Whether it did its work."""
