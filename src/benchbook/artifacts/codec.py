"""Bytes of artifacts: JSON in zstd frames (or gzip, or plain), read back with bounded memory.

A file may hold several frames, one document each; a torn last frame costs only itself.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import zstandard

from benchbook.errors import ArtifactError, UsageError
from benchbook.typing import JsonObject

ZSTD_LEVEL = 3
GZIP_LEVEL = 6
MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_GZIP_MAGIC = b"\x1f\x8b"
# Fed to the decompressor in small pieces, a hostile frame can expand by 131,072 bytes for each 4 of them at most.
_FEED = 4096
_WINDOW = 1 << 16
SUFFIXES = (".json.zst", ".json.gz", ".json")


@dataclass(frozen=True, slots=True)
class Frame:
    """One decompressed frame: its bytes, or the reason why there are none.

    Attributes:
        offset: Where it starts in the file, in bytes.
        data: The document's bytes; None if the frame is damaged.
        reason: What is wrong with it.
        torn: Whether the file ends inside it.
        size: Compressed bytes, up to the next frame that can be read; 0 for files of one document.
    """

    offset: int
    data: bytes | None
    reason: str = ""
    torn: bool = False
    size: int = 0


def encode(document: JsonObject, suffix: str = ".json.zst") -> bytes:
    """Encode a document for a file with this suffix; the same document gives the same bytes.

    Examples:
        >>> decode(encode({"a": 0.1}))
        {'a': 0.1}
    """
    data = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    if suffix == ".json.zst":
        # A checksum in each frame reveals a flipped bit.
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True, write_content_size=True).compress(data)
    if suffix == ".json.gz":
        return gzip.compress(data, GZIP_LEVEL, mtime=0)
    return data + b"\n"


def decode(data: bytes, name: str = "artifact") -> JsonObject:
    """Decode the one document of a file.

    Raises:
        ArtifactError: It is damaged, not JSON, not an object, or holds more than one document.
    """
    frames = list(islice(frames_of(data), 2))  # a third one would only cost time and memory
    if len(frames) != 1:
        raise ArtifactError(f"{name} holds {'several documents' if frames else 'no document'}, expected 1")
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
    if data.startswith(ZSTD_MAGIC):
        yield from zstd_frames(lambda offset, count: data[offset : offset + count], len(data))
    elif data.startswith(_GZIP_MAGIC):
        yield _gzip_frame(data)
    elif not data:
        yield Frame(0, None, "the file is empty")
    elif data.lstrip()[:1] in (b"{", b"["):
        yield Frame(0, data)
    else:
        yield Frame(0, None, "neither zstd, gzip nor JSON")


def suffix_of(path: Path) -> str:
    """Return the suffix that determines the encoding.

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


def zstd_frames(read: Callable[[int, int], bytes], end: int, start: int = 0) -> Iterator[Frame]:
    """Decompress the zstd frames between two offsets; after a damaged frame, continue with the next readable one.

    Args:
        read: Returns `count` bytes from `offset`, or fewer at the end: `read(offset, count)`.
        end: Where the frames end, in bytes.
        start: Where they start.
    """
    offset = start
    decompressor = zstandard.ZstdDecompressor()  # one for all: its tables take as long as a small frame
    while offset < end:
        frame = _frame_at(decompressor, read, offset, end)
        if frame.data is None:
            following = _next_frame(decompressor, read, offset + 1, end)
            damaged_to = end if following is None else following.offset
            torn = frame.torn and following is None
            yield replace(frame, torn=torn, size=damaged_to - offset)
            if following is None:
                return
            frame = following
        yield frame
        offset = frame.offset + frame.size


def _next_frame(
    decompressor: zstandard.ZstdDecompressor, read: Callable[[int, int], bytes], offset: int, end: int
) -> Frame | None:
    """Return the first whole frame from `offset` on, recognised by its checksum."""
    while offset < end:
        window = read(offset, _WINDOW)
        place = window.find(ZSTD_MAGIC)
        while place >= 0:
            frame = _frame_at(decompressor, read, offset + place, end)
            if frame.data is not None:
                return frame
            place = window.find(ZSTD_MAGIC, place + 1)
        offset += max(len(window) - len(ZSTD_MAGIC) + 1, 1)
    return None


def _frame_at(
    shared: zstandard.ZstdDecompressor, read: Callable[[int, int], bytes], offset: int, end: int
) -> Frame:
    decompressor = shared.decompressobj()
    piece = read(offset, min(_FEED, end - offset))
    if not piece.startswith(ZSTD_MAGIC):
        torn = ZSTD_MAGIC.startswith(piece)
        return Frame(offset, None, f"{end - offset} bytes that are no zstd frame", torn=torn)
    pieces: list[bytes] = []
    total, position = 0, offset
    try:
        while piece:
            position += len(piece)
            out = decompressor.decompress(piece)
            total += len(out)
            if total > MAX_DOCUMENT_BYTES:
                return Frame(offset, None, f"decompresses to more than {MAX_DOCUMENT_BYTES} bytes")
            pieces.append(out)
            if decompressor.eof:
                size = position - len(decompressor.unused_data) - offset
                return Frame(offset, b"".join(pieces), size=size)
            piece = read(position, min(_FEED, end - position))
    except zstandard.ZstdError as error:
        return Frame(offset, None, f"damaged: {error}")
    return Frame(offset, None, "truncated: the file ends inside of this frame", torn=True)


def _gzip_frame(data: bytes) -> Frame:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        out = decompressor.decompress(data, MAX_DOCUMENT_BYTES + 1)
    except zlib.error as error:
        return Frame(0, None, f"damaged: {error}")
    if len(out) > MAX_DOCUMENT_BYTES:
        return Frame(0, None, f"decompresses to more than {MAX_DOCUMENT_BYTES} bytes")
    if not decompressor.eof:
        return Frame(0, None, "truncated: the file ends inside its data", torn=True)
    if decompressor.unused_data:
        return Frame(0, None, f"{len(decompressor.unused_data)} bytes after the end of its data")
    return Frame(0, out)
