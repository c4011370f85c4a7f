"""Whether a signal came while an optimizer ran: tells Ctrl-C from a `KeyboardInterrupt` that an objective raised."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

# Signals that end a process, and whose handlers raise.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class SignalWatch:
    """Records that a signal came, and lets its handler act.

    Signals come in the main thread only; in another one every exception is the optimizer's or the objective's.

    Attributes:
        came: Whether one came.
        raised: The exception of its handler.

    Examples:
        >>> with SignalWatch() as signals:
        ...     signals.came
        False
    """

    def __init__(self) -> None:
        """Watch nothing yet."""
        self.came = False
        self.raised: BaseException | None = None
        self._before: list[tuple[signal.Signals, Callable[[int, FrameType | None], Any], Any]] = []

    def __enter__(self) -> Self:
        """Install itself before the handlers."""
        if threading.current_thread() is threading.main_thread():
            for name in _NAMES:
                self._watch(name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Restore the previous handlers, unless others were set since."""
        for number, handler, ours in self._before:
            if signal.getsignal(number) is ours:
                signal.signal(number, handler)
        self._before.clear()
        self.raised = None  # its frames keep the run's objects alive

    def raise_again(self) -> None:
        """Raise what a handler raised."""
        if self.raised is not None:
            raise self.raised

    def _watch(self, name: str) -> None:
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        handler = None if number is None else signal.getsignal(number)
        if number is None or not callable(handler):  # ignored, or the system's own: it raises nothing
            return

        def note(received: int, frame: FrameType | None) -> None:
            self.came = True
            try:
                handler(received, frame)
            except BaseException as error:
                self.raised = error
                raise

        self._before.append((number, handler, note))
        signal.signal(number, note)
