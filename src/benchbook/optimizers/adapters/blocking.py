"""Turning a blocking `minimize(fun)` round, so that it can be asked for points.

The library runs in a thread of its own and stops inside `fun` until the values of its points are told. Either the
library or the loop works, never both. When the loop has had enough, `fun` raises a private exception inside the
library, so that it unwinds; a library that swallows it meets it again at its next call.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeAlias

import numpy as np

from benchbook.typing import FloatArray

_PATIENCE_S = 5.0  # for a library to unwind; a thread that takes longer is left to the end of the process


class _Ended(BaseException):  # no error: it ends a library that has no other way to be ended
    """The loop asks for no more points; not an `Exception`, so that few libraries catch it."""


class Evaluate:
    """What a library calls as its objective; hands points to the loop and waits for their values.

    Attributes:
        points: Points handed over so far.
    """

    def __init__(self) -> None:
        """Open both ways."""
        self.points = 0
        self._closed = False
        # Both ends may be used by the garbage collector at any moment, which SimpleQueue allows.
        self._asked: SimpleQueue[FloatArray | _Over] = SimpleQueue()
        self._told: SimpleQueue[FloatArray | None] = SimpleQueue()
        self._turn = threading.Lock()  # a library may call from threads of its own: each gets its own values

    def batch(self, x: FloatArray) -> FloatArray:
        """Return the values of points of shape `(n, dim)`."""
        with self._turn:
            if self._closed:
                raise _Ended
            self.points += len(x)
            self._asked.put(np.array(x, dtype=np.float64))  # a copy: libraries reuse their arrays
            values = self._told.get()
            if values is None:
                self._closed = True
                raise _Ended
            return values

    def one(self, x: FloatArray) -> float:
        """Return the value of one point of shape `(dim,)`."""
        return float(self.batch(np.atleast_2d(x))[0])

    def run(self, work: Work) -> None:
        """Run the library to its end; what it raises is handed to the loop."""
        error: BaseException | None = None
        try:
            with np.errstate(all="ignore"):  # a thread starts with NumPy's default, which warns
                work(self)
        except _Ended:
            pass
        except BaseException as raised:  # noqa: BLE001  # raised again where the loop asks
            error = raised
        self._asked.put(_Over(error if not self._closed else None))

    def next(self) -> FloatArray | None:
        """Return the next points; None once the library has ended."""
        found = self._asked.get()
        if not isinstance(found, _Over):
            return found
        self._closed = True
        if found.error is not None:
            raise found.error
        return None

    def answer(self, values: FloatArray) -> None:
        """Let the library go on."""
        self._told.put(np.array(values, dtype=np.float64))

    def close(self) -> None:
        """Make every further call raise, also the one that waits."""
        self._closed = True
        self._told.put(None)


Work: TypeAlias = Callable[[Evaluate], None]


class _Over:
    """The library has ended, perhaps with an error."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Turned:
    """A blocking library that can be asked and told; its thread ends with this object.

    Args:
        work: Runs the library with the objective it is given. It must not refer to the object that holds this one,
            or that one could never be collected.
    """

    def __init__(self, work: Work) -> None:
        """Prepare; the thread starts when the first points are asked for."""
        self._evaluate = Evaluate()
        self._thread = threading.Thread(target=self._evaluate.run, args=(work,), name="benchbook-library", daemon=True)
        self._started = self._over = False
        self._finalizer = weakref.finalize(self, _end, self._evaluate, self._thread)

    def ask(self) -> FloatArray | None:
        """Return the next points, shape `(n, dim)`; None once the library has ended.

        Raises:
            Exception: Whatever the library raised.
        """
        if self._over:
            return None
        if not self._started:
            self._started = True
            self._thread.start()
        try:
            points = self._evaluate.next()
        except BaseException:  # the library's own, or Ctrl-C while it was at work
            self.close()
            raise
        if points is None:
            self.close()
        return points

    def tell(self, fx: FloatArray) -> None:
        """Give the values of the points that were asked for last."""
        if not self._over:
            self._evaluate.answer(fx)

    def close(self) -> None:
        """End the library and its thread."""
        self._over = True
        self._finalizer()


def _end(evaluate: Evaluate, thread: threading.Thread) -> None:
    evaluate.close()
    if thread.ident is not None and thread is not threading.current_thread():
        thread.join(_PATIENCE_S)
