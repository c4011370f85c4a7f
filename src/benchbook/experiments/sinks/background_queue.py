"""A queue for sinks that may be slow, with one thread at a time, so that callers need not wait."""

from __future__ import annotations

import os
import threading
from collections import deque
from concurrent.futures import Future, wait
from typing import Any
from weakref import WeakValueDictionary

from benchbook.experiments import exit_report, threads
from benchbook.experiments.sinks.protocol import Sink, tell

_lanes: WeakValueDictionary[int, SinkLane] = WeakValueDictionary()
_lanes_lock = threading.Lock()


def lane_of(sink: Sink) -> SinkLane:
    """Return the queue of a sink: experiments that share a sink share its order, so that a parent is reported first."""
    with _lanes_lock:
        # a lane keeps its sink alive, so that the id is not reused while the lane exists
        lane = _lanes.get(id(sink))
        if lane is None:
            lane = _lanes[id(sink)] = SinkLane(sink)
        return lane


class SinkLane:
    """Passes events to a sink in order."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._queue: deque[tuple[str, tuple[Any, ...]] | Future[None]] = deque()
        self._active = False
        self._lock = threading.Lock()
        exit_report.watch_sink(self)

    def forget(self) -> None:
        """Reset in a forked child: the parent delivers what is in the queue."""
        self._queue.clear()
        self._active = False
        self._lock = threading.Lock()

    def put(self, method: str, arguments: tuple[Any, ...]) -> None:
        """Queue an event and return at once."""
        self._add((method, arguments))

    def flush(self) -> Future[None]:
        """Return a future that is done when the sink has received everything queued before."""
        reached: Future[None] = Future()
        self._add(reached)
        return reached

    def drain(self, timeout_s: float) -> bool:
        """Wait until the sink has received everything; deliver it here if no thread can be started any more."""
        reached = self.flush()
        with self._lock:
            idle, self._active = not self._active, True
        if idle:
            self._work()
        wait([reached], timeout=timeout_s)
        return reached.done()

    def _add(self, item: tuple[str, tuple[Any, ...]] | Future[None]) -> None:
        with self._lock:
            self._queue.append(item)
            start, self._active = not self._active, True
        if start:
            try:
                threads.submit(self._work)
            except RuntimeError:  # the interpreter is ending: `drain` delivers it
                self._active = False

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._active = False
                    return
                item = self._queue.popleft()
            if isinstance(item, Future):
                item.set_result(None)
            else:
                tell(self.sink, *item)


def _forget() -> None:
    """After a fork: the threads are gone, and a lock may be held by one of them."""
    global _lanes_lock  # noqa: PLW0603  # the lock can only be replaced
    _lanes_lock = threading.Lock()
    for lane in list(_lanes.values()):
        lane.forget()
        exit_report.watch_sink(lane)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
