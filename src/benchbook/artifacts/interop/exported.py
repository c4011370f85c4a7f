"""What the formats of COCO and IOHprofiler need to know about a run, whether it was done here or imported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchbook.artifacts.labels import labels
from benchbook.artifacts.run_view import RunView
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A run with the label that distinguishes its optimizer from the others."""

    label: str
    run: RunView

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


def labelled(runs: Iterable[RunView]) -> list[Labelled]:
    """Return the runs with labels that distinguish variants of one optimizer."""
    kept = list(runs)
    names = labels((run.optimizer.name, run.optimizer.settings) for run in kept)
    return [Labelled(label=label, run=run) for label, run in zip(names, kept, strict=True)]
