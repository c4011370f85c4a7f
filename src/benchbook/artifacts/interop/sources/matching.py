"""Match logged runs to the entries of an index, by number and order; what both state must agree."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from benchbook.artifacts.interop.sources.shown import shown
from benchbook.errors import ArtifactError

log = logging.getLogger(__name__)


class Logged(Protocol):
    """A run in a data file."""

    def __len__(self) -> int:
        """Return the number of its rows."""


_MOST_PAIRS = 4_000_000  # beyond this, matching would take too long
Entry = TypeVar("Entry")
Block = TypeVar("Block", bound=Logged)
Fits = Callable[[Entry, Block], bool | None]


def matched_runs(
    place: str, data: Path, entries: Sequence[Entry], blocks: Sequence[Block], fits: Fits[Entry, Block]
) -> list[Block | None]:
    """Return the block of each entry, or None for an entry without one, and warn of unequal numbers; see `matched`.

    Args:
        place: The index file and the line that names the data file, for messages.
        data: The data file.
        entries: Entries of the index.
        blocks: The runs in the data file.
        fits: Whether an entry and a block may belong together.

    Raises:
        ArtifactError: It is unclear which belong together.
    """
    with_rows = sum(len(block) > 0 for block in blocks)
    if len(entries) != with_rows:
        log.warning("%s: names %d runs, %s holds %d with rows", place, len(entries), shown(data), with_rows)
    found = matched(entries, blocks, fits)
    if found is None:
        raise ArtifactError(
            f"{place}: names {len(entries)} runs, {shown(data)} holds {with_rows}, and it is unclear which belong "
            "together"
        )
    if len(entries) < with_rows:
        left_out = with_rows - len(entries)
        log.warning("%s: %d runs of %s are left out, because no entry names them", place, left_out, data.name)
    return found


def matched(entries: Sequence[Entry], blocks: Sequence[Block], fits: Fits[Entry, Block]) -> list[Block | None] | None:
    """Return the block of each entry, or None for an entry without one; None instead of a list if it is ambiguous.

    Both are in the order in which they were written. So if there are as many blocks with rows as entries, they belong
    together one by one, unless an entry contradicts its own block and fits another. Headers without rows count if that
    makes the numbers equal. Otherwise the shorter side is placed within the longer one, if only one way to do so fits.

    Args:
        entries: Entries of the index.
        blocks: Runs of the data file; those without rows were started and killed.
        fits: Whether entry and block agree; None if the entry does not say.
    """
    full = [block for block in blocks if len(block)]
    if len(entries) == len(full):
        verdicts = [fits(entry, block) for entry, block in zip(entries, full, strict=True)]
        strangers = [entry for entry, verdict in zip(entries, verdicts, strict=True) if verdict is False]
        swapped = any(fits(entry, block) for entry in strangers for block in full)
        return None if swapped else list(full)
    if len(entries) == len(blocks):
        pairs = list(zip(entries, blocks, strict=True))
        if all(not len(block) or fits(entry, block) is not False for entry, block in pairs):
            return [block if len(block) else None for block in blocks]
    if len(entries) > len(full):
        place = _placed(full, entries, lambda block, entry: fits(entry, block))
        if place is None:
            return None
        at: dict[int, Block] = {found: full[number] for number, found in enumerate(place)}
        return [at.get(number) for number in range(len(entries))]
    place = _placed(entries, full, fits)
    return None if place is None else [full[number] for number in place]


_Few = TypeVar("_Few")
_Many = TypeVar("_Many")


def _placed(few: Sequence[_Few], many: Sequence[_Many], fits: Callable[[_Few, _Many], bool | None]) -> list[int] | None:
    """Return the place of each of the few among the many, in order; None unless one way is better than all others.

    A way is better if more of its pairs agree; none contains pairs that contradict each other.
    """
    if len(few) * len(many) > _MOST_PAIRS:
        return None
    # best[i][j]: most agreeing pairs, and in how many ways, for the few from i on among the many from j on.
    impossible = (-1, 0)
    width = len(many) + 1
    best: list[list[tuple[int, int]]] = [[impossible] * width for _ in few]
    best.append([(0, 1)] * width)
    verdicts = [[fits(one, other) for other in many] for one in few]
    for i in range(len(few) - 1, -1, -1):
        for j in range(len(many) - 1, -1, -1):
            best[i][j] = _better(best[i][j + 1], _taken(verdicts[i][j], best[i + 1][j + 1]))
    if best[0][0][1] != 1:
        return None
    places, j = [], 0
    for i in range(len(few)):
        while best[i][j] != _taken(verdicts[i][j], best[i + 1][j + 1]):
            j += 1
        places.append(j)
        j += 1
    return places


def _taken(verdict: bool | None, rest: tuple[int, int]) -> tuple[int, int]:
    if verdict is False or rest[0] < 0:
        return (-1, 0)
    return rest[0] + bool(verdict), rest[1]


def _better(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    if one[0] == other[0]:
        return one[0], min(one[1] + other[1], 2)
    return max(one, other)
