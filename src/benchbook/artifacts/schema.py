"""The data model of artifacts; the JSON Schemas are generated from it.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from benchbook.artifacts.kinds import RUN_VERSION, SPEC_OUTCOME_VERSION, Kind

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
# JSON has neither NaN nor infinity, so a number in an artifact is finite.
Vector = Annotated[list[float], Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Problem(_Model):
    """The problem: a function with dimension, instance and bounds."""

    name: str = Field(min_length=1)
    """Name of the function."""
    dim: int = Field(ge=1)
    """Number of variables."""
    instance: Count
    """Instance; 0 is the textbook function."""
    lower: Vector
    """Lower bounds, one a variable."""
    upper: Vector
    """Upper bounds, one a variable."""
    f_opt: float | None
    """Value at the optimum; null where unknown."""


class Optimizer(_Model):
    """The optimizer with every setting it had, defaults included."""

    name: str = Field(min_length=1)
    """Name of the optimizer."""
    settings: dict[str, JsonValue]
    """Value of each setting."""


class Failure(_Model):
    """What went wrong."""

    where: Literal["objective", "optimizer"]
    """Whose code failed."""
    type: str
    """Name of the exception's class."""
    message: str
    """Its text."""
    traceback: str
    """Its traceback."""
    evaluations: Count
    """Evaluations done before it."""


class History(_Model):
    """Every improvement, lossless."""

    evaluations: list[Annotated[int, Field(ge=1)]]
    """Evaluation at which each improvement was found, counted from 1; rising."""
    best_values: list[float]
    """Best value from that evaluation on; strictly falling."""


class Arithmetic(_Model):
    """What the last bits of a result depend on."""

    pinned: bool
    """Whether NumPy and BLAS run the common code rather than this CPU's."""
    numpy: str
    """NumPy's version."""
    cpu_dispatch: list[str]
    """NumPy's dispatch levels in use."""
    blas: str
    """Library, version and kernel of the BLAS."""
    blas_threads: int | None
    """Threads of the BLAS; null where unknown."""
    libm: str
    """C library and version."""
    fma: bool | None
    """Whether the CPU has fused multiply-add; null where unknown."""
    machine: str
    """Processor architecture."""


class Environment(_Model):
    """The software under the run."""

    python: str
    """Python's version."""
    packages: dict[str, str]
    """Versions of the packages that can change a result."""
    platform: str
    """Operating system."""
    cpu: str
    """Processor."""
    arithmetic: Arithmetic
    """Fingerprint of the arithmetic."""


class Host(_Model):
    """The machine of the run."""

    name: str
    """Host name."""
    machine: str
    """Processor architecture."""
    cpu_count: int | None
    """Logical processors; null where unknown."""
    memory_bytes: int | None
    """Physical memory; null where unknown."""


class Timing(_Model):
    """Wall-clock seconds; not part of what must be reproduced."""

    total_s: Seconds
    """The run from its first ask to its end."""
    objective_s: Seconds
    """Inside the objective."""
    optimizer_s: Seconds
    """Making the optimizer, ask and tell."""
    observer_s: Seconds
    """Capturing the history."""


class Memory(_Model):
    """Memory of the process; not part of what must be reproduced."""

    peak_rss_bytes: int | None
    """Peak resident set so far; null where unknown."""


class RunArtifact(_Model):
    """One run: one optimizer on one problem with one seed and one evaluation budget."""

    kind: Literal["run"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    run_id: str = Field(min_length=1)
    """Unique to this execution."""
    run_key: Sha256
    """Digest of all that determines the run."""
    content_digest: Sha256
    """Digest of all that must be reproduced: function, instance, dim, settings, seed, budget, stop, evaluations, history, solution."""
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
    problem: Problem
    optimizer: Optimizer
    seed: Count
    """The user's seed."""
    budget: int = Field(ge=1)
    """Evaluations allowed."""
    target: float | None
    """The run stops once its value is at most f_opt + target; null: never."""
    stagnation: int | None = Field(ge=1)
    """The run stops after so many evaluations without improvement; null: never."""
    evaluations: Count
    """Evaluations spent."""
    invalid_evaluations: Count
    """How many of them gave no finite number."""
    stop: Literal["budget", "target", "stagnation", "exhausted", "timeout", "error"]
    """Why the run ended."""
    status: Literal["done", "failed"]
    """Whether it did its work."""
    error: Failure | None
    """What went wrong; null where nothing did."""
    best_value: float | None
    """Least finite value; null where there was none."""
    best_solution: Vector | None
    """Its point."""
    history: History
    environment: Environment
    timing: Timing
    memory: Memory


class ClaimOutcome(_Model):
    """One sentence of a spec, with what was measured."""

    id: str = Field(min_length=1)
    """Short name, unique in its spec."""
    text: str = Field(min_length=1)
    """The sentence."""
    measured: float | int | bool | None
    """Measured value; null where it could not be measured."""
    relation: Literal["<=", ">=", "==", "<", ">"]
    """How it is held against the threshold."""
    threshold: float | int | bool
    """What it is held against."""
    unit: str
    """Unit of both; empty for pure numbers."""
    verdict: Literal["held", "failed", "undecided"]
    """Whether the claim holds."""
    detail: str
    """What else a reader should know."""


class RunsLedger(_Model):
    """How many runs were planned and what became of them."""

    planned: Count
    done: Count
    failed: Count
    missing: Count


class SpecTiming(_Model):
    """Seconds of a spec; not part of what must be reproduced."""

    compute_s: Seconds
    """Sum of its runs' total_s, also of those replayed from the store."""
    evaluations: Count
    """Evaluations of those runs."""


class SpecOutcome(_Model):
    """What came of executing a spec notebook."""

    kind: Literal["spec-outcome"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    name: str = Field(min_length=1)
    """Name of the spec: that of its optimizer."""
    title: str
    """Heading of the notebook."""
    status: Literal["held", "failed", "error"]
    """Held: every claim holds. Failed: a claim does not. Error: the notebook did not reach its end."""
    error: str | None
    """Why it did not reach its end."""
    created_at: Timestamp
    """When the outcome was written, UTC."""
    commit: str | None
    dirty: bool | None
    version: str
    """Version of benchbook."""
    preset: str
    """Name of the parameter set."""
    params: dict[str, JsonValue]
    """The effective parameters."""
    optimizer: Optimizer | None
    control: Optimizer | None
    claims: list[ClaimOutcome]
    runs: RunsLedger
    content_digest: Sha256 | None
    """Digest over the content digests of all runs, in the order of the plan."""
    timing: SpecTiming
    environment: Environment | None


MODELS: dict[str, type[BaseModel]] = {
    Kind.RUN: RunArtifact,
    Kind.SPEC_OUTCOME: SpecOutcome,
}
FILE_NAMES = {
    Kind.RUN: f"run-artifact.v{RUN_VERSION}.schema.json",
    Kind.SPEC_OUTCOME: f"spec-outcome.v{SPEC_OUTCOME_VERSION}.schema.json",
}


def json_schema(kind: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind of artifact."""
    schema = MODELS[kind].model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
