"""The record of a ranking: where one optimizer stands among those of a published baseline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from benchbook.records.fields import MAY_BE_ABSENT, Count, Limits, Name, OneOf, Positive, Timestamp, missing_as
from benchbook.records.run import OptimizerRecord

Share = Annotated[float, Limits(ge=0, le=1)]
Rank = Annotated[float, Limits(ge=1)]
Evaluations = Annotated[float, Limits(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingBaseline:
    """The baseline that the candidate is ranked in."""

    name: Name
    """Name of the baseline, or of the folder of the study."""
    created_at: str
    """When it was published, UTC; empty for a study that was not."""
    version: str
    """Version of benchbook that did its runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One optimizer after a number of evaluations."""

    optimizer: Name
    """Its label."""
    mean_rank: Rank
    """Mean of its ranks over the problems; 1 is best."""
    low: Rank
    """Lower end of the 95 % interval of the mean rank, over functions and repetitions."""
    high: Rank
    """Upper end."""
    reached: Share
    """Share of the targets that it had reached, mean over the problems."""
    difference: Annotated[float, Limits(ge=-1, le=1)] | None
    """What the candidate reached minus what this one reached; null for the candidate."""
    p: Share | None
    """Two-sided p-value of the difference, adjusted for all tests of the ranking; null for the candidate."""
    verdict: Annotated[str, OneOf("better", "worse", "undecided")] | None
    """Whether the candidate is better or worse than this one; null for the candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The field after a number of evaluations per variable."""

    per_dim: Evaluations
    """Evaluations divided by dimension."""
    places: Annotated[tuple[Place, ...], Limits(min_length=2)]
    """All optimizers whose budget is not smaller, best first."""

    def of(self, optimizer: str) -> Place:
        """Return the place of an optimizer, by its label."""
        return next(place for place in self.places if place.optimizer == optimizer)

    def names(self, verdict: str) -> list[str]:
        """Return the optimizers against which the candidate has this verdict, best first."""
        return [place.optimizer for place in self.places if place.verdict == verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The candidate on one group of functions in one dimension, at the last standing."""

    group: Name
    """Group of functions."""
    dim: Positive
    """Number of variables."""
    functions: Positive
    """Number of functions."""
    mean_rank: Rank
    """Mean rank of the candidate there."""
    optimizers: Positive
    """Number of optimizers, the candidate included."""
    best: Name
    """The published optimizer with the best mean rank there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTime:
    """Expected running time (ERT) of the candidate to one target on one problem."""

    function: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    target: Evaluations
    """Precision."""
    ert: float = field(metadata=missing_as(float("inf")))
    """Evaluations; null without a success."""
    successes: Count
    """Runs that reached the target."""
    runs: Positive
    """All runs."""
    ratio: float | None
    """Divided by that of the reference; null where one of the two is missing."""
    run_length: Evaluations | None = None
    """Expensive setting: the target is the hardest one that the reference reaches within this many evaluations per
    variable; null for a target that was not chosen so."""
    par10: Evaluations | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Penalized average running time: a run without success counts ten times its budget; null where unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedBudget:
    """What was reached on one problem after a number of evaluations per variable."""

    function: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    per_dim: Evaluations
    """Evaluations divided by dimension."""
    precision: Evaluations | None
    """Hardest target that at least half of the candidate's runs have reached; null: not even the easiest."""
    best: Name
    """The published optimizer that has reached the most targets, of those whose budget is not smaller."""
    best_precision: Evaluations | None
    """Hardest target that at least half of its runs have reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileCurve:
    """The runtime profile of an optimizer or of a portfolio."""

    name: Name
    """Label."""
    role: Annotated[str, OneOf("candidate", "single best", "published", "virtual best", "reference")]
    """What it is. Virtual best: for each target the published optimizer with the least expected running time."""
    end: Evaluations
    """Evaluations divided by dimension at which its data end."""
    share: tuple[Share, ...]
    """Share of function, target and run reached within each x."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingProfile:
    """Runtime profiles in one dimension."""

    dim: Positive
    """Number of variables."""
    x: tuple[Evaluations, ...]
    """Evaluations divided by dimension."""
    curves: tuple[ProfileCurve, ...]
    """The curves, that of the candidate first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRuns:
    """Runs of the candidate that failed on one problem; they count as having reached nothing."""

    function: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    failed: Positive
    """Runs that failed."""
    runs: Positive
    """All runs."""
    error: str
    """The first error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Where one optimizer stands among those of a baseline."""

    candidate: Name
    """Label of the optimizer that is ranked."""
    optimizer: OptimizerRecord
    """The optimizer with its settings."""
    created_at: Timestamp
    """When it was ranked, UTC."""
    version: str
    """Version of benchbook."""
    commit: str | None
    """Commit of the repository in which benchbook was called; null outside one."""
    baseline: RankingBaseline
    functions: tuple[Name, ...]
    """Names of the functions."""
    dims: tuple[Positive, ...]
    """Dimensions."""
    repetitions: Positive
    """Runs on each problem; the smallest number where problems differ."""
    runs: Positive
    """Runs of the candidate."""
    failed: Count
    """Those that failed."""
    evaluations: Count
    """Evaluations that they spent."""
    budget_per_dim: Evaluations
    """Evaluations per variable that each run had; the smallest number where problems differ."""
    targets: Annotated[tuple[Evaluations, ...], Limits(min_length=1)]
    """Precisions that are counted, starting with the easiest."""
    reference: str | None
    """Name of the reference curve; null where it has none of the problems."""
    standings: Annotated[tuple[Standing, ...], Limits(min_length=1)]
    """The field after numbers of evaluations per variable."""
    parts: tuple[Part, ...]
    """Where the candidate is strong and weak, the best first."""
    times: tuple[RunningTime, ...]
    """Its running times, function by function."""
    profiles: tuple[RankingProfile, ...]
    """Runtime profiles, one per dimension."""
    failures: tuple[FailedRuns, ...]
    """Where its runs failed."""
    notes: tuple[str, ...]
    """What was left out, and other things that a reader should know."""
    budgets: tuple[FixedBudget, ...] = field(default=(), metadata=MAY_BE_ABSENT)
    """What was reached after fixed numbers of evaluations, function by function; empty in earlier documents."""
