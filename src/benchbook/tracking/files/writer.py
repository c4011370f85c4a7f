"""The files of one running pipeline, and its state in memory, under one lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchbook.clock import Clock, timestamp
from benchbook.errors import StorageError
from benchbook.files import write_atomic
from benchbook.records.pipeline import PipelineState
from benchbook.tracking.events import apply, begin, line_of
from benchbook.tracking.files.flusher import Flusher
from benchbook.tracking.files.folders import LOCK, MANIFEST, REPORT, SNAPSHOT, make_folder
from benchbook.tracking.files.journal import Journal
from benchbook.tracking.files.pipeline_document import to_json
from benchbook.tracking.files.run_locks import RunLock
from benchbook.tracking.given import plain
from benchbook.tracking.signals import act_on_deferred

Fields = Callable[[PipelineState], dict[str, Any]]


class Record:
    """Writes events in order, with the elapsed time; maintains lock, heartbeat and snapshot."""

    def __init__(
        self, name: str, first: dict[str, Any], clock: Clock, root: Path | None, hear: Callable[[dict[str, Any]], None]
    ) -> None:
        """Make the folder, take the lock and write the first event.

        Raises:
            StorageError: One of them cannot be done.
        """
        self._clock, self._hear = clock, hear
        self._pid = os.getpid()
        self._mutex = threading.RLock()
        self._owner: int | None = None
        self._is_over = False
        self._start_s = clock.monotonic_s()
        self._latest_s = 0.0
        self.folder = make_folder(name, clock.now(), root)
        self._lock = RunLock(self.folder / LOCK)
        try:
            self._journal = Journal(self.folder / MANIFEST)
        except BaseException:
            self._lock.release()
            raise
        try:
            event = plain({**self._stamp(), **first, "run_id": self.folder.name})
            self.state = begin(event, str(self.folder))
            self._write_first(line_of(event))
            self._lock.beat(event["at"], 0.0)
            self._snapshot()
            self._flusher = Flusher(self._keep, name)
        except BaseException:
            self._journal.close()
            self._lock.release()
            raise

    @property
    def is_foreign(self) -> bool:
        """Whether this is a forked child of the process that made it."""
        return os.getpid() != self._pid

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start; never decreases, whatever the clock does."""
        self._latest_s = max(self._latest_s, self._clock.monotonic_s() - self._start_s)
        return self._latest_s

    @property
    def problem(self) -> str | None:
        """Why events wait in memory; None if none waits."""
        return self._journal.problem if self._journal.waiting or self._journal.lost else None

    def is_busy_here(self) -> bool:
        """Return whether the calling thread is in the middle of writing."""
        return self._owner == threading.get_ident()

    def emit(self, kind: str, fields: Fields, *, boundary: bool = False) -> None:
        """Write an event and apply it to the state; at the boundary of a step, sync and snapshot follow soon."""
        if self.is_foreign or self._is_over:
            return
        with self._mutex:
            before, self._owner = self._owner, threading.get_ident()
            try:
                event = {"event": kind, **self._stamp()}
                event.update(fields(self.state))
                try:
                    line = line_of(event)
                except TypeError:  # it contains something that JSON cannot represent
                    event = plain(event)
                    line = line_of(event)
                apply(self.state, event)
                self._journal.append(line)
            finally:
                self._owner = before
        self._hear(event)
        if boundary:
            self._flusher.wake()
        if before is None:
            act_on_deferred()

    def sync(self) -> None:
        """Sync what was written and write a new snapshot before returning."""
        self._journal.sync()
        self._snapshot()

    def finish(self, fields: dict[str, Any]) -> None:
        """Write the last event, the snapshot and the report, and release the lock."""
        self._flusher.stop()
        took = self.elapsed_s
        self.emit("ended", lambda _: {**fields, "duration_s": took, "lost": self._journal.lost})
        self._is_over = True
        try:
            self._snapshot()
            self._report()
        finally:
            self._journal.close()
            self._lock.release()

    def _write_first(self, line: bytes) -> None:
        if not self._journal.append(line):
            raise StorageError(f"cannot write {self._journal.path}: {self._journal.problem}")

    def _stamp(self) -> dict[str, Any]:
        return {"at": timestamp(self._clock.now()), "t": round(self.elapsed_s, 6)}

    def _keep(self) -> None:
        stamp = self._stamp()
        self._lock.beat(stamp["at"], stamp["t"])
        self._journal.sync()
        self._snapshot()

    def _snapshot(self) -> None:
        with self._mutex:
            before, self._owner = self._owner, threading.get_ident()
            try:
                data = to_json(self.state)
            finally:
                self._owner = before
        self._write(SNAPSHOT, data)

    def _report(self) -> None:
        from benchbook.tracking.output.reports import markdown

        self._write(REPORT, markdown(self.state, self.folder).encode())

    def _write(self, name: str, data: bytes) -> None:
        try:
            write_atomic(self.folder / name, data)
        except StorageError as error:
            self._journal.complain(str(error), f"{error}; the manifest next to it has all that is known")
