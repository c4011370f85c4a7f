"""Setting aside unreadable manifests, imports, references and traces: they are moved to a folder that is not read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from benchbook.artifacts.codec import Frame, document_of, frames_of
from benchbook.artifacts.io import load_document
from benchbook.artifacts.kinds import Kind
from benchbook.artifacts.store.manifest import FILE_NAME as MANIFEST_FILE
from benchbook.artifacts.store.manifest import read_manifest
from benchbook.artifacts.store.shards import IMPORTED_FOLDER, IMPORTED_SUFFIX, SHARD_FOLDER
from benchbook.artifacts.validate import MOST_EXPLAINED, check_document, fits_schema
from benchbook.errors import ArtifactError
from benchbook.files import read_bytes, write_atomic
from benchbook.records import RunRecord
from benchbook.typing import JsonObject

ASIDE_FOLDER = "set-aside"
REFERENCE_FOLDER = "references"
NEWER = "a newer benchbook wrote it"


def document_files(folder: Path) -> list[Path]:
    """Return the files of a store that are neither shards nor traces: manifest, imports, references."""
    manifest = folder / MANIFEST_FILE
    return [
        *([manifest] if manifest.exists() else []),
        *sorted((folder / IMPORTED_FOLDER).glob(f"*{IMPORTED_SUFFIX}")),
        *sorted((folder / REFERENCE_FOLDER).glob("*.json.zst")),
    ]


def problems_of(path: Path) -> Iterator[str]:
    """Yield what is wrong with one of these files."""
    try:
        if path.name == MANIFEST_FILE:
            read_manifest(path.parent)
        elif path.parent.name == REFERENCE_FOLDER:
            kind = load_document(path)["kind"]
            if kind != Kind.REFERENCE:
                yield f"is an artifact of kind {kind!r}, expected a reference"
        else:
            told = 0
            for number, frame in enumerate(frames_of(read_bytes(path)), start=1):
                for problem in _problems(frame, path.name, brief=told >= MOST_EXPLAINED):
                    told += 1
                    yield f"frame {number}: {problem}"
    except ArtifactError as error:
        yield str(error)


def set_documents_aside(folder: Path) -> list[str]:
    """Set aside those of these files that are damaged, for imports their damaged frames; return this in words."""
    done: list[str] = []
    for path in document_files(folder):
        name = path.relative_to(folder).as_posix()
        problems = list(problems_of(path))
        if not problems or all(NEWER in problem for problem in problems):
            continue
        if path.parent.name == IMPORTED_FOLDER:
            done.append(f"{name}: {_set_frames_aside(folder, path)}")
            continue
        add_aside(folder, path.name, read_bytes(path))
        path.unlink()
        again = "; `benchbook study run` writes it again" if path.name == MANIFEST_FILE else ""
        done.append(f"{name}: set aside{again}")
    return done


def add_aside(folder: Path, name: str, data: bytes) -> None:
    """Append data to the set-aside file of this name."""
    kept = folder / ASIDE_FOLDER / name
    write_atomic(kept, (kept.read_bytes() if kept.is_file() else b"") + data)


def part_of_trace(record: RunRecord, folder: Path) -> bytes:
    """Return the bytes of a run's trace, as far as they exist."""
    if record.trace is None:
        return b""
    try:
        with (folder / SHARD_FOLDER / record.trace.file).open("rb") as file:
            length = os.fstat(file.fileno()).st_size  # a damaged record may name places beyond any file
            file.seek(min(record.trace.offset, length))
            return file.read(min(record.trace.size, length))
    except OSError:
        return b""


def without_trace(run: JsonObject) -> JsonObject:
    """Return the document of a run with its trace marked as lost from the first evaluation on."""
    trace = {
        **cast("dict[str, Any]", run["trace"]),
        "offset": 0,
        "size": 0,
        "rows": 0,
        "lost_from": 1,
        "digest": hashlib.sha256().hexdigest(),
    }
    return {**run, "trace": trace}


def _set_frames_aside(folder: Path, path: Path) -> str:
    data = read_bytes(path)
    frames = list(frames_of(data))
    bad = [frame for frame in frames if any(NEWER not in problem for problem in _problems(frame, path.name))]
    if len(bad) == len(frames):
        add_aside(folder, path.name, data)
        path.unlink()
        return "set aside, nothing in it could be read"
    add_aside(folder, path.name, b"".join(data[frame.offset : frame.offset + frame.size] for frame in bad))
    kept = [frame for frame in frames if frame not in bad]
    write_atomic(path, b"".join(data[frame.offset : frame.offset + frame.size] for frame in kept))
    return f"{len(bad)} frames that cannot be read set aside"


def _problems(frame: Frame, name: str, *, brief: bool = False) -> list[str]:
    try:
        document = document_of(frame, name)
    except ArtifactError as error:
        return [str(error)]
    if document.get("kind") in (Kind.IMPORTED_RUN.value, None):
        if brief:
            return [] if fits_schema(document) else ["does not fit its schema"]
        return [str(problem) for problem in check_document(document)]
    return [f"is an artifact of kind {document['kind']!r}, expected an imported-run"]
