"""Save and load artifacts as files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchbook.artifacts.codec import MAX_FILE_BYTES, ZSTD_LEVEL, decode, document_of, encode, frames_of, suffix_of
from benchbook.artifacts.kinds import Kind
from benchbook.artifacts.run_document import from_document, to_document
from benchbook.artifacts.validate import checked
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import read_bytes, write_atomic
from benchbook.profiling.stages import stage
from benchbook.records import RunRecord
from benchbook.typing import JsonObject


def save(record: RunRecord, path: str | os.PathLike[str]) -> Path:
    """Write a record to `path`, atomically; the suffix `.json.zst`, `.json.gz` or `.json` selects the compression.

    Raises:
        UsageError: The path has another suffix, or `record` is not the record of a run.
        StorageError: It cannot be written.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> record = bb.run("random_search", "sphere", dim=2, seed=1, budget=10)
        >>> path = bb.save(record, Path(tempfile.mkdtemp()) / "r.json.zst")
        >>> bb.load(path) == record
        True
    """
    path = Path(path)
    if not isinstance(record, RunRecord):  # callers may be untyped
        raise UsageError(f"record is {type(record).__name__}, expected the record of a run, as bb.run returns it")
    with stage("encode"):
        data = encode(to_document(record), suffix_of(path))
    with stage("write"):
        write_atomic(path, data)
    return path


def load(path: str | os.PathLike[str]) -> RunRecord:
    """Load a record and check it against its schema and its digests.

    Raises:
        UsageError: There is no such file.
        ArtifactError: It is damaged, invalid, not a run, or of a newer schema version.

    Examples:
        >>> import tempfile, benchbook as bb
        >>> record = bb.run("random_search", "sphere", dim=2, seed=1, budget=10)
        >>> load(bb.save(record, Path(tempfile.mkdtemp()) / "r.json.gz")).evaluations
        10
    """
    return from_document(load_document(path, Kind.RUN))


def load_document(path: str | os.PathLike[str], kind: Kind | None = None) -> JsonObject:
    """Read an artifact that is one document, checked.

    Args:
        path: Its file.
        kind: The kind that it must be of; None: any.

    Raises:
        UsageError: There is no such file.
        ArtifactError: It is damaged, invalid, of a newer schema version, or of another kind.
    """
    document = checked(decode(read_bytes(Path(path), MAX_FILE_BYTES), str(path)), str(path))
    if kind not in (None, document["kind"]):
        raise ArtifactError(f"{path} is an artifact of kind {document['kind']!r}, expected '{kind}'")
    return document


def save_document(document: JsonObject, path: str | os.PathLike[str], *, level: int = ZSTD_LEVEL) -> Path:
    """Write any artifact, checked before; `level` is that of zstd.

    Raises:
        ArtifactError: The document is not valid.
        StorageError: It cannot be written.
    """
    path = Path(path)
    data = encode(document, suffix_of(path), level=level)
    checked(decode(data, path.name), path.name)
    write_atomic(path, data)
    return path


def read_documents(path: Path) -> Iterator[JsonObject]:
    """Read the documents of a file, one per frame, checking only their JSON.

    Raises:
        ArtifactError: A frame is damaged; those before it were given out.
    """
    for frame in frames_of(read_bytes(path)):
        yield document_of(frame, str(path))
