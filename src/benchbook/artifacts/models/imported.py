"""The model of an imported run.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Count


class ImportedProblem(Model):
    """The problem of an imported run."""

    name: str = Field(min_length=1)
    """Name of the function."""
    dim: int = Field(ge=1)
    """Number of variables."""
    instance: Count
    """Instance."""
    f_opt: float | None
    """What to subtract from the values: 0 where they are precisions already; null where the optimum is unknown."""


class ImportedHistory(Model):
    """The improvements that were logged."""

    evaluations: list[Annotated[int, Field(ge=1, le=2**53)]]
    """Evaluation of each; rising."""
    best_values: list[float]
    """Best value from then on; falling."""


class ImportedRun(Model):
    """A run that another tool logged; what it does not tell is null."""

    kind: Literal["imported-run"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    format: Literal["coco", "ioh", "nevergrad", "optuna", "pycma", "benchopt", "rds"]
    """Format of the source."""
    file: str
    """The file it stood in."""
    tool: str
    """Tool and version; empty where the file does not tell."""
    problem: ImportedProblem
    optimizer: str = Field(min_length=1)
    """Name of the optimizer; its settings are not known."""
    evaluations: Count
    """Evaluations spent."""
    history: ImportedHistory
    shift: float | None
    """The optimum value that the file says was subtracted; null where it says nothing."""
    fixed_budget: bool
    """Whether values stand at the end of the budget only, so that first hits are upper bounds."""
    seed: Count | None
    """The seed; null where unknown."""
    budget: int | None = Field(ge=1)
    """Evaluations allowed; null where unknown."""
    notes: list[str]
    """What was odd about the source."""
    indicator: str | None = None
    """The quality indicator of several objectives that the values are of; absent for one objective."""
    maximised: bool = False
    """Whether the source maximises: values and optimum are negated."""
    content: str | None = None
    """Digest of what the source tells of this run, where that is more than the fields here."""
