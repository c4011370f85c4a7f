"""What lasted from when to when, in bounded memory: the beginning whole, and of the rest what lasted longest."""

from __future__ import annotations

import heapq
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Something that lasted.

    Attributes:
        start_s: Seconds from the start of the profile.
        depth: How many spans it lies in, plus 1.
        duration_s: How long it lasted.
        number: What it was, by its number.
    """

    start_s: float
    depth: int
    duration_s: float
    number: int


class Spans:
    """Keeps at most `most` spans: the first half as they come, and beside them the longest ones.

    What is left out of nested spans leaves the others nested.

    Attributes:
        left_out: How many were left out.

    Examples:
        >>> spans = Spans(4)
        >>> for number, seconds in enumerate([1, 1, 5, 1, 4, 1]):
        ...     spans.add(number, float(number), float(seconds), 1)
        >>> [span.number for span in spans.kept()], spans.left_out
        ([0, 1, 2, 4], 2)
    """

    def __init__(self, most: int) -> None:
        """Begin with nothing."""
        self._first: list[tuple[float, int, float, int]] = []
        self._longest: list[tuple[float, float, int, int]] = []  # a heap, the shortest in front
        self._room = most // 2
        self._most_longest = most - most // 2
        self.left_out = 0

    def add(self, number: int, start_s: float, duration_s: float, depth: int) -> None:
        """Take a span that is over."""
        if self._room > 0:
            self._room -= 1
            self._first.append((start_s, depth, duration_s, number))
        elif len(self._longest) < self._most_longest:
            heapq.heappush(self._longest, (duration_s, start_s, depth, number))
        else:
            self.left_out += 1
            if duration_s > self._longest[0][0]:
                heapq.heapreplace(self._longest, (duration_s, start_s, depth, number))

    def kept(self) -> list[Span]:
        """Return what was kept, by start, and the outer ones before those inside."""
        longest = ((start_s, depth, duration_s, number) for duration_s, start_s, depth, number in self._longest)
        return sorted(Span(*span) for span in (*self._first, *longest))
