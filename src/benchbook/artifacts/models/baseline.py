"""The model of a baseline: the summary of a study that later results are compared with.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Count, Timestamp


class BaselineCell(Model):
    """The runs with one optimizer on one function in one dimension; all lists have one entry a run."""

    optimizer: str = Field(min_length=1)
    """Label of the optimizer: its name, and where it has several settings, what differs."""
    settings: dict[str, JsonValue]
    """Value of each setting."""
    function: str = Field(min_length=1)
    """Name of the function."""
    dim: int = Field(ge=1)
    """Number of variables."""
    budget: int = Field(ge=1)
    """Evaluations allowed."""
    target: float | None
    """Target precision of the ERT: the hardest power of ten that half of the runs reach; null if there is none."""
    instances: list[Count]
    """Instance."""
    seeds: list[Count | None]
    """Seed; null if unknown."""
    evaluations: list[Count]
    """Evaluations spent."""
    hits: list[Count | None]
    """First evaluation within the target; null if there is none."""
    aocc: list[Annotated[float, Field(ge=0, le=1)]] | None
    """Area over the convergence curve; null where f_opt is unknown."""
    us_per_evaluation: list[Annotated[float, Field(ge=0)] | None]
    """Microseconds of the run for each of its evaluations; null if unknown, or where it holds the start-up."""
    stop_target: float | None = None
    """Runs stopped once they were within it of the optimum; null: never, or unknown."""
    stagnation: int | None = Field(default=None, ge=1)
    """Runs stopped after this many evaluations without improvement; null: never, or unknown."""
    first_hits: list[list[Count]] | None = None
    """First evaluation within each of the baseline's targets, as far as reached; null where f_opt is unknown."""


class BaselineHost(Model):
    """Where the runs were done; times are comparable only between equal ones."""

    name: str
    """Host name."""
    cpu: str
    """Processor."""
    python: str
    """Python's version."""
    arithmetic: str
    """NumPy's version, BLAS, and whether the arithmetic was pinned."""


class Baseline(Model):
    """Summary of a study, published on purpose."""

    kind: Literal["baseline"]
    """What this document is."""
    schema_version: Literal[1, 2]
    """Version of this schema; the first one has no first hits."""
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the baseline."""
    created_at: Timestamp
    """When it was published, UTC."""
    commit: str | None
    """Commit of the runs; null if unknown or mixed."""
    version: str
    """Version of benchbook that did the runs."""
    host: BaselineHost | None
    """Where the runs were done; null if unknown or mixed."""
    packages: dict[str, str] | None = None
    """Version of each package that can change a result; null if unknown, or if runs had different ones."""
    startup_s: dict[str, float | None]
    """Seconds of each optimizer's first run, beyond what its evaluations take otherwise; null if unknown."""
    targets: list[Annotated[float, Field(gt=0)]] | None = None
    """Precisions that first hits are counted to, starting with the easiest; null in the first version."""
    cells: list[BaselineCell]
    """The cells."""
