"""Spans of time in bounded memory: all of the first ones, and the longest of the rest."""

from __future__ import annotations

from operator import itemgetter

from benchbook.records.profile import Span


class Spans:
    """Keeps at most `most` spans: the first half in order of arrival, and then the longest ones.

    If some of several nested spans are left out, the others stay nested.

    Examples:
        >>> spans = Spans(4)
        >>> for number, seconds in enumerate([1, 1, 5, 1, 4, 1]):
        ...     spans.add(number, float(number), float(seconds), 1)
        >>> [span.number for span in spans.recorded()], spans.left_out
        ([0, 1, 2, 4], 2)
    """

    def __init__(self, most: int) -> None:
        """Begin without spans."""
        self._first: list[tuple[float, int, float, int]] = []
        self._later: list[tuple[float, int, float, int]] = []
        self._most_first, self._most_later = most // 2, most - most // 2
        self._shortest_s = -1.0  # later spans that are not longer are left out
        self._left_out = 0

    def add(self, number: int, start_s: float, duration_s: float, depth: int) -> None:
        """Add a finished span."""
        if len(self._first) < self._most_first:
            self._first.append((start_s, depth, duration_s, number))
        elif duration_s <= self._shortest_s:
            self._left_out += 1
        else:
            self._later.append((start_s, depth, duration_s, number))
            if len(self._later) >= 2 * self._most_later + 2:  # rarely, so that it costs little per span
                self._keep_longest()

    def recorded(self) -> list[Span]:
        """Return the recorded spans by start, outer spans before inner ones."""
        self._keep_longest()
        return sorted(Span(*span) for span in (*self._first, *self._later))

    @property
    def left_out(self) -> int:
        """How many were left out."""
        self._keep_longest()
        return self._left_out

    def _keep_longest(self) -> None:
        surplus = len(self._later) - self._most_later
        if surplus > 0:
            self._later.sort(key=itemgetter(2), reverse=True)
            del self._later[self._most_later :]
            self._left_out += surplus
            self._shortest_s = self._later[-1][2] if self._later else float("inf")
