"""How a store divides a run: what stands in each run, and what the runs of a cell and their circumstances share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from benchbook.records.fields import Count, Limits, Name, OneOf

OWN = (
    "run_id", "run_key", "content_digest", "created_at", "seed", "evaluations", "invalid_evaluations", "stop", "status",
    "error", "best_value", "best_solution", "history", "target_hits", "timing", "trace",
)  # fmt: skip
OWN_IF_THERE = ("archive",)  # left out where a run has none
OF_THE_CELL = ("optimizer", "code_digest", "budget", "target", "stagnation")
CIRCUMSTANCES = ("commit", "dirty", "version", "host", "environment")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedColumn:
    """A column of numbers: little-endian, byte-shuffled (all first bytes, then all second ones ...), in base64."""

    dtype: Annotated[str, OneOf("<f8", "<i8")]
    """Type of the numbers."""
    shape: Annotated[tuple[Count, ...], Limits(min_length=1, max_length=2)]
    """Rows, and columns where it is a matrix."""
    data: str
    """The shuffled bytes in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceChunk:
    """Rows of a run's trace, one after another."""

    trace_id: Name
    """The same in all chunks of a run's trace."""
    level: Annotated[str, OneOf("triggers", "population", "all")]
    """What a row is: the evaluation at a trigger, statistics of a generation, or one evaluation."""
    rows: Count
    """Number of rows."""
    columns: dict[str, PackedColumn]
    """`all`: value, and point where asked for. `population`: evaluations, best, median, mean, std, diversity.
    `triggers`: evaluations, value, best, trigger (1 by evaluations, 2 by targets, 3 both), and point where asked for."""  # noqa: E501  # a line of the schema
