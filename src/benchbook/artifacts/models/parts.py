"""The parts that the models of several artifacts share.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
Seconds = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]
# JSON has neither NaN nor infinity, so a number in an artifact is finite.
Vector = Annotated[list[float], Field(min_length=1)]


class Model(BaseModel):
    """Base of the models: no keys beyond the fields, whose docstrings become descriptions."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Problem(Model):
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
    """Value at the optimum; null if unknown."""


class Optimizer(Model):
    """The optimizer with every setting it had, defaults included."""

    name: str = Field(min_length=1)
    """Name of the optimizer."""
    settings: dict[str, JsonValue]
    """Value of each setting."""


class Failure(Model):
    """What went wrong."""

    where: Literal["objective", "optimizer", "worker"]
    """Whose code failed; worker: the process that did the run ended."""
    type: str
    """Name of the exception's class."""
    message: str
    """Its text."""
    traceback: str
    """Its traceback."""
    evaluations: Count
    """Evaluations done before it."""


class History(Model):
    """Every improvement, lossless."""

    evaluations: list[Annotated[int, Field(ge=1, le=2**53)]]
    """Evaluation at which each improvement was found, counted from 1; rising."""
    best_values: list[float]
    """Best value from that evaluation on; strictly falling."""


class Arithmetic(Model):
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
    """Threads of the BLAS; null if unknown."""
    libm: str
    """C library and version."""
    fma: bool | None
    """Whether the CPU has fused multiply-add; null if unknown."""
    machine: str
    """Processor architecture."""


class Environment(Model):
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


class Host(Model):
    """The machine of the run."""

    name: str
    """Host name."""
    machine: str
    """Processor architecture."""
    cpu_count: int | None
    """Logical processors; null if unknown."""
    memory_bytes: int | None
    """Physical memory; null if unknown."""


class Timing(Model):
    """Wall-clock seconds; not part of what must be reproduced."""

    total_s: Seconds
    """The run from its first ask to its end."""
    objective_s: Seconds
    """Inside the objective."""
    optimizer_s: Seconds
    """Making the optimizer, ask and tell."""
    observer_s: Seconds
    """Capturing the history."""


class Memory(Model):
    """Memory of the process; not part of what must be reproduced."""

    peak_rss_bytes: int | None
    """Peak resident set so far; null if unknown."""
    grown_bytes: Count | None = None
    """By how much the run made the process larger, up to a new peak or its end; null if unknown."""


class TraceReference(Model):
    """Where more than the improvements was kept."""

    level: Literal["triggers", "population", "all"]
    """What was kept: the evaluations at COCO's triggers, statistics of each generation, or every value."""
    points: bool
    """Whether the points were kept as well as the values."""
    file: str = Field(min_length=1)
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
    """Evaluation from which on nothing was kept, because the byte budget was spent or the process killed; null: all is there."""


TargetHits = Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=51)]
