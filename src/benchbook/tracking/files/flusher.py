"""The background thread of a pipeline: heartbeat, disk and snapshot, so that the work itself never waits for a disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST_S = 2.0  # seconds between two rounds, so that events are on disk and the snapshot is current well within 5 s
_SHORTEST_S = 0.2
_REST = 50  # a pause lasts this many times as long as the round before it: a snapshot of many steps takes time


class Flusher:
    """Calls `work` at least every two seconds, and soon after `wake`."""

    def __init__(self, work: Callable[[], None], name: str) -> None:
        """Start the thread."""
        self._work = work
        self._wanted = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"benchbook-{name}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Request a round now."""
        self._wanted.set()

    def stop(self) -> None:
        """End the thread; the last round is left to the caller."""
        self._stopped.set()
        self._wanted.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=LONGEST_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wanted.wait(LONGEST_S)
            self._wanted.clear()
            if self._stopped.is_set():
                return
            start = time.perf_counter()
            self._work()
            spent = time.perf_counter() - start
            self._stopped.wait(min(LONGEST_S, max(_SHORTEST_S, _REST * spent)))
