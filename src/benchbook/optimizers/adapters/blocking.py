"""A blocking `minimize(fun)` with ask and tell.

The library waits inside `fun` until the values of its points are told. Either the library or the loop works, never
both. When the loop ends, `fun` raises a private exception inside the library, which unwinds it; a library that
swallows the exception gets it again at its next call.

A switch lets the two take turns: a greenlet if the loop promises to stay in one thread, which costs a tenth of a
thread's time, and otherwise a thread.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np

from benchbook.errors import TimeUp
from benchbook.optimizers.adapters.switches import Ended, Over, ThreadSwitch, greenlet_switch
from benchbook.typing import FloatArray


class Switch(Protocol):
    """Hands control from the loop to the library and back.

    Attributes:
        points: Number of points that the library has asked about so far.
    """

    points: int

    def resume(self, values: FloatArray | None) -> FloatArray | Over:
        """Start or continue the library with values, and return its next points or how it ended."""

    def leave(self, points: FloatArray) -> FloatArray:
        """Continue the loop with points, and return their values; called by the library.

        Raises:
            Ended: No more values will be told.
        """

    def end(self) -> None:
        """Unwind the library if it has started."""


class Evaluate:
    """The objective that a library calls; passes points to the loop and waits for their values."""

    def __init__(self, switch: Switch) -> None:
        """Keep the switch to the loop."""
        self._switch = switch
        self._leave = switch.leave

    @property
    def points(self) -> int:
        """Number of points passed to the loop so far."""
        return self._switch.points

    def batch(self, x: FloatArray) -> FloatArray:
        """Return the values of points of shape `(n, dim)`: `(n,)`, or with constraints `(n, 1 + k)`."""
        return self._leave(np.array(x, dtype=np.float64))  # a copy: libraries reuse their arrays

    def one(self, x: FloatArray) -> float:
        """Return the value of one point of shape `(dim,)`."""
        return self._leave(np.array(x, dtype=np.float64, ndmin=2)).item(0)


Work: TypeAlias = Callable[[Evaluate], None]


class BlockingCall:
    """A blocking library that can be asked and told; it ends with this object.

    Args:
        work: Runs the library with a given objective. It must not refer to the object that contains this one, or that
            could never be collected.
        threads: Whether the library always runs in its own thread, because it calls its objective from threads that it
            starts itself.
    """

    def __init__(self, work: Work, *, threads: bool = False) -> None:
        """Prepare; the library starts when the first points are asked for."""
        self._work = work
        self._threads = threads
        self._switch: Switch | None = None
        self._values: FloatArray | None = None
        self._over = False
        self._finalizer: weakref.finalize[..., BlockingCall] | None = None

    def stay_in_thread(self) -> None:
        """Promise that this object is asked, told and closed only in the current thread."""
        if self._switch is None and not self._threads:
            self._switch = greenlet_switch(self._run())

    def ask(self) -> FloatArray | None:
        """Return the next points, shape `(n, dim)`; None once the library has ended.

        Raises:
            Exception: Whatever the library raised.
            UsageError: The thread is not the one that was promised.
        """
        if self._over:
            return None
        if self._finalizer is None:
            self._switch = self._switch or ThreadSwitch(self._run())
            self._finalizer = weakref.finalize(self, self._switch.end)
        values, self._values = self._values, None
        try:
            found = self._switch.resume(values)  # type: ignore[union-attr]  # it is there once the finalizer is
        except BaseException:  # Ctrl-C while the library was running
            self.close()
            raise
        if not isinstance(found, Over):
            return found
        self.close()
        if found.error is not None:
            raise found.error
        return None

    def tell(self, fx: FloatArray) -> None:
        """Store the values of the last points; the library gets them at the next ask."""
        self._values = np.array(fx, dtype=np.float64)

    def close(self) -> None:
        """End the library and its thread."""
        self._over = True
        if self._finalizer is None:
            self._switch = None  # it has not started, and another library may be using the thread
        else:
            self._finalizer()

    def _run(self) -> Callable[[Switch], Over]:
        work = self._work

        def run(switch: Switch) -> Over:
            """Run the library to its end; its exceptions are passed to the loop."""
            try:
                with np.errstate(all="ignore"):  # its context starts with NumPy's defaults, which warn
                    work(Evaluate(switch))
            except Ended:
                return Over(None)
            except BaseException as raised:  # noqa: BLE001  # raised again where the loop asks
                return Over(_interruption(raised) or raised)
            return Over(None)

        return run


def _interruption(error: BaseException | None) -> TimeUp | None:
    """Return the time limit's exception if a library has wrapped it in an error of its own."""
    while error is not None and not isinstance(error, TimeUp):
        error = error.__cause__ or error.__context__
    return error
