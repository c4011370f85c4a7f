"""The models of what stands in a store: runs whose circumstances are said once, and the packed chunks of traces.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchbook.artifacts.models.parts import (
    Count,
    Environment,
    Failure,
    History,
    Host,
    Model,
    Optimizer,
    Sha256,
    TargetHits,
    Timestamp,
    Timing,
    TraceReference,
    Vector,
)

ShortDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class CellProblem(Model):
    """The function of a cell: a problem without its instance."""

    name: str = Field(min_length=1)
    """Name of the function."""
    dim: int = Field(ge=1)
    """Number of variables."""
    lower: Vector
    """Lower bounds, one a variable."""
    upper: Vector
    """Upper bounds, one a variable."""


class StoreCell(Model):
    """What the runs of a cell share; said once in a shard."""

    kind: Literal["store-cell"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    problem: CellProblem
    optimizer: Optimizer
    code_digest: Sha256
    """Digest of the code of optimizer, problem and loop, and of benchbook's version."""
    budget: int = Field(ge=1)
    """Evaluations allowed."""
    target: float | None
    """The runs stop once their value is at most f_opt + target; null: never."""
    stagnation: int | None = Field(ge=1)
    """The runs stop after this many evaluations without improvement; null: never."""


class StoreCircumstances(Model):
    """Under which circumstances runs happened; said once in a shard."""

    kind: Literal["store-circumstances"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    commit: str | None
    """Commit of the repository in which benchbook was called; null outside one."""
    dirty: bool | None
    """Whether that repository had uncommitted changes; null outside one."""
    version: str
    """Version of benchbook."""
    host: Host
    environment: Environment


class StoredRun(Model):
    """One run as it stands in a store; with its two shared documents it is a run artifact."""

    kind: Literal["stored-run"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    cell: ShortDigest
    """First 16 digits of the digest of the store-cell document."""
    circumstances: ShortDigest
    """First 16 digits of the digest of the store-circumstances document."""
    run_id: str = Field(min_length=1)
    """Unique to this execution."""
    run_key: Sha256
    """Digest of all that determines the run."""
    content_digest: Sha256
    """Digest of all that must be reproduced."""
    created_at: Timestamp
    """When the run started, UTC."""
    instance: Count
    """Instance of the function."""
    f_opt: float | None
    """Value at the optimum; null if unknown."""
    seed: Count
    """The user's seed."""
    evaluations: Count
    """Evaluations spent."""
    invalid_evaluations: Count
    """Number of evaluations that returned no finite number."""
    stop: Literal["budget", "target", "stagnation", "exhausted", "timeout", "error"]
    """Why the run ended."""
    status: Literal["done", "failed"]
    """Whether it did its work."""
    error: Failure | None
    """What went wrong; null if nothing did."""
    best_value: float | None
    """Least finite value; null if there was none."""
    best_solution: Vector | None
    """Its point."""
    history: History
    target_hits: TargetHits | None
    """Evaluation at which each standard target was first hit, easiest first, as far as hit; null without f_opt."""
    timing: Timing
    peak_rss_bytes: int | None
    """Peak resident set of the process so far; null if unknown."""
    grown_bytes: Count | None = None
    """By how much the run made the process larger; null if unknown."""
    trace: TraceReference | None
    """Where more than the improvements was kept; null if it was not asked for."""


class PackedColumn(Model):
    """A column of numbers: little-endian, byte-shuffled (all first bytes, then all second ones ...), in base64."""

    dtype: Literal["<f8", "<i8"]
    """Type of the numbers."""
    shape: list[Count] = Field(min_length=1, max_length=2)
    """Rows, and columns where it is a matrix."""
    data: str
    """The shuffled bytes in base64."""


class TraceChunk(Model):
    """Rows of a run's trace, one after another."""

    kind: Literal["trace-chunk"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    trace_id: str = Field(min_length=1)
    """The same in all chunks of a run's trace."""
    level: Literal["triggers", "population", "all"]
    """What a row is: the evaluation at a trigger, statistics of a generation, or one evaluation."""
    rows: Count
    """Number of rows."""
    columns: dict[str, PackedColumn]
    """`all`: value, and point where asked for. `population`: evaluations, best, median, mean, std, diversity.
    `triggers`: evaluations, value, best, trigger (1 by evaluations, 2 by targets, 3 both), and point where asked for."""
