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
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
MAX_FILE_BYTES = MAX_DOCUMENT_BYTES + (1 << 20)  # of a file with one document
# A document above the first limit that expands more than 200-fold is made to fill memory; real ones expand 4 to 30
# times, and a small one with a column of zeros more.
_ANY_RATIO_BYTES = 16 * 1024 * 1024
_MOST_RATIO = 200
# Of a whole file: bytes decompressed for refused frames, and places where a frame might have begun but did not.
MOST_REFUSED_BYTES = 256 * 1024 * 1024
_MOST_PLACES = 20_000
# Parsed values take more memory than their text; the estimate is of Python's objects and the validator's together.
_MOST_PARSED_BYTES = 384 * 1024 * 1024
_ESTIMATED_FROM = 1 << 20
_PARSED_BYTES = {b"[": 160, b"{": 320, b",": 64, b'"': 40}
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


def encode(document: JsonObject, suffix: str = ".json.zst", *, level: int = ZSTD_LEVEL) -> bytes:
    """Encode a document for a file with this suffix; the same document gives the same bytes.

    Args:
        document: The document.
        suffix: `.json.zst`, `.json.gz` or `.json`.
        level: Of zstd: 19 takes 40 times as long as 3 and saves a quarter.

    Examples:
        >>> decode(encode({"a": 0.1}))
        {'a': 0.1}
    """
    data = orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY)
    if suffix == ".json.zst":
        # A checksum in each frame reveals a flipped bit.
        return zstandard.ZstdCompressor(level=level, write_checksum=True, write_content_size=True).compress(data)
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
    if _parsed_bytes(frame.data) > _MOST_PARSED_BYTES:
        raise ArtifactError(f"{name} holds more values than fit into {_MOST_PARSED_BYTES:,} bytes of memory")
    try:
        document: Any = orjson.loads(frame.data)
    except orjson.JSONDecodeError as error:
        raise ArtifactError(f"{name} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ArtifactError(f"{name} is a JSON {type(document).__name__}, expected an object")
    return document


def _parsed_bytes(data: bytes) -> int:
    """Estimate the memory that a document takes once it is parsed; 0 for a small one."""
    if len(data) < _ESTIMATED_FROM:
        return 0
    return len(data) + sum(count * data.count(mark) for mark, count in _PARSED_BYTES.items())


def frames_of(data: bytes) -> Iterator[Frame]:
    """Decompress a file frame by frame, by its magic bytes rather than its name; memory is bounded."""
    if data.startswith(ZSTD_MAGIC):
        yield from zstd_frames(lambda offset, count: data[offset : offset + count], len(data))
    elif data.startswith(_GZIP_MAGIC):
        yield _gzip_frame(data)
    elif not data:
        yield Frame(0, None, "the file is empty")
    elif data[:_FEED].lstrip()[:1] in (b"{", b"["):
        too_long = len(data) > MAX_DOCUMENT_BYTES
        yield Frame(0, None, _too_long(len(data), "has")) if too_long else Frame(0, data)
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
    search = _Search(read, end)
    while offset < end:
        frame = search.frame_at(offset)
        if frame.data is None:
            following = search.next_frame(offset + 1)
            damaged_to = end if following is None else following.offset
            torn = frame.torn and following is None and not search.given_up
            reason = f"{frame.reason}; {search.given_up}" if search.given_up else frame.reason
            yield replace(frame, reason=reason, torn=torn, size=damaged_to - offset)
            if following is None:
                return
            frame = following
        yield frame
        offset = frame.offset + frame.size


class _Search:
    """Finds the frames of one file, within limits for the whole file."""

    def __init__(self, read: Callable[[int, int], bytes], end: int) -> None:
        self._read, self._end = read, end
        # One for all frames: making its tables costs as much as a small frame.
        self._decompressor = zstandard.ZstdDecompressor()
        self._places = 0
        self._refused_bytes = 0

    @property
    def given_up(self) -> str:
        """Why what follows is not read; empty if it is."""
        if self._refused_bytes > MOST_REFUSED_BYTES:
            return f"the rest is not read: its frames were refused after {self._refused_bytes:,} bytes"
        if self._places > _MOST_PLACES:
            return f"the rest is not read: at {self._places:,} places that look like frames there was none"
        return ""

    def next_frame(self, offset: int) -> Frame | None:
        """Return the first whole frame from `offset` on; its checksum tells that it is one."""
        while offset < self._end:
            window = self._read(offset, _WINDOW)
            place = window.find(ZSTD_MAGIC)
            while place >= 0:
                if self.given_up:
                    return None
                self._places += 1
                frame = self.frame_at(offset + place)
                if frame.data is not None:
                    self._places -= 1
                    return frame
                place = window.find(ZSTD_MAGIC, place + 1)
            offset += max(len(window) - len(ZSTD_MAGIC) + 1, 1)
        return None

    def frame_at(self, offset: int) -> Frame:
        """Return the frame at an offset, or why there is none."""
        decompressor = self._decompressor.decompressobj()
        piece = self._read(offset, min(_FEED, self._end - offset))
        if not piece.startswith(ZSTD_MAGIC):
            torn = ZSTD_MAGIC.startswith(piece)
            return Frame(offset, None, f"{self._end - offset} bytes that are no zstd frame", torn=torn)
        pieces: list[bytes] = []
        total, position = 0, offset
        reason = "truncated: the file ends inside of this frame"
        try:
            while piece:
                position += len(piece)
                out = decompressor.decompress(piece)
                total += len(out)
                if total > _most_bytes(position - offset):
                    reason = _too_long(total)
                    break
                pieces.append(out)
                if decompressor.eof:
                    size = position - len(decompressor.unused_data) - offset
                    return Frame(offset, b"".join(pieces), size=size)
                piece = self._read(position, min(_FEED, self._end - position))
        except zstandard.ZstdError as error:
            reason = f"damaged: {error}"
        self._refused_bytes += total
        return Frame(offset, None, reason, torn=not piece)


def _most_bytes(packed: int) -> int:
    """Return how many bytes so many packed ones may decompress to."""
    return min(MAX_DOCUMENT_BYTES, max(_ANY_RATIO_BYTES, _MOST_RATIO * packed))


def _too_long(count: int, verb: str = "decompresses to") -> str:
    limits = f"{MAX_DOCUMENT_BYTES:,}, and above {_ANY_RATIO_BYTES:,} also {_MOST_RATIO} for each packed one"
    return f"{verb} more than {count - 1:,} bytes, expected at most {limits}"


def _gzip_frame(data: bytes) -> Frame:
    decompressor = zlib.decompressobj(wbits=31)
    try:
        out = decompressor.decompress(data, _most_bytes(len(data)) + 1)
    except zlib.error as error:
        return Frame(0, None, f"damaged: {error}")
    if len(out) > _most_bytes(len(data)):
        return Frame(0, None, _too_long(len(out)))
    if not decompressor.eof:
        return Frame(0, None, "truncated: the file ends inside its data", torn=True)
    if decompressor.unused_data:
        return Frame(0, None, f"{len(decompressor.unused_data)} bytes after the end of its data")
    return Frame(0, out)
