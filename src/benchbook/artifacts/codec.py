"""Bytes of artifacts: JSON in zstd frames (or gzip, or plain), read back with bounded memory.

A file may hold several frames, one document each; a torn last frame costs only itself.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import zstandard

from benchbook.errors import ArtifactError, UsageError
from benchbook.typing import JsonObject

ZSTD_LEVEL = 3
GZIP_LEVEL = 6
MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_MAGIC = b"\x1f\x8b"
# Fed to the decompressor in small pieces, a hostile frame can expand by 131,072 bytes for each 4 of them at most.
_FEED = 4096
SUFFIXES = (".json.zst", ".json.gz", ".json")


@dataclass(frozen=True, slots=True)
class Frame:
    """One decompressed frame: its bytes, or the reason why there are none.

    Attributes:
        offset: Where it starts in the file, in bytes.
        data: The document's bytes; None where the frame is damaged.
        reason: What is wrong with it.
        torn: Whether the file ends inside it.
    """

    offset: int
    data: bytes | None
    reason: str = ""
    torn: bool = False


def encode(document: JsonObject, suffix: str = ".json.zst") -> bytes:
    """Encode a document for a file with this suffix; the same document gives the same bytes.

    Examples:
        >>> decode(encode({"a": 0.1}))
        {'a': 0.1}
    """
    data = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    if suffix == ".json.zst":
        # A checksum in each frame lets a flipped bit show.
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True, write_content_size=True).compress(data)
    if suffix == ".json.gz":
        return gzip.compress(data, GZIP_LEVEL, mtime=0)
    return data + b"\n"


def decode(data: bytes, name: str = "artifact") -> JsonObject:
    """Decode the one document of a file.

    Raises:
        ArtifactError: It is damaged, not JSON, not an object, or holds more than one document.
    """
    frames = list(frames_of(data))
    if len(frames) != 1:
        raise ArtifactError(f"{name} holds {len(frames)} documents, expected 1")
    return document_of(frames[0], name)


def document_of(frame: Frame, name: str) -> JsonObject:
    """Parse a frame.

    Raises:
        ArtifactError: It is damaged, not JSON, or not an object.
    """
    if frame.data is None:
        raise ArtifactError(f"{name}: {frame.reason} (frame at byte {frame.offset})")
    try:
        document: Any = orjson.loads(frame.data)
    except orjson.JSONDecodeError as error:
        raise ArtifactError(f"{name} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ArtifactError(f"{name} is a JSON {type(document).__name__}, expected an object")
    return document


def frames_of(data: bytes) -> Iterator[Frame]:
    """Decompress a file frame by frame, by its magic bytes rather than its name; memory is bounded."""
    if data.startswith(_ZSTD_MAGIC):
        yield from _zstd_frames(data)
    elif data.startswith(_GZIP_MAGIC):
        yield _gzip_frame(data)
    elif not data:
        yield Frame(0, None, "the file is empty")
    elif data.lstrip()[:1] in (b"{", b"["):
        yield Frame(0, data)
    else:
        yield Frame(0, None, "neither zstd, gzip nor JSON")


def suffix_of(path: Path) -> str:
    """Return the suffix that says how to encode.

    Raises:
        UsageError: It is none of `.json.zst`, `.json.gz` and `.json`.

    Examples:
        >>> suffix_of(Path("r.json.gz"))
        '.json.gz'
    """
    for suffix in SUFFIXES:
        if path.name.endswith(suffix):
            return suffix
    raise UsageError(
        f"{path} ends in {path.suffix or 'no suffix'!r}, expected {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
    )


def _zstd_frames(data: bytes) -> Iterator[Frame]:
    offset = 0
    while offset < len(data):
        if not data.startswith(_ZSTD_MAGIC, offset):
            yield Frame(offset, None, f"{len(data) - offset} bytes that are no zstd frame", torn=True)
            return
        frame, size = _zstd_frame(data, offset)
        yield frame
        if size == 0:
            return
        offset += size


def _zstd_frame(data: bytes, offset: int) -> tuple[Frame, int]:
    """Return the frame at `offset` and its compressed size; size 0 where its end cannot be found."""
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    pieces: list[bytes] = []
    total = 0
    position = offset
    try:
        while not decompressor.eof and position < len(data):
            piece = decompressor.decompress(data[position : position + _FEED])
            position += _FEED
            total += len(piece)
            if total > MAX_DOCUMENT_BYTES:
                return Frame(offset, None, f"decompresses to more than {MAX_DOCUMENT_BYTES} bytes"), 0
            pieces.append(piece)
    except zstandard.ZstdError as error:
        return Frame(offset, None, f"damaged: {error}"), 0
    if not decompressor.eof:
        return Frame(offset, None, "truncated: the file ends inside of this frame", torn=True), 0
    end = min(position, len(data)) - len(decompressor.unused_data)
    return Frame(offset, b"".join(pieces)), end - offset


def _gzip_frame(data: bytes) -> Frame:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        out = decompressor.decompress(data, MAX_DOCUMENT_BYTES + 1)
    except zlib.error as error:
        return Frame(0, None, f"damaged: {error}")
    if len(out) > MAX_DOCUMENT_BYTES:
        return Frame(0, None, f"decompresses to more than {MAX_DOCUMENT_BYTES} bytes")
    if not decompressor.eof:
        return Frame(0, None, "truncated: the file ends inside of its data", torn=True)
    if decompressor.unused_data:
        return Frame(0, None, f"{len(decompressor.unused_data)} bytes after the end of its data")
    return Frame(0, out)
