"""How a blocking library and the loop take turns: in two threads, or as two greenlets of one thread.

A greenlet has its own stack and costs about 2 us per turn, a thread about 16 us of CPU. But a greenlet is bound to its
thread, and a library that calls its objective from threads that it starts itself would block forever.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from benchbook.errors import TimeUp, UsageError
from benchbook.typing import FloatArray

PATIENCE_S = 5.0  # for a library to unwind; a slower one ends with the process


class Ended(BaseException):  # no error: it ends a library that has no other way to be ended
    """The loop needs no more points; not an `Exception`, so that few libraries catch it."""


class Over:
    """The library has ended, perhaps with an error."""

    def __init__(self, error: BaseException | None) -> None:
        """Keep the error."""
        self.error = error


class ThreadSwitch:
    """The library runs in a thread of its own, and may call its objective from any thread.

    Args:
        run: Runs the library to its end.
    """

    def __init__(self, run: Callable[[Any], Over]) -> None:
        """Open both ways; the thread starts with the first resume."""
        self.points = 0
        self._closed = False
        # Both ends may be used by the garbage collector at any moment, which SimpleQueue allows.
        self._asked: SimpleQueue[FloatArray | Over] = SimpleQueue()
        self._told: SimpleQueue[FloatArray | None] = SimpleQueue()
        self._turn = threading.Lock()  # a library may call from its own threads: each gets its own values
        self._thread = threading.Thread(target=self._work, args=(run,), name="benchbook-library", daemon=True)

    def resume(self, values: FloatArray | None) -> FloatArray | Over:
        """Start the thread or tell it its values, and wait for its next points."""
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._told.put(values)
        found = self._asked.get()
        if isinstance(found, Over):
            self._closed = True
        return found

    def leave(self, points: FloatArray) -> FloatArray:
        """Pass points on, and wait for their values."""
        with self._turn:
            if self._closed:
                raise Ended
            self.points += len(points)
            self._asked.put(points)
            values = self._told.get()
            if values is None:
                self._closed = True
                raise Ended
            return values

    def end(self) -> None:
        """Make all further calls raise, including a waiting one, and wait for the thread to end."""
        self._closed = True
        self._told.put(None)
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(PATIENCE_S)

    def _work(self, run: Callable[[Any], Over]) -> None:
        self._asked.put(run(self))


class GreenletSwitch:
    """The library runs in a greenlet of the thread that asks.

    Args:
        module: The module `greenlet`.
        run: Runs the library to its end.
    """

    def __init__(self, module: Any, run: Callable[[Any], Over]) -> None:
        """Prepare the greenlet; it starts with the first resume."""
        self.points = 0
        self._current: Callable[[], Any] = module.getcurrent
        self._exit: type[BaseException] = module.GreenletExit
        self._thread = threading.get_ident()
        # The greenlet's frames refer to this object, which the garbage collector cannot see: `end` breaks the
        # cycle.
        self._greenlet: Any = module.greenlet(run)
        self._begun = self._closed = False
        self._patient_until_s = 0.0
        self._misused: UsageError | None = None
        _HERE.midway = weakref.ref(self._greenlet)

    def resume(self, values: FloatArray | None) -> FloatArray | Over:
        """Switch to the library."""
        library = self._greenlet
        if threading.get_ident() != self._thread:
            raise UsageError(
                "an optimizer that was promised to stay in one thread is asked in another one; make it with "
                "threads=True, or ask it in the thread of its run"
            )
        here = self._current()
        if library.parent is not here:
            library.parent = here
        if self._begun:
            found = library.switch(values)
        else:
            self._begun = True
            found = library.switch(self)
        if self._misused is not None:
            raise self._misused
        return found  # type: ignore[no-any-return]  # what the library leaves with, or what it returns at its end

    def leave(self, points: FloatArray) -> FloatArray:
        """Switch to the loop."""
        if self._current() is not self._greenlet:
            raise self._ended() if self._closed else self._misuse()
        self.points += len(points)
        try:
            # No variable may refer to the greenlet here, or its own frame would keep it alive.
            return self._greenlet.parent.switch(points)  # type: ignore[no-any-return]  # what resume was given
        except self._exit:  # nobody refers to the greenlet any more
            self._close()
            raise Ended from None

    def end(self) -> None:
        """Raise inside the library, and return when it has unwound.

        In another thread than its own that is impossible; there the greenlet is only let go, and unwinds at the next
        switch of its thread.
        """
        library = self._close()
        if not library or threading.get_ident() != self._thread or _within(self._current(), library):
            return
        library.parent = self._current()
        found = library.throw(Ended)
        if library:  # it swallows everything
            _LEFT.append(library)
        elif isinstance(found.error, KeyboardInterrupt | TimeUp):
            raise found.error

    def _close(self) -> Any:
        library, self._greenlet, self._closed = self._greenlet, None, True
        self._patient_until_s = time.monotonic() + PATIENCE_S
        return library

    def _ended(self) -> Ended:
        if time.monotonic() > self._patient_until_s and threading.get_ident() == self._thread:
            self._current().parent.switch(None)  # for good
        return Ended()

    def _misuse(self) -> UsageError:
        self._misused = UsageError(
            "the library calls its objective from another thread or greenlet than the one it was called in, expected "
            "only from that one; give from_minimize threads=True"
        )
        return self._misused


class _Here(threading.local):
    """The greenlet of this thread that has a library midway.

    There is one at a time: compiled libraries keep their callback in a variable of the thread, as those do that f2py
    wraps, and two that take turns would take each other's.
    """

    midway: Callable[[], Any] | None = None


_HERE = _Here()
_LEFT: list[Any] = []  # greenlets that did not end; if they were collected, they would be run again


def greenlet_switch(run: Callable[[Any], Over]) -> GreenletSwitch | None:
    """Return a switch by greenlet; None where greenlet is not installed or another library is midway in this thread."""
    try:
        import greenlet
    except ImportError:
        return None
    if _busy():
        greenlet.greenlet(_busy).switch()  # unwinds what another thread has let go
    return None if _busy() else GreenletSwitch(greenlet, run)


def _busy() -> bool:
    midway = _HERE.midway and _HERE.midway()
    return midway is not None and not midway.dead


def _within(here: Any, library: Any) -> bool:
    while here is not None and here is not library:
        here = here.parent
    return here is not None
