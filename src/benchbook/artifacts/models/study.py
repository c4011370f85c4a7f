"""The models of what describes a study: the plan in its manifest, and the aggregates over its runs.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Count, Sha256, Timestamp


class PlannedOptimizer(Model):
    """An optimizer of the plan, with every setting it has."""

    name: str = Field(min_length=1)
    """Name of the optimizer."""
    settings: dict[str, JsonValue]
    """Value of each setting."""
    code: Sha256
    """Digest of its code."""


class PlannedFunction(Model):
    """A function of the plan."""

    name: str = Field(min_length=1)
    """Name of the function."""
    instances: Annotated[list[Count], Field(min_length=1)]
    """Its instances."""
    code: dict[str, Sha256]
    """Digest of its code, by `dim/instance`; under `*` where it is one for all of them."""


class StudyPlan(Model):
    """The cross product of a study: optimizers x functions x dimensions x instances x seeds."""

    optimizers: list[PlannedOptimizer] = Field(min_length=1)
    functions: list[PlannedFunction] = Field(min_length=1)
    dims: list[Annotated[int, Field(ge=1)]] = Field(min_length=1)
    """Dimensions."""
    seeds: list[Count] = Field(min_length=1)
    """Seeds; each instance is run with each of them."""
    budget_per_dim: int | None = Field(ge=1)
    """Evaluations per variable; null if the budget is the same for all."""
    budget: int | None = Field(ge=1)
    """Evaluations of each run; null if it grows with the dimension."""
    target: float | None
    """Runs stop once their value is at most f_opt + target; null: never."""
    stagnation: int | None = Field(ge=1)
    """Runs stop after this many evaluations without improvement; null: never."""
    history: Literal["improvements", "triggers", "population", "all"]
    """What is kept of each run."""
    loop_code: Sha256
    """Digest of the code of loop, seeds and history."""


class StudyManifest(Model):
    """What a store is to hold: the plan of its study."""

    kind: Literal["study-manifest"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    created_at: Timestamp
    """When the study was started, UTC."""
    commit: str | None
    """Commit of the repository in which benchbook was called; null outside one."""
    dirty: bool | None
    """Whether that repository had uncommitted changes; null outside one."""
    version: str
    """Version of benchbook."""
    reuses_stale: bool
    """Whether runs done by other code, or another version of benchbook, count as done."""
    plan: StudyPlan


class Spread(Model):
    """Statistics of a number over runs; null if no run has it."""

    least: float | None
    """Smallest."""
    lower_quartile: float | None
    """A quarter of the runs are below."""
    median: float | None
    """Half of the runs are below."""
    upper_quartile: float | None
    """Three quarters of the runs are below."""
    p95: float | None
    """95 % of the runs are below."""
    greatest: float | None
    """Largest."""
    mean: float | None
    """Mean."""
    std: float | None
    """Standard deviation of a sample; null for fewer than two runs."""


class CellAggregate(Model):
    """Statistics of the runs with one optimizer, settings, function, dimension and budget."""

    optimizer: str = Field(min_length=1)
    """Name of the optimizer."""
    settings: dict[str, JsonValue]
    """Value of each setting."""
    function: str = Field(min_length=1)
    """Name of the function."""
    dim: int = Field(ge=1)
    """Number of variables."""
    budget: int = Field(ge=1)
    """Evaluations allowed."""
    runs: Count
    """Runs there are, failed ones included."""
    failed: Count
    """Runs that failed."""
    timed_out: Count
    """Runs that ran out of time."""
    evaluations: Count
    """Evaluations of all runs."""
    successes: Count
    """Runs that came within 1e-8 of the optimum."""
    success_rate: float | None
    """Share of such runs; null if the optimum is not known."""
    ert: list[float | None] | None
    """Expected evaluations to each target, null if never hit; null in all where the optimum is not known."""
    hits: list[Count] | None
    """Runs that hit each target."""
    precision: Spread
    """Best value minus optimum value."""
    total_s: Spread
    """Wall-clock seconds of a run."""
    optimizer_s: Spread
    """Seconds inside the optimizer."""
    objective_s: Spread
    """Seconds inside the objective."""
    peak_rss_bytes: Spread
    """Peak resident set of the process."""
    grown_bytes: Spread | None = None
    """By how much a run made its process larger."""


class Aggregate(Model):
    """Statistics of a study, cell by cell."""

    kind: Literal["aggregate"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    created_at: Timestamp
    """When it was computed, UTC."""
    version: str
    """Version of benchbook."""
    content_digest: Sha256
    """Digest over run keys and content digests of the runs, in the order of the keys."""
    targets: list[float]
    """Targets of `ert` and `hits`: precisions, starting with the easiest."""
    cells: list[CellAggregate]
