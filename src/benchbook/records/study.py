"""The records that describe a study: the plan in its manifest, and the aggregates over its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from benchbook.records.fields import MAY_BE_ABSENT, Count, Limits, Name, OneOf, Positive, Sha256, Timestamp

if TYPE_CHECKING:
    from benchbook.typing import JsonValue

HISTORY_LEVELS = ("improvements", "triggers", "population", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerPlan:
    """An optimizer of the plan, with every setting it has."""

    name: Name
    """Name of the optimizer."""
    settings: Mapping[str, JsonValue]
    """Value of each setting."""
    code: Sha256
    """Digest of its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPlan:
    """A function of the plan."""

    name: Name
    """Name of the function."""
    instances: Annotated[tuple[Count, ...], Limits(min_length=1)]
    """Its instances."""
    code: Mapping[str, Sha256]
    """Digest of its code, by `dim/instance`; under `*` where it is one for all of them."""

    def code_of(self, dim: int, instance: int) -> str:
        """Return the digest of the code of one problem."""
        return self.code.get("*") or self.code[f"{dim}/{instance}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlanRecord:
    """The cross product of a study: optimizers x functions x dimensions x instances x seeds."""

    optimizers: Annotated[tuple[OptimizerPlan, ...], Limits(min_length=1)]
    functions: Annotated[tuple[FunctionPlan, ...], Limits(min_length=1)]
    dims: Annotated[tuple[Positive, ...], Limits(min_length=1)]
    """Dimensions."""
    seeds: Annotated[tuple[Count, ...], Limits(min_length=1)]
    """Seeds; each instance is run with each of them."""
    budget_per_dim: Positive | None
    """Evaluations per variable; null if the budget is the same for all."""
    budget: Positive | None
    """Evaluations of each run; null if it grows with the dimension."""
    target: float | None
    """Runs stop once their value is at most f_opt + target; null: never."""
    stagnation: Positive | None
    """Runs stop after this many evaluations without improvement; null: never."""
    history: Annotated[str, OneOf(*HISTORY_LEVELS)]
    """What is kept of each run."""
    loop_code: Sha256
    """Digest of the code of loop, seeds and history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyManifest:
    """What a store is to hold: the plan of its study."""

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
    plan: StudyPlanRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Statistics of a number over runs; null if no run has it."""

    least: float | None = None
    """Smallest."""
    lower_quartile: float | None = None
    """A quarter of the runs are below."""
    median: float | None = None
    """Half of the runs are below."""
    upper_quartile: float | None = None
    """Three quarters of the runs are below."""
    p95: float | None = None
    """95 % of the runs are below."""
    greatest: float | None = None
    """Largest."""
    mean: float | None = None
    """Mean."""
    std: float | None = None
    """Standard deviation of a sample; null for fewer than two runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellAggregate:
    """Statistics of the runs with one optimizer, settings, function, dimension and budget."""

    optimizer: Name
    """Name of the optimizer."""
    settings: Mapping[str, JsonValue]
    """Value of each setting."""
    function: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    budget: Positive
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
    grown_bytes: Spread | None = field(default=None, metadata=MAY_BE_ABSENT)
    """By how much a run made its process larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Statistics of a study, cell by cell."""

    created_at: Timestamp
    """When it was computed, UTC."""
    version: str
    """Version of benchbook."""
    content_digest: Sha256
    """Digest over run keys and content digests of the runs, in the order of the keys."""
    targets: list[float]
    """Targets of `ert` and `hits`: precisions, starting with the easiest."""
    cells: list[CellAggregate]
