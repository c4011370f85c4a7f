"""The record of a run that another tool logged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from benchbook.records.fields import MAY_BE_ABSENT, NOT_IN_DOCUMENT, Count, Name, OneOf, Positive
from benchbook.records.run import History, OptimizerRecord, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProblem:
    """The problem of an imported run."""

    name: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    instance: Count
    """Instance."""
    f_opt: float | None
    """What to subtract from the values: 0 where they are precisions already; null if the optimum is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportedRun:
    """A run that another tool logged; what it does not tell is null."""

    format: Annotated[str, OneOf("coco", "ioh", "nevergrad", "optuna", "pycma", "benchopt", "rds")]
    """Format of the source."""
    file: str
    """The file it stood in."""
    tool: str
    """Tool and version; empty if the file does not tell."""
    problem: ImportedProblem
    optimizer: OptimizerRecord
    """Name of the optimizer; its settings are not known."""
    evaluations: Count
    """Evaluations spent."""
    history: History
    shift: float | None = None
    """The optimum value that the file says was subtracted; null if it says nothing."""
    fixed_budget: bool = False
    """Whether there are values only at the end of the budget, so that first hits are upper bounds."""
    seed: Count | None = None
    """The seed; null if unknown."""
    budget: Positive | None = None
    """Evaluations allowed; null if unknown."""
    notes: tuple[str, ...] = ()
    """What was odd about the source."""
    indicator: str | None = field(default=None, metadata=MAY_BE_ABSENT)
    """The quality indicator of several objectives that the values are of; absent for one objective."""
    maximised: bool = field(default=False, metadata=MAY_BE_ABSENT)
    """Whether the source maximises: values and optimum are negated."""
    content: str | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Digest of what the source tells of this run, where that is more than the fields here."""
    status: Status = field(default=Status.DONE, metadata=NOT_IN_DOCUMENT)
    """Imported runs are never failed ones."""

    @property
    def best_value(self) -> float | None:
        """The last of the best values; None where there is none."""
        values = self.history.best_values
        return float(values[-1]) if len(values) else None

    @property
    def precision(self) -> float | None:
        """Best value minus optimum; None where one of them is missing."""
        best, f_opt = self.best_value, self.problem.f_opt
        return None if best is None or f_opt is None else best - f_opt
