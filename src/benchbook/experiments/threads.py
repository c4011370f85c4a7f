"""Daemon threads that are used again: a thread that hangs in a user's function never keeps the interpreter alive."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable

IDLE_S = 5.0
_lock = threading.Lock()
_idle: deque[_Worker] = deque()


class _Worker(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="benchbook-branch", daemon=True)
        self.tasks: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()

    def run(self) -> None:
        while True:
            try:
                task = self.tasks.get(timeout=IDLE_S)
            except queue.Empty:
                with _lock:
                    if self in _idle:
                        _idle.remove(self)
                        return
                continue  # it was taken at this very moment, and its task is on the way
            try:
                task()
            finally:
                del task  # what it holds must not wait for the next task
                with _lock:
                    _idle.append(self)


def submit(task: Callable[[], object]) -> None:
    """Run a task, which must not raise, in an idle thread or a new one.

    Raises:
        RuntimeError: No thread can be started: there are too many, or the interpreter is ending.
    """
    with _lock:
        worker = _idle.pop() if _idle else None
    if worker is None:
        worker = _Worker()
        worker.tasks.put(task)
        worker.start()
    else:
        worker.tasks.put(task)


def _forget() -> None:
    """After a fork the child has none of the threads, and the lock may be held by one of them."""
    global _lock  # noqa: PLW0603  # a lock that a vanished thread holds can only be replaced
    _lock = threading.Lock()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
