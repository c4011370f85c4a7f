"""The records that travel between floors: frozen, keyword-only, with no behaviour beyond themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np

from benchbook.numerics import Fingerprint
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
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and np.array_equal(a, b)
    return a == b


class _ByValue:
    """Equality field by field, with arrays compared by value."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))  # type: ignore[arg-type]  # every subclass is a dataclass

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash


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
    """Every improvement of a run.

    Attributes:
        evaluations: Evaluation at which each improvement was found, counted from 1; shape `(k,)`, rising.
        best_values: Best value from that evaluation on; shape `(k,)`, strictly falling.
    """

    evaluations: IntArray
    best_values: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProblemRecord(_ByValue):
    """The problem of a run; `lower` and `upper` have shape `(dim,)`."""

    name: str
    dim: int
    instance: int
    lower: FloatArray
    upper: FloatArray
    f_opt: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerRecord:
    """The optimizer of a run, with every setting it had."""

    name: str
    settings: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """What went wrong in a run.

    Attributes:
        where: `objective`, `optimizer`, or `worker` where the process that did the run ended.
        type: Name of the exception's class.
        message: Its text.
        traceback: Its traceback as text.
        evaluations: Evaluations done before it.
    """

    where: str
    type: str
    message: str
    traceback: str
    evaluations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRecord:
    """Where the trace of a run lies: packed chunks in a file beside the shard of the run.

    Attributes:
        level: `triggers`, `population` or `all`.
        points: Whether the points were kept beside the values.
        file: Name of the file.
        offset: Where the first chunk starts in it, in bytes.
        size: Bytes from there to the end of the last chunk.
        digest: SHA-256 of these bytes (hex).
        rows: Rows kept: generations or evaluations.
        lost_from: Evaluation from which on nothing was kept, because the byte budget was spent or the process was
            killed; None: all is there.
    """

    level: str
    points: bool
    file: str
    offset: int
    size: int
    digest: str
    rows: int
    lost_from: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Wall-clock seconds of a run.

    Attributes:
        total_s: The loop from its first ask to its end.
        objective_s: Inside the objective.
        optimizer_s: Making the optimizer, ask and tell.
        observer_s: Capturing the history.
    """

    total_s: float
    objective_s: float
    optimizer_s: float
    observer_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory of the process that did the run; `peak_rss_bytes` is its peak so far, None where it cannot be told."""

    peak_rss_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine of a run."""

    name: str
    machine: str
    cpu_count: int | None
    memory_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The software under a run."""

    python: str
    packages: Mapping[str, str]
    platform: str
    cpu: str
    arithmetic: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRecord(_ByValue):
    """One run, whole: what was asked, what came out, and under which circumstances.

    Attributes:
        run_id: Unique to this execution.
        run_key: SHA-256 of all that determines the run (hex).
        content_digest: SHA-256 of all that must be reproduced (hex).
        code_digest: SHA-256 of the code of optimizer, problem and loop (hex).
        created_at: When the run started, ISO 8601 in UTC.
        commit: Commit of the repository in which benchbook was called; None outside one.
        dirty: Whether that repository had uncommitted changes; None outside one.
        version: Version of benchbook.
        target: Stop once the value is at most `f_opt + target`; None: never.
        evaluations: Evaluations spent, at most `budget`.
        invalid_evaluations: How many of them gave no finite number.
        best_value: Least finite value; None where there was none.
        best_solution: Its point, shape `(dim,)`.
        target_hits: Evaluation at which each of the 51 standard targets was first hit, from the easiest on; as long
            as there were hits. None where `f_opt` is not known.
        trace: Where more than the improvements was kept; None where it was not asked for.
    """

    run_id: str
    run_key: str
    content_digest: str
    code_digest: str
    created_at: str
    commit: str | None
    dirty: bool | None
    version: str
    host: Host
    problem: ProblemRecord
    optimizer: OptimizerRecord
    seed: int
    budget: int
    target: float | None
    stagnation: int | None
    evaluations: int
    invalid_evaluations: int
    stop: Stop
    status: Status
    error: ErrorRecord | None
    best_value: float | None
    best_solution: FloatArray | None
    history: History
    environment: Environment
    timing: Timing
    memory: Memory
    target_hits: tuple[int, ...] | None = None
    trace: TraceRecord | None = None

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
    """One sentence of a spec with its measured value, threshold and verdict.

    Attributes:
        id: Short name, unique in its spec.
        text: The sentence.
        measured: The measured value; None where it could not be measured.
        relation: `<=`, `>=`, `==`, `<` or `>`.
        threshold: What the measured value is compared with.
        unit: Unit of both; empty where they are pure numbers.
        verdict: Whether the claim holds.
        detail: What else a reader should know.
        sort: "contract" where any sound optimizer passes, "proof" where results are computed again and compared to
            the bit, "quality" where it says how good the optimizer is.
        upper: Where the measured value may not be above a second threshold: that one.
        detectable: The smallest change that the claim would notice in four of five cases; None where it is not known.
    """

    id: str
    text: str
    measured: float | int | bool | None
    relation: str
    threshold: float | int | bool
    unit: str
    verdict: Verdict
    detail: str = ""
    sort: str = "quality"
    upper: float | int | None = None
    detectable: float | None = None


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields; a study asks for them a hundred thousand times."""
    return tuple(item.name for item in fields(kind))


def as_plain(record: Any) -> Any:
    """Turn a record into dicts, lists and scalars; arrays stay arrays."""
    if hasattr(record, "__dataclass_fields__"):
        return {name: as_plain(getattr(record, name)) for name in _names(type(record))}  # type: ignore[arg-type]  # classes can be hashed
    if isinstance(record, Mapping):
        return dict(record)
    if isinstance(record, tuple):
        return list(record)
    return record
