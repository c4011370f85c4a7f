"""Seeded damage: the same seed gives the same damaged bytes."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 5, 2**63, -(2**63), 2**70, 1e308, -1e308, 1e-320, "", "x",
    "\x00", "9" * 400, [], {}, [[]], [None],
    {"a": 1}, ["x"] * 40, "../../x", "2026-99-99T00:00:00Z", "done", "run",
)  # fmt: skip


def damaged_bytes(data: bytes, rng: random.Random) -> bytes:
    """Return bytes with one to three changes: flipped, cut, repeated, zeroed, inserted or removed."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        if not out:
            return bytes(rng.randbytes(rng.randint(0, 64)))
        start = rng.randrange(len(out))
        count = min(rng.choice((1, 4, 16, 64, 512)), len(out) - start)
        match rng.randrange(7):
            case 0:
                out[start] ^= 1 << rng.randrange(8)
            case 1:
                del out[start:]
            case 2:
                out[start:start] = out[start : start + count]
            case 3:
                out[start : start + count] = bytes(count)
            case 4:
                out[start:start] = rng.randbytes(count)
            case 5:
                del out[start : start + count]
            case 6:
                out[start : start + count] = rng.randbytes(count)
    return bytes(out)


def damaged_document(document: Any, rng: random.Random) -> bytes:
    """Return the JSON of a document with one to three values of another type or kind, missing, or nested deeply."""
    changed = copy.deepcopy(document)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(changed))
        if not places:
            break
        holder, key = rng.choice(places)
        match rng.randrange(6):
            case 0:
                del holder[key]
            case 1:
                holder[key] = f"@{rng.choice((40, 300, 900))}@"
            case 2:
                other, there = rng.choice(places)
                holder[key] = copy.deepcopy(other[there]) if there in _keys(other) else None
            case _:
                holder[key] = copy.deepcopy(rng.choice(ODD))
    text = json.dumps(changed)
    for depth in (40, 300, 900):  # written as text: Python could not copy values that are nested so deeply
        text = text.replace(f'"@{depth}@"', "[" * depth + "]" * depth)
    return text.encode()


def _keys(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


def _places(value: Any, depth: int = 0) -> Any:
    """Yield every place of a document as its container and key; of long lists the first few."""
    keys = (
        list(value) if isinstance(value, dict) else list(range(min(len(value), 4))) if isinstance(value, list) else []
    )
    for key in keys:
        yield value, key
        if depth < 8:
            yield from _places(value[key], depth + 1)
