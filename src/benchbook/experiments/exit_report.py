"""Background work at the end of the interpreter: it is awaited with a time-out, and what remains is reported."""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import Counter
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Protocol
from weakref import WeakSet

if TYPE_CHECKING:
    from benchbook.experiments.branches.branch import Branch

log = logging.getLogger("benchbook.experiments")
SINKS_TIMEOUT_S = 30.0
_LAST_WAIT_S = 0.5
_MOST_NAMED = 10


class Pending(Protocol):
    """A background branch that may still run."""

    branch: Branch

    @property
    def future(self) -> Future[Branch]:
        """A future that is done when the branch has ended."""

    @property
    def done(self) -> bool:
        """Whether it has ended."""

    def cancel(self, reason: str) -> bool:
        """Cancel it."""


class Lane(Protocol):
    """The way to a sink."""

    def drain(self, timeout_s: float) -> bool:
        """Wait until the sink has received everything, and return whether it has."""


_watched: dict[Pending, float] = {}
_lanes: WeakSet[Lane] = WeakSet()
_lock = threading.Lock()


def watch(handle: Pending, drain_timeout_s: float) -> None:
    """Keep a shadow alive until it has ended, and wait for it at exit, up to its time-out."""
    with _lock:
        _watched[handle] = drain_timeout_s
    handle.future.add_done_callback(lambda _: _watched.pop(handle, None))


def watch_sink(lane: Lane) -> None:
    """Deliver what is on the way to a sink at exit."""
    _lanes.add(lane)


def drain(timeout_s: float | None = None) -> list[Pending]:
    """Wait for all shadows of this process and return those that have not ended.

    Args:
        timeout_s: How long; None: the time-out of each shadow's strategy.
    """
    started = time.monotonic()
    with _lock:
        watched = sorted(_watched.items(), key=lambda pair: pair[1])
    for handle, own_s in watched:
        left = (own_s if timeout_s is None else timeout_s) - (time.monotonic() - started)
        wait([handle.future], timeout=max(left, 0))
    return [handle for handle, _ in watched if not handle.done]


@atexit.register
def _at_exit() -> None:
    """Wait for shadows, report those that are abandoned, and let the sinks finish."""
    left = drain()
    for name, count in sorted(Counter(handle.branch.experiment for handle in left).items()):
        ids = sorted({handle.branch.config_id for handle in left if handle.branch.experiment == name})
        said = ", ".join(ids[:_MOST_NAMED]) + (" ..." if len(ids) > _MOST_NAMED else "")
        log.warning("the interpreter ends: %d shadows of experiment %s are left behind (%s)", count, name, said)
    for handle in left:
        handle.cancel("the interpreter ended before it did")
    if not flush_sinks(SINKS_TIMEOUT_S):
        log.warning("the interpreter ends: a sink has not taken all records within %.0f s", SINKS_TIMEOUT_S)


def flush_sinks(timeout_s: float) -> bool:
    """Wait until the sinks have received everything, and return whether they have."""
    deadline = time.monotonic() + timeout_s
    return False not in [lane.drain(max(deadline - time.monotonic(), _LAST_WAIT_S)) for lane in list(_lanes)]


def _forget() -> None:
    """A forked child does not own its parent's shadows."""
    global _lock  # noqa: PLW0603  # a lock held by a thread that no longer exists can only be replaced
    _lock = threading.Lock()
    _watched.clear()
    _lanes.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
