"""Time as a port: code that measures or stamps takes a `Clock`, so that tests need no patching."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the date and measures durations."""

    def now(self) -> datetime:
        """Return the present moment, with its time zone."""

    def monotonic_s(self) -> float:
        """Return seconds from an arbitrary origin; never goes backwards."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return `time.perf_counter()`, in seconds."""
        return time.perf_counter()


@dataclass
class ManualClock:
    """A clock that only moves when told to.

    Examples:
        >>> clock = ManualClock()
        >>> clock.advance(2.5)
        >>> clock.monotonic_s()
        2.5
    """

    start: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    elapsed_s: float = 0.0

    def now(self) -> datetime:
        """Return the start plus the elapsed time."""
        return datetime.fromtimestamp(self.start.timestamp() + self.elapsed_s, UTC)

    def monotonic_s(self) -> float:
        """Return the seconds advanced so far."""
        return self.elapsed_s

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        self.elapsed_s += seconds


SYSTEM_CLOCK = SystemClock()


def timestamp(moment: datetime) -> str:
    """Format a moment as ISO 8601 in UTC with microseconds.

    Examples:
        >>> timestamp(datetime(2026, 1, 2, tzinfo=UTC))
        '2026-01-02T00:00:00.000000Z'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
