"""SIGINT and SIGTERM while pipelines are tracked: running steps are marked, then the earlier handler acts.

One handler serves all pipelines of the process. It is installed by the first pipeline that starts in the main thread,
and removed with the last.
"""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any, Protocol

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM") if hasattr(signal, name))


class Interruptible(Protocol):
    """A pipeline, as this module sees it."""

    def is_busy_here(self) -> bool:
        """Return whether the calling thread is in the middle of writing."""

    def interrupted(self, name: str) -> None:
        """Mark the running steps and flush."""

    def ended_by(self, name: str) -> None:
        """End, because the process is about to."""


_watched: list[Interruptible] = []
_deferred: list[int] = []


class _Handler:
    """Our handler for one signal; it knows the one before it, even if it is only called by a later one."""

    def __init__(self, number: int, earlier: Any) -> None:
        self.number = number
        self.earlier = earlier

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if any(pipeline.is_busy_here() for pipeline in _watched):
            _deferred.append(number)
            return
        name = signal.Signals(number).name
        pipelines = list(reversed(_watched)) if _installed.get(number) is self else []
        for pipeline in pipelines:
            pipeline.interrupted(name)
        if callable(self.earlier):
            self.earlier(number, frame)
        elif self.earlier == signal.SIG_DFL:
            for pipeline in pipelines:
                pipeline.ended_by(name)
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)


_installed: dict[int, _Handler] = {}


def watch(pipeline: Interruptible) -> None:
    """Pass signals to a pipeline from now on; handlers are changed only in the main thread."""
    _watched.append(pipeline)
    if threading.current_thread() is not threading.main_thread():
        return
    for number in _SIGNALS:
        earlier = signal.getsignal(number)
        # None: it was not installed from Python, and could not be called.
        if earlier is not None and earlier is not _installed.get(number):
            _installed[number] = _Handler(number, earlier)
            signal.signal(number, _installed[number])


def unwatch(pipeline: Interruptible) -> None:
    """Stop passing signals to a pipeline; the earlier handlers are restored after the last one."""
    if pipeline in _watched:
        _watched.remove(pipeline)
    if _watched or threading.current_thread() is not threading.main_thread():
        return
    for number, handler in list(_installed.items()):
        earlier = handler.earlier
        # A handler that was installed over ours stays, and ours only calls the one before it.
        if signal.getsignal(number) is handler:
            signal.signal(number, earlier)
        del _installed[number]


def act_on_deferred() -> None:
    """Act on signals that came while a pipeline was being written."""
    if _deferred and threading.current_thread() is threading.main_thread():
        number = _deferred.pop(0)
        handler = _installed.get(number)
        if handler is not None:
            handler(number, None)
