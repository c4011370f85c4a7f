"""The record of an executed spec notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from benchbook.records.fields import Count, Name, OneOf, Seconds, Sha256, Timestamp
from benchbook.records.run import Claim, Environment, OptimizerRecord

if TYPE_CHECKING:
    from benchbook.typing import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsLedger:
    """How many runs were planned, and their outcomes."""

    planned: Count
    done: Count
    failed: Count
    missing: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecTiming:
    """Seconds of a spec; not part of what must be reproduced."""

    compute_s: Seconds
    """Sum of its runs' total_s, also of those replayed from the store."""
    evaluations: Count
    """Evaluations of those runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecOutcome:
    """The outcome of executing a spec notebook."""

    name: Name
    """Name of the spec: that of its optimizer."""
    title: str
    """Heading of the notebook."""
    status: Annotated[str, OneOf("held", "failed", "error")]
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
    optimizer: OptimizerRecord | None
    control: OptimizerRecord | None
    claims: list[Claim]
    runs: RunsLedger
    content_digest: Sha256 | None
    """Digest over the content digests of all runs, in the order of the plan."""
    timing: SpecTiming
    environment: Environment | None
