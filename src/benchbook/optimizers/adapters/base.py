"""What all adapters share: repair, invalid values, the boundary, and restarts."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from benchbook.errors import UsageError
from benchbook.optimizers.adapters.blocking import BlockingCall, Evaluate
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.native.parts.repair import RULES
from benchbook.typing import FloatArray

# The value told to a library if the objective gave no number. It is far above ordinary values, and its fifth power is
# still finite, so models and line searches do not break.
INVALID = 1e60
SEEDS = 2**31 - 1  # every library accepts seeds from 1 to this


class Adapter(ABC):
    """An optimizer of a library with ask and tell.

    The library is told the values for its own points, not for the repaired ones, with `INVALID` in place of `+inf`.
    Subclasses define in `proposed` and `learnt` how to ask and tell the library.

    Args:
        name: Name in the catalog.
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        boundary: Isolates calls of the library.
        repair: Rule for variables outside the box.
    """

    def __init__(self, name: str, lower: FloatArray, upper: FloatArray, boundary: Boundary, repair: str) -> None:
        """Store the bounds."""
        self.name = name
        self.lower = np.asarray(lower, dtype=np.float64)
        self.upper = np.asarray(upper, dtype=np.float64)
        self.dim = len(self.lower)
        self._boundary = boundary
        self._repair = RULES[repair]
        self._values: FloatArray | None = None  # told, but not yet passed to the library
        self.gx: FloatArray | None = None  # constraints of the same points, if the problem has any

    def ask(self) -> FloatArray:
        """Return the library's next points, repaired, shape `(batch, dim)`; empty once it has ended."""
        points = self._moved()
        if points is None or len(points) == 0:
            return np.empty((0, self.dim))
        points = np.array(points, dtype=np.float64)  # a copy: libraries reuse their arrays
        # The fastest check that a few comparisons are all true; they are false for NaN.
        if b"\0" not in (points >= self.lower).tobytes() and b"\0" not in (points <= self.upper).tobytes():
            return points
        points = np.where(np.isnan(points), 0.5 * (self.lower + self.upper), points)
        return self._repair(points, self.lower, self.upper)

    def tell(self, x: FloatArray, fx: FloatArray, gx: FloatArray | None = None, /) -> None:
        """Store the values for the library's next step."""
        if gx is not None:
            self.gx = np.where(np.isfinite(gx), gx, INVALID)
        finite = fx.size == 1 and math.isfinite(fx.item())  # most libraries ask for one point at a time
        self._values = np.array(fx, dtype=np.float64) if finite else np.where(np.isfinite(fx), fx, INVALID)

    def _moved(self) -> FloatArray | None:
        with self._boundary.crossed():
            return self._move()

    def _move(self) -> FloatArray | None:
        # Learning waits for the next ask: a library with threads of its own cannot work outside the boundary, and
        # a run that ends does not pay for a last update.
        if self._values is not None:
            values, self._values = self._values, None
            self.learnt(values)
        return self.proposed()

    @abstractmethod
    def proposed(self) -> FloatArray | None:
        """Ask the library for points, shape `(batch, dim)`; None once it has ended."""

    @abstractmethod
    def learnt(self, fx: FloatArray) -> None:
        """Tell the library the values of the points that it proposed last, shape `(batch,)` or `(batch, 2)`."""


class BlockingAdapter(Adapter):
    """An optimizer of a library that only has `minimize(fun)`.

    Args:
        name: Name in the catalog.
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        boundary: Isolates calls of the library.
        repair: Rule for variables outside the box.
        work: Runs the library with a given objective.
        threads: Whether the library calls its objective from threads that it starts itself.
    """

    def __init__(
        self,
        name: str,
        lower: FloatArray,
        upper: FloatArray,
        boundary: Boundary,
        repair: str,
        work: Callable[[Evaluate], None],
        *,
        threads: bool = False,
    ) -> None:
        """Prepare the library."""
        super().__init__(name, lower, upper, boundary, repair)
        self._library = BlockingCall(work, threads=threads)
        self._isolates = boundary.isolates

    def tell(self, x: FloatArray, fx: FloatArray, gx: FloatArray | None = None, /) -> None:
        """Store the values; those of constraints are the columns after the first one."""
        super().tell(x, fx, gx)
        if self.gx is not None and self._values is not None:
            self._values = np.column_stack([self._values, self.gx])

    def proposed(self) -> FloatArray | None:
        """Wait for the library's next call of its objective."""
        return self._library.ask()

    def learnt(self, fx: FloatArray) -> None:
        """Return from the objective."""
        self._library.tell(fx)

    def stay_in_thread(self) -> None:
        """Promise that only the present thread asks, tells and closes, which is cheaper."""
        self._library.stay_in_thread()

    def close(self) -> None:
        """End the library; this happens automatically when the object is no longer used."""
        self._library.close()

    def _moved(self) -> FloatArray | None:
        # The library has its own context, so its float errors are suppressed without the boundary.
        if self._isolates:
            return super()._moved()
        values, self._values = self._values, None
        if values is not None:
            self._library.tell(values)
        return self._library.ask()

    def __reduce__(self) -> Any:
        raise unpicklable(self.name, "its state is on the stack of a running call")


def unpicklable(name: str, reason: str) -> UsageError:
    """Return the error for an optimizer that cannot be pickled during a run."""
    return UsageError(f"{name} cannot be pickled during a run: {reason}")


def restarted(minimize: Callable[[], object], evaluate: Evaluate, *, restart: bool) -> None:
    """Run a local search once or repeatedly; a search that ends without an evaluation is not repeated."""
    while True:
        before = evaluate.points
        minimize()
        if not restart or evaluate.points == before:
            return


def seed_from(rng: np.random.Generator) -> int:
    """Draw a seed that every library accepts; never 0, which some replace by the current time."""
    return int(rng.integers(1, SEEDS))
