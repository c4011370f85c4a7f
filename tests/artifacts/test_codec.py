import gzip
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from benchbook.artifacts.codec import SUFFIXES, decode, document_of, encode, frames_of, suffix_of
from benchbook.errors import ArtifactError, UsageError

DOCUMENT = {"kind": "made up", "values": [0.1, -2.5e-300, 3.0], "text": "été ∞", "none": None, "deep": {"a": [True]}}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(document=st.dictionaries(TEXTS, VALUES, max_size=5))
def test_a_document_comes_back_as_it_was(suffix: str, document: dict[str, Any]) -> None:
    """Every JSON document survives each encoding, and always has the same text."""
    data = encode(document, suffix)
    assert decode(data) == document
    assert encode(document, suffix) == data


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_kind_of_file_is_detected_from_its_bytes(suffix: str) -> None:
    """The format is detected from the bytes, not from the name."""
    assert decode(encode(DOCUMENT, suffix), "renamed.txt") == DOCUMENT


@pytest.mark.parametrize("suffix", SUFFIXES[:2])
def test_a_truncated_file_is_an_error_at_every_length(suffix: str) -> None:
    """However much of the end is missing, the file is refused with a reason."""
    data = encode(DOCUMENT, suffix)
    for length in range(len(data)):
        with pytest.raises(ArtifactError, match=r"r\.json: (truncated|the file is empty|neither|damaged)"):
            decode(data[:length], "r.json")


@pytest.mark.parametrize("suffix", SUFFIXES[:2])
def test_every_flipped_bit_is_found(suffix: str) -> None:
    """A file with one changed bit is refused, or still gives exactly the same document."""
    data = encode(DOCUMENT, suffix)
    accepted = 0
    for position in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            try:
                found = decode(bytes(changed))
            except ArtifactError:
                continue
            assert found == DOCUMENT, f"bit {bit} of byte {position} was not detected"
            accepted += 1
    assert accepted < len(data)  # unused bits of the headers


def test_random_bytes_are_refused() -> None:
    """Random bytes raise an ArtifactError and nothing else."""
    source = random.Random(3)  # noqa: S311  # no secret
    for magic in (b"", b"\x28\xb5\x2f\xfd", b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"{", b"["):
        for length in (0, 1, 5, 60, 5000):
            with pytest.raises(ArtifactError):
                decode(magic + source.randbytes(length))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n", "neither zstd, gzip nor JSON"),
        (b"[1, 2]", "is a JSON list, expected an object"),
        (b'{"a": NaN}', "is not JSON"),
        (b'{"a": 1e999}', "is not JSON"),
        (b'{"a": "\xff"}', "is not JSON"),
        (gzip.compress(b"7", mtime=0), "is a JSON int, expected an object"),
        (gzip.compress(b"{}", mtime=0) + b"tail", "4 bytes after the end"),
        (gzip.compress(b"{}", mtime=0) + gzip.compress(b"{}", mtime=0), "bytes after the end"),
        (b"{" * 100_000, "is not JSON"),
    ],
)
def test_what_is_wrong_is_reported(data: bytes, message: str) -> None:
    """Each kind of foreign file has its own message, with the name of the file."""
    with pytest.raises(ArtifactError, match=f"f.json.*{message}"):
        decode(data, "f.json")


def rle_bomb(blocks: int) -> bytes:
    """Make a zstd frame by hand: each block of 4 bytes stands for 131,072 zeros."""
    header = b"\x28\xb5\x2f\xfd" + bytes([0b0000_0000, 0b0101_1000])  # window of 2 MiB, no size, no checksum
    block = ((131_072 << 3) | (1 << 1)).to_bytes(3, "little") + b"\x00"
    last = ((1 << 3) | (1 << 1) | 1).to_bytes(3, "little") + b"\x00"
    return header + block * blocks + last


def test_the_bomb_is_a_frame() -> None:
    """The frame made by hand is valid for zstd."""
    out = zstandard.ZstdDecompressor().decompressobj().decompress(rle_bomb(3))
    assert out == bytes(3 * 131_072 + 1)


BOMBS = """
import gzip, resource, sys, zlib
import zstandard
from benchbook.artifacts.codec import frames_of
{make}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reasons = [frame.reason for frame in frames_of(bomb)]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(bomb), (peak - before) // 1024, reasons)
"""
RLE = """
block = ((131_072 << 3) | 2).to_bytes(3, "little") + b"\\x00"
bomb = b"\\x28\\xb5\\x2f\\xfd\\x00\\x58" + block * 30_000 + (11).to_bytes(3, "little") + b"\\x00"
"""
GZIP = """
maker = zlib.compressobj(9, zlib.DEFLATED, 31)
bomb = b"".join(maker.compress(bytes(2**20)) for _ in range(300)) + maker.flush()
"""


@pytest.mark.parametrize("make", [RLE, GZIP], ids=["zstd", "gzip"])
def test_a_bomb_is_refused_with_bounded_memory(make: str, python: Callable[..., str]) -> None:
    """A small file that expands to gigabytes is refused when its size exceeds the limit, before memory is full."""
    length, grown_mb, reason = python(BOMBS.format(make=make)).split(" ", 2)
    assert int(length) < 700_000
    assert int(grown_mb) < 700
    assert re.fullmatch(r"\['decompresses to more than [\d,]+ bytes, expected at most 67,108,864, .*'\]", reason)


def test_several_frames_are_several_documents() -> None:
    """A shard is a sequence of frames; reading one as a single document is refused."""
    data = encode({"k": 1}) + encode({"k": 2})
    assert [document_of(frame, "s")["k"] for frame in frames_of(data)] == [1, 2]
    with pytest.raises(ArtifactError, match="r holds several documents, expected 1"):
        decode(data, "r")


def test_a_torn_last_frame_costs_only_itself() -> None:
    """Wherever a writer was killed, the frames before are complete and the last is marked as torn."""
    first, second = encode({"k": 1}), encode({"k": 2, "more": list(range(20))})
    for length in range(1, len(second)):
        whole, torn = frames_of(first + second[:length])
        assert document_of(whole, "s") == {"k": 1}
        assert torn.torn
        assert torn.offset == len(first)


def test_a_frame_without_size_is_read() -> None:
    """Streamed frames of other writers, without a checksum, are read as well."""
    maker = zstandard.ZstdCompressor().compressobj()
    data = maker.compress(b'{"k": ') + maker.compress(b"3}") + maker.flush()
    assert decode(data) == {"k": 3}


@pytest.mark.parametrize("name", ["r.zst", "r", "r.json.bz2", "r.txt", ".zst"])
def test_other_suffixes_are_refused(name: str) -> None:
    """The message lists the suffixes that can be written."""
    with pytest.raises(UsageError, match=r"expected \.json\.zst, \.json\.gz or \.json"):
        suffix_of(Path(name))
