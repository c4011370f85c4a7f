"""A row of the index of a store."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeAlias

IndexRow: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the index knows of a run.

    Attributes:
        run_key: Key of the run.
        shard: Path of its shard, from the store's folder.
        offset: Where its frame starts, in bytes.
        size: Compressed size of the frame.
        cell: Short digest of what its cell shares; None for a self-contained run.
        circumstances: Short digest of its circumstances; None for a self-contained run.
        settings: Digest of the optimizer's settings.
        precision: Best value minus optimum value.
        total_s: Seconds it took.
    """

    run_key: str
    shard: str
    offset: int
    size: int
    cell: str | None
    circumstances: str | None
    optimizer: str
    settings: str
    function: str
    dim: int
    instance: int
    seed: int
    budget: int
    target: float | None
    stagnation: int | None
    status: str
    stop: str
    evaluations: int
    content_digest: str
    code_digest: str
    best_value: float | None
    precision: float | None
    total_s: float


COLUMNS = tuple(field.name for field in fields(Row))
