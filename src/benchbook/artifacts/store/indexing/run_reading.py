"""Reading the run that a row of the index names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchbook.artifacts.codec import decode
from benchbook.artifacts.kinds import Kind
from benchbook.artifacts.run_document import from_document
from benchbook.artifacts.store.deduplicated import to_run_document
from benchbook.artifacts.store.indexing.row import Row
from benchbook.artifacts.store.shards import frame_at
from benchbook.artifacts.validate import meaning_findings, schema_findings
from benchbook.errors import ArtifactError
from benchbook.records import RunRecord
from benchbook.typing import JsonObject

Shared = Callable[[str], JsonObject]  # returns the shared document of a short digest


def read_run(store: Path, row: Row, shared: Shared) -> RunRecord:
    """Read a run.

    Raises:
        ArtifactError: It is damaged, or does not match its digests.
    """
    record = from_document(read_document(store, row, shared))
    for problem in meaning_findings(record):
        raise ArtifactError(f"{row.shard}, frame at byte {row.offset}: {problem}")
    return record


def read_document(store: Path, row: Row, shared: Shared) -> JsonObject:
    """Return the self-contained document of a run, checked against its schema.

    Raises:
        ArtifactError: It is damaged.
    """
    name = f"{row.shard}, frame at byte {row.offset}"
    document = decode(frame_at(store / row.shard, row.offset, row.size), name)
    for problem in schema_findings(document):
        raise ArtifactError(f"{name}: {problem}")
    if document["kind"] == Kind.RUN:
        return document
    return to_run_document(document, *(shared(str(document[part])) for part in ("cell", "circumstances")))
