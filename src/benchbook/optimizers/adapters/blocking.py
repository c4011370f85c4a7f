"""A blocking `minimize(fun)` behind ask and tell.

The library stops inside `fun` until the values of its points are told. Either the library or the loop works, never
both. When the loop has had enough, `fun` raises a private exception inside the library, so that it unwinds; a library
that swallows it meets it again at its next call.

How the two take turns is a switch of its own: a greenlet where the loop promises to stay in one thread, because that
costs a tenth of what a thread costs, and else a thread.
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
        points: Points that the library has asked about so far.
    """

    points: int

    def resume(self, values: FloatArray | None) -> FloatArray | Over:
        """Let the library go on, from its start or with values, and return its next points or how it ended."""

    def leave(self, points: FloatArray) -> FloatArray:
        """Let the loop go on with points, and return their values; called by the library.

        Raises:
            Ended: No more values will be told.
        """

    def end(self) -> None:
        """Unwind the library, if it has begun."""


class Evaluate:
    """What a library calls as its objective; hands points to the loop and waits for their values."""

    def __init__(self, switch: Switch) -> None:
        """Keep the way to the loop."""
        self._switch = switch
        self._leave = switch.leave

    @property
    def points(self) -> int:
        """Points handed over so far."""
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
        work: Runs the library with the objective it is given. It must not refer to the object that holds this one,
            or that one could never be collected.
        threads: Whether the library runs in a thread of its own in any case, because it calls its objective from
            threads that it starts itself.
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
        """Hear that this object is asked, told and closed in the thread that is running now, and in no other."""
        if self._switch is None and not self._threads:
            self._switch = greenlet_switch(self._run())

    def ask(self) -> FloatArray | None:
        """Return the next points, shape `(n, dim)`; None once the library has ended.

        Raises:
            Exception: Whatever the library raised.
            UsageError: The thread is another one than was promised.
        """
        if self._over:
            return None
        if self._finalizer is None:
            self._switch = self._switch or ThreadSwitch(self._run())
            self._finalizer = weakref.finalize(self, self._switch.end)
        values, self._values = self._values, None
        try:
            found = self._switch.resume(values)  # type: ignore[union-attr]  # it is there once the finalizer is
        except BaseException:  # Ctrl-C while the library was at work
            self.close()
            raise
        if not isinstance(found, Over):
            return found
        self.close()
        if found.error is not None:
            raise found.error
        return None

    def tell(self, fx: FloatArray) -> None:
        """Give the values of the points that were asked for last; the library learns of them at the next ask."""
        self._values = np.array(fx, dtype=np.float64)

    def close(self) -> None:
        """End the library and its thread."""
        self._over = True
        if self._finalizer is None:
            self._switch = None  # it has not begun, and another library may have the thread
        else:
            self._finalizer()

    def _run(self) -> Callable[[Switch], Over]:
        work = self._work

        def run(switch: Switch) -> Over:
            """Run the library to its end; what it raises is handed to the loop."""
            try:
                with np.errstate(all="ignore"):  # its context starts with NumPy's default, which warns
                    work(Evaluate(switch))
            except Ended:
                return Over(None)
            except BaseException as raised:  # noqa: BLE001  # raised again where the loop asks
                return Over(_interruption(raised) or raised)
            return Over(None)

        return run


def _interruption(error: BaseException | None) -> TimeUp | None:
    """Return the end of the run's time that a library has wrapped in an error of its own."""
    while error is not None and not isinstance(error, TimeUp):
        error = error.__cause__ or error.__context__
    return error
