"""When a failed branch is retried, and after how long."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchbook.errors import UsageError
from benchbook.whole_numbers import check_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Retries a failed function, waiting longer each time.

    Attributes:
        count: Number of retries: 2 means at most three calls.
        first_delay_s: Wait before the first retry.
        factor: Growth of the wait from one retry to the next.
        longest_delay_s: Longest wait.
        jitter: Share of the wait by which it is randomly shortened or lengthened, 0 to 1, so that branches do not retry
            simultaneously.
        on: Exceptions after which it is retried; all others fail the branch at once.
        seed: Seed of the jitter, which depends only on seed, call, configuration and attempt.
    """

    count: int = 0
    first_delay_s: float = 0.1
    factor: float = 2.0
    longest_delay_s: float = 30.0
    jitter: float = 0.1
    on: tuple[type[Exception], ...] = (Exception,)
    seed: int = 0

    def __post_init__(self) -> None:
        check_whole("retries", self.count, 0)
        if not 0 <= self.jitter <= 1:
            raise UsageError(f"jitter is {self.jitter!r}, expected a number from 0 to 1")
        if self.first_delay_s < 0 or self.longest_delay_s < 0 or self.factor < 1:
            raise UsageError("the delays of retries must be at least 0 and their factor at least 1")

    def delay_s(self, attempt: int, error: Exception, name: str) -> float | None:
        """Return how long to wait after a failed attempt (counted from 1); None: do not try again.

        Examples:
            >>> Retries(count=2, jitter=0).delay_s(2, ValueError(), "config")
            0.2
        """
        if attempt > self.count or not isinstance(error, self.on):
            return None
        delay = min(self.first_delay_s * self.factor ** (attempt - 1), self.longest_delay_s)
        drawn = random.Random(f"{self.seed}/{name}/{attempt}").uniform(-1, 1)  # noqa: S311  # a delay is not a secret
        return delay * (1 + self.jitter * drawn)
