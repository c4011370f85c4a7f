"""When what was written is brought to disk: in groups, because each run alone would wait for the disk."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import StorageError

LONGEST_S = 1.0
# A group lasts this many times as long as the last sync took, so syncing costs about a twentieth of the time.
_TIMES = 20.0


class GroupedSync:
    """Calls `sync` at most a second after something was written: from `written`, or else from a thread.

    The thread exists only while something waits that was written shortly after a sync.
    """

    def __init__(self, sync: Callable[[], None], clock: Clock = SYSTEM_CLOCK) -> None:
        """Take what brings to disk all that was written; it may be called in another thread."""
        self._sync = sync
        self._clock = clock
        self._lock = threading.Lock()
        self._written = 0
        self._synced = 0
        self._ended_s = -math.inf
        self._took_s = 0.0
        self._timer: threading.Timer | None = None
        self._failure: StorageError | None = None

    @property
    def is_settled(self) -> bool:
        """Whether all that was written is on disk."""
        return self._synced == self._written

    def written(self) -> None:
        """Hear that something was written, and bring it to disk if a group is over.

        Raises:
            StorageError: It cannot be brought there.
        """
        self._written += 1  # before the timer is looked at: one that ends now takes it along
        if self._clock.monotonic_s() - self._ended_s >= min(LONGEST_S, _TIMES * self._took_s):
            self.settle()
        elif self._timer is None:
            self._timer = threading.Timer(LONGEST_S, self._settle_late)
            self._timer.daemon = True
            self._timer.start()

    def settle(self) -> None:
        """Bring to disk what is not there yet.

        Raises:
            StorageError: It cannot be brought there.
        """
        with self._lock:
            failure, self._failure = self._failure, None
            if failure is not None:
                raise failure
            written = self._written
            if written == self._synced:
                return
            begin_s = self._clock.monotonic_s()
            self._sync()
            self._ended_s = self._clock.monotonic_s()
            self._took_s = self._ended_s - begin_s
            self._synced = written

    def close(self) -> None:
        """Bring to disk what is not there yet, and end the thread's wait.

        Raises:
            StorageError: It cannot be brought there.
        """
        timer = self._timer
        if timer is not None:
            timer.cancel()
            self._timer = None
        self.settle()

    def _settle_late(self) -> None:
        self._timer = None
        try:
            self.settle()
        except StorageError as error:
            self._failure = error  # raised where the next run is written
