"""An alarm that ends a run that hangs within one call, if platform and thread allow it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from benchbook.errors import TimeUp
from benchbook.runs import may_interrupt

# The loop itself checks the time after each batch; the alarm is for a batch that does not end.
_GRACE = 1.25
_LEAST_GRACE_S = 0.2
# While a run must not be interrupted, as when it counts a batch, the alarm is repeated a moment later.
_AGAIN_S = 0.01


def kill_after_s(timeout_s: float) -> float:
    """Return after how many seconds a process that does not even answer the alarm is ended."""
    return 2 * _after(timeout_s) + 5.0


@contextmanager
def alarm(timeout_s: float | None) -> Iterator[None]:
    """Raise `TimeUp` in this thread some time after `timeout_s`; only in a main thread with POSIX signals."""
    if (
        timeout_s is None
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, _after(timeout_s))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _after(timeout_s: float) -> float:
    return max(timeout_s * _GRACE, timeout_s + _LEAST_GRACE_S)


def _ring(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature of a handler
    if not may_interrupt(frame):
        signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
        return
    raise TimeUp
