"""What the formats of COCO and IOHprofiler need to know about a run, whether it was done here or imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from benchbook.artifacts.labels import labels
from benchbook.artifacts.run_view import OptimizerView, ProblemView
from benchbook.records import History
from benchbook.typing import FloatArray


class Run(Protocol):
    """A run that can be exported; `RunRecord` is one, and so is an imported run."""

    @property
    def problem(self) -> ProblemView:
        """The problem."""

    @property
    def optimizer(self) -> OptimizerView:
        """The optimizer."""

    @property
    def history(self) -> History:
        """Its improvements."""

    @property
    def seed(self) -> int | None:
        """The user's seed; None if the source does not state it."""

    @property
    def evaluations(self) -> int:
        """Evaluations spent."""

    @property
    def precision(self) -> float | None:
        """Best value minus f_opt; None if one of them is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A run with the label that distinguishes its optimizer from the others."""

    label: str
    run: Run

    @property
    def order(self) -> tuple[int, int]:
        """Instance and seed, by which the runs of a cell are ordered."""
        return self.run.problem.instance, -1 if self.run.seed is None else self.run.seed

    @property
    def version(self) -> str:
        """The version of benchbook that did the run; empty for imported runs."""
        return str(getattr(self.run, "version", ""))

    @property
    def best_solution(self) -> FloatArray | None:
        """The best point; None if it is not known."""
        found: FloatArray | None = getattr(self.run, "best_solution", None)
        return found


def labelled(runs: Iterable[Run]) -> list[Labelled]:
    """Return the runs with labels that distinguish variants of one optimizer."""
    kept = list(runs)
    names = labels((run.optimizer.name, run.optimizer.settings) for run in kept)
    return [Labelled(label=label, run=run) for label, run in zip(names, kept, strict=True)]
