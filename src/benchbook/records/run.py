"""The records of runs and claims: frozen, keyword-only, with no behaviour beyond themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from benchbook.numerics import Fingerprint
from benchbook.records.fields import (
    LEFT_OUT_IF_NONE,
    MAY_BE_ABSENT,
    Count,
    Items,
    Limits,
    Name,
    OneOf,
    Positive,
    Seconds,
    Sha256,
    Timestamp,
    Vector,
)

if TYPE_CHECKING:
    from benchbook.typing import FloatArray, IntArray, JsonValue


class Stop(StrEnum):
    """Why a run ended."""

    BUDGET = "budget"
    TARGET = "target"
    STAGNATION = "stagnation"
    EXHAUSTED = "exhausted"
    TIMEOUT = "timeout"
    ERROR = "error"


class Status(StrEnum):
    """Whether a run did its work."""

    DONE = "done"
    FAILED = "failed"


class Verdict(StrEnum):
    """Outcome of a claim."""

    HELD = "held"
    FAILED = "failed"
    UNDECIDED = "undecided"


def _equal(a: object, b: object) -> bool:
    if not (hasattr(a, "__array_interface__") or hasattr(b, "__array_interface__")):
        return a == b
    import numpy as np

    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.array_equal(a, b)


class _ByValue:
    """Equality field by field, with arrays compared by value."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))  # type: ignore[arg-type]  # every subclass is a dataclass

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash


TargetHits = Annotated[tuple[Positive, ...], Limits(max_length=51)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """What determines a run, but for the code.

    Attributes:
        optimizer: Name of the optimizer.
        settings: All settings of the optimizer, defaults included.
        function: Name of the function.
        dim: Dimension, >= 1.
        instance: Instance of the function, >= 0.
        seed: The user's seed, >= 0.
        budget: Evaluations allowed, >= 1.
        target: Stop once the value is at most `f_opt + target`; None: never.
        stagnation: Stop after this many evaluations without improvement; None: never.
    """

    optimizer: str
    settings: Mapping[str, JsonValue]
    function: str
    dim: int
    instance: int
    seed: int
    budget: int
    target: float | None = None
    stagnation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History(_ByValue):
    """Every improvement, lossless."""

    evaluations: Annotated[IntArray, Items(Limits(ge=1, le=2**53))]
    """Evaluation at which each improvement was found, counted from 1; rising."""
    best_values: FloatArray
    """Best value from that evaluation on; strictly falling."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArchiveRecord(_ByValue):
    """The points with two objectives that no earlier one dominated, in the order in which they were found.

    Any point that the run evaluated is covered: one found no later is worse in either objective by at most
    `precision`, as a share of the distance from ideal to nadir point; beyond the box, of the logarithm of that share.
    """

    evaluations: Annotated[IntArray, Items(Limits(ge=1, le=2**53))]
    """Evaluation that found each point, counted from 1; rising."""
    first: FloatArray
    """First objective of each."""
    second: FloatArray
    """Second objective of each."""
    ideal: Annotated[FloatArray, Limits(min_length=2, max_length=2)]
    """Best value of each objective."""
    nadir: Annotated[FloatArray, Limits(min_length=2, max_length=2)]
    """The point that the hypervolume is measured to."""
    precision: Annotated[float, Limits(ge=0)]
    """0: every point that was not dominated when it was found is here."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProblemRecord(_ByValue):
    """The problem: a function with dimension, instance and bounds."""

    name: Name
    """Name of the function."""
    dim: Positive
    """Number of variables."""
    instance: Count
    """Instance; 0 is the textbook function."""
    lower: Vector
    """Lower bounds, one a variable."""
    upper: Vector
    """Upper bounds, one a variable."""
    f_opt: float | None
    """Value at the optimum; null if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerRecord:
    """The optimizer with every setting it had, defaults included."""

    name: Name
    """Name of the optimizer."""
    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    """Value of each setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """What went wrong."""

    where: Annotated[str, OneOf("objective", "optimizer", "worker")]
    """Whose code failed; worker: the process that did the run ended."""
    type: str
    """Name of the exception's class."""
    message: str
    """Its text."""
    traceback: str
    """Its traceback."""
    evaluations: Count
    """Evaluations done before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRecord:
    """Where more than the improvements was kept."""

    level: Annotated[str, OneOf("triggers", "population", "all")]
    """What was kept: the evaluations at COCO's triggers, statistics of each generation, or every value."""
    points: bool
    """Whether the points were kept as well as the values."""
    file: Name
    """Name of the file, next to the shard of the run."""
    offset: Count
    """Where the first chunk starts in it, in bytes."""
    size: Count
    """Bytes from there to the end of the last chunk."""
    digest: Sha256
    """Digest of these bytes."""
    rows: Count
    """Rows kept: generations or evaluations."""
    lost_from: Count | None
    """Evaluation from which on nothing was kept, because the byte budget was spent or the process killed; null: all is there."""  # noqa: E501  # one line in the schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Wall-clock seconds; not part of what must be reproduced."""

    total_s: Seconds
    """The run from its first ask to its end."""
    objective_s: Seconds
    """Inside the objective."""
    optimizer_s: Seconds
    """Making the optimizer, ask and tell."""
    observer_s: Seconds
    """Capturing the history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory of the process; not part of what must be reproduced."""

    peak_rss_bytes: int | None
    """Peak resident set so far; null if unknown."""
    grown_bytes: Count | None = field(default=None, metadata=MAY_BE_ABSENT)
    """By how much the run made the process larger, up to a new peak or its end; null if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine of the run."""

    name: str
    """Host name."""
    machine: str
    """Processor architecture."""
    cpu_count: int | None
    """Logical processors; null if unknown."""
    memory_bytes: int | None
    """Physical memory; null if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The software under the run."""

    python: str
    """Python's version."""
    packages: Mapping[str, str]
    """Versions of the packages that can change a result."""
    platform: str
    """Operating system."""
    cpu: str
    """Processor."""
    arithmetic: Fingerprint
    """Fingerprint of the arithmetic."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRecord(_ByValue):
    """One run: one optimizer on one problem with one seed and one evaluation budget."""

    run_id: Name
    """Unique to this execution."""
    run_key: Sha256
    """Digest of all that determines the run."""
    content_digest: Sha256
    """Digest of all that must be reproduced: what was asked for, stop, evaluations, history and solution."""
    code_digest: Sha256
    """Digest of the code of optimizer, problem and loop, and of benchbook's version."""
    created_at: Timestamp
    """When the run started, UTC."""
    commit: str | None
    """Commit of the repository in which benchbook was called; null outside one."""
    dirty: bool | None
    """Whether that repository had uncommitted changes; null outside one."""
    version: str
    """Version of benchbook."""
    host: Host
    problem: ProblemRecord
    optimizer: OptimizerRecord
    seed: Count
    """The user's seed."""
    budget: Positive
    """Evaluations allowed."""
    target: float | None
    """The run stops once its value is at most f_opt + target; null: never."""
    stagnation: Positive | None
    """The run stops after this many evaluations without improvement; null: never."""
    evaluations: Count
    """Evaluations spent."""
    invalid_evaluations: Count
    """Number of evaluations that returned no finite number."""
    stop: Stop
    """Why the run ended."""
    status: Status
    """Whether it did its work."""
    error: ErrorRecord | None
    """What went wrong; null if nothing did."""
    best_value: float | None
    """Least finite value; null if there was none."""
    best_solution: Vector | None
    """Its point."""
    history: History
    environment: Environment
    timing: Timing
    memory: Memory
    target_hits: TargetHits | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Evaluation at which each standard target was first hit, easiest first, as far as hit; null without f_opt."""
    trace: TraceRecord | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Where more than the improvements was kept; null if it was not asked for."""
    archive: ArchiveRecord | None = field(default=None, metadata=LEFT_OUT_IF_NONE)
    """Of a problem with two objectives: the points that were not dominated when they were found."""

    @property
    def precision(self) -> float | None:
        """Best value minus `f_opt`; None where one of them is missing."""
        if self.best_value is None or self.problem.f_opt is None:
            return None
        return self.best_value - self.problem.f_opt

    def __repr__(self) -> str:
        """Return the run in one line."""
        p = self.problem
        best = "none" if self.best_value is None else f"{self.best_value:.6g}"
        return (
            f"RunRecord({self.optimizer.name} on {p.name}, dim={p.dim}, instance={p.instance}, seed={self.seed}: "
            f"best_value={best}, evaluations={self.evaluations}/{self.budget}, stop={self.stop.value})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of a spec, with what was measured."""

    id: Name
    """Short name, unique in its spec."""
    text: Name
    """The sentence."""
    measured: float | int | bool | None
    """Measured value; null if it could not be measured."""
    relation: Annotated[str, OneOf("<=", ">=", "==", "<", ">")]
    """How it is compared with the threshold."""
    threshold: float | int | bool
    """What it is compared with."""
    unit: str
    """Unit of both; empty for pure numbers."""
    verdict: Verdict
    """Whether the claim holds."""
    detail: str = ""
    """Additional information for the reader."""
    sort: Annotated[str, OneOf("contract", "proof", "quality")] = "quality"
    """Contract: any sound optimizer passes. Proof: computed again and compared to the bit. Quality: how good it is."""
    upper: float | int | None = None
    """Second threshold, which the measured value may not exceed; null if there is one only."""
    detectable: float | None = None
    """Smallest change that the claim notices: for a test, in four of five cases; otherwise the distance from the
    measured value to the nearest threshold. Null if unknown."""
