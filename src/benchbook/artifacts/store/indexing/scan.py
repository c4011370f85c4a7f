"""Reading a shard for the index: each frame becomes a run, a shared document or a damage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.codec import MOST_REFUSED_BYTES, document_of
from benchbook.artifacts.kinds import Kind
from benchbook.artifacts.store.deduplicated import short_digest
from benchbook.artifacts.store.indexing.row import IndexRow
from benchbook.artifacts.store.shards import frames_of_shard
from benchbook.artifacts.validate import MOST_EXPLAINED, Finding, fits_schema, schema_findings
from benchbook.digests import digest
from benchbook.errors import ArtifactError

_MANY = Finding("$", "does not fit its schema")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedShared:
    """A document that runs refer to by its digest."""

    offset: int
    size: int
    digest: str
    document: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedRun:
    """A run; a self-contained run has a complete index row; otherwise the shared documents complete it.

    Attributes:
        refers_to: Digests of its cell and its circumstances.
        row: The row of a self-contained run.
        document: The stored run, without its long parts.
    """

    shard: str
    offset: int
    size: int
    refers_to: tuple[str, ...]
    row: IndexRow | None
    document: dict[str, Any]

    def completed(self, cell: bytes) -> IndexRow:
        """Return the row of the index, with the values of the cell."""
        return _row(self.document, _cell(cell), self.shard, self.offset, self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """Unreadable bytes, up to the next readable frame.

    Attributes:
        torn: Whether the shard ends inside a frame.
        last: Whether nothing follows.
    """

    offset: int
    size: int
    reason: str
    torn: bool
    last: bool


def scan(store: Path, shard: str, start: int = 0) -> Iterator[ScannedRun | ScannedShared | Damage]:
    """Read the frames of a shard from an offset on; frames that do not fit their schema count as damage."""
    path = store / shard
    end = path.stat().st_size
    refused = 0
    refused_bytes = 0
    for frame in frames_of_shard(path, start):
        if refused_bytes > MOST_REFUSED_BYTES:
            reason = f"the rest is not read: its documents were refused after {refused_bytes:,} bytes"
            yield Damage(offset=frame.offset, size=end - frame.offset, reason=reason, torn=False, last=False)
            return
        try:
            document: dict[str, Any] = dict(document_of(frame, shard))
        except ArtifactError as error:
            last = frame.data is None and frame.offset + frame.size >= end
            reason = frame.reason or str(error)
            refused_bytes += len(frame.data or b"")
            yield Damage(offset=frame.offset, size=frame.size, reason=reason, torn=frame.torn, last=last)
            continue
        problems = schema_findings(document) if refused < MOST_EXPLAINED or fits_schema(document) else [_MANY]
        kind = document.get("kind")
        if not problems and kind in (Kind.STORE_CELL, Kind.STORE_CIRCUMSTANCES):
            name, data = short_digest(document), frame.data or b""
            yield ScannedShared(offset=frame.offset, size=frame.size, digest=name, document=data)
        elif not problems and kind == Kind.STORED_RUN:
            for long in ("history", "best_solution", "target_hits"):
                del document[long]
            document.pop("archive", None)
            refers_to = (document["cell"], document["circumstances"])
            yield ScannedRun(
                shard=shard, offset=frame.offset, size=frame.size, refers_to=refers_to, row=None, document=document
            )
        elif not problems and kind == Kind.RUN:
            row = _whole_row(document, shard, frame.offset, frame.size)
            yield ScannedRun(shard=shard, offset=frame.offset, size=frame.size, refers_to=(), row=row, document={})
        else:
            refused += 1
            refused_bytes += len(frame.data or b"")
            reason = str(problems[0]) if problems else f"a document of kind {kind!r}, expected runs"
            yield Damage(offset=frame.offset, size=frame.size, reason=reason, torn=False, last=False)


def _row(run: dict[str, Any], cell: dict[str, Any], shard: str, offset: int, size: int) -> IndexRow:
    """Return the values of `benchbook.artifacts.store.indexing.row.Row`, in its order."""
    best, f_opt = run["best_value"], run["f_opt"]
    return (
        run["run_key"],
        shard,
        offset,
        size,
        run.get("cell"),
        run.get("circumstances"),
        cell["optimizer"]["name"],
        cell["settings_digest"],
        cell["problem"]["name"],
        cell["problem"]["dim"],
        run["instance"],
        run["seed"],
        cell["budget"],
        cell["target"],
        cell["stagnation"],
        run["status"],
        run["stop"],
        run["evaluations"],
        run["content_digest"],
        cell["code_digest"],
        best,
        None if best is None or f_opt is None else best - f_opt,
        run["timing"]["total_s"],
    )


def _whole_row(run: dict[str, Any], shard: str, offset: int, size: int) -> IndexRow:
    problem = run["problem"]
    own = {**run, "instance": problem["instance"], "f_opt": problem["f_opt"]}
    cell = {**run, "settings_digest": digest(run["optimizer"]["settings"])}
    return _row(own, cell, shard, offset, size)


@lru_cache(maxsize=256)
def _cell(document: bytes) -> dict[str, Any]:
    cell: dict[str, Any] = orjson.loads(document)
    return {**cell, "settings_digest": digest(cell["optimizer"]["settings"])}
