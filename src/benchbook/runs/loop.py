"""One run: ask, evaluate, observe, tell, until a stop rule holds."""

from __future__ import annotations

import logging
import math
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

import numpy as np

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import ObjectiveError, ShapeError, StorageError, TimeUp, text_of, unicode_of
from benchbook.protocols import Observer, Optimizer, Problem
from benchbook.records import ErrorRecord, Stop, Timing
from benchbook.runs.signal_watch import SignalWatch
from benchbook.typing import FloatArray

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What the loop knows at the end of a run; the fields are those of `RunRecord`."""

    evaluations: int
    invalid_evaluations: int
    stop: Stop
    error: ErrorRecord | None
    best_value: float | None
    best_solution: FloatArray | None
    timing: Timing


def run_loop(
    make_optimizer: Callable[[], Optimizer],
    problem: Problem,
    *,
    budget: int,
    target_value: float | None = None,
    stagnation: int | None = None,
    timeout_s: float | None = None,
    observers: Sequence[Observer] = (),
    noise: Callable[[FloatArray, FloatArray], FloatArray] | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Outcome:
    """Run an optimizer on a problem until budget, target or stagnation ends it.

    The budget is a hard cap. When fewer evaluations remain than a batch holds, only its first rows are evaluated
    and counted, and no `tell` follows. What the objective or the optimizer raises, `SystemExit` and `KeyboardInterrupt`
    included, ends the run and is recorded; what a signal raises, as Ctrl-C does, goes on to the caller;
    values that are not finite reach observers and optimizer as `+inf` and are counted.

    Args:
        make_optimizer: Makes the optimizer; its time counts as the optimizer's.
        problem: What to minimise.
        budget: Evaluations allowed, >= 1.
        target_value: Stop once a value is at most this.
        stagnation: Stop after this many evaluations without improvement.
        timeout_s: Stop after this many seconds; checked after each batch, and when `TimeUp` is raised in this thread.
        observers: Called after each batch, in order.
        noise: Turns points and their values into what the optimizer sees instead; see `benchbook.protocols.Noisy`.
        clock: Measures the durations.
    """
    loop = _Loop(problem, budget, target_value, stagnation, timeout_s, observers, noise, clock)
    start_s = clock.monotonic_s()
    try:
        with loop.signals:
            stop = loop.run(make_optimizer)
    except TimeUp:  # while the loop ended
        stop = Stop.TIMEOUT
    total_s = clock.monotonic_s() - start_s
    found = math.isfinite(loop.best_value)
    return Outcome(
        evaluations=loop.evaluations,
        invalid_evaluations=loop.invalid,
        stop=stop,
        error=loop.error,
        best_value=loop.best_value if found else None,
        best_solution=loop.best_solution,
        timing=Timing(
            total_s=total_s,
            objective_s=loop.objective_s,
            optimizer_s=loop.optimizer_s,
            observer_s=loop.observer_s,
        ),
    )


class _Loop:
    """The state of one run."""

    def __init__(
        self,
        problem: Problem,
        budget: int,
        target_value: float | None,
        stagnation: int | None,
        timeout_s: float | None,
        observers: Sequence[Observer],
        noise: Callable[[FloatArray, FloatArray], FloatArray] | None,
        clock: Clock,
    ) -> None:
        self.problem = problem
        self.budget = budget
        self.target_value = -math.inf if target_value is None else target_value
        self.stagnation = stagnation
        self.observers = observers
        self.noise = noise
        self.clock = clock
        self.deadline_s = math.inf if timeout_s is None else clock.monotonic_s() + timeout_s
        self.evaluations = 0
        self.invalid = 0
        self.last_improvement = 0
        self.best_value = math.inf
        self.best_solution: FloatArray | None = None
        self.error: ErrorRecord | None = None
        self.signals = SignalWatch()
        self.objective_s = self.optimizer_s = self.observer_s = 0.0
        self.evaluated_s = 0.0  # when the objective ended last

    def run(self, make_optimizer: Callable[[], Optimizer]) -> Stop:
        """Go round until a stop rule holds."""
        now = self.clock.monotonic_s
        where = "optimizer"
        optimizer: Optimizer | None = None
        try:
            begin = now()
            optimizer = make_optimizer()
            _stay_in_thread(optimizer)
            ask, tell, deadline_s = optimizer.ask, optimizer.tell, self.deadline_s
            signals = self.signals
            while True:
                x = self._checked(ask())
                if signals.raised is not None:  # a library has swallowed it
                    signals.raise_again()
                asked = now()
                self.optimizer_s += asked - begin
                points = len(x)
                if points == 0:
                    return Stop.EXHAUSTED
                left = self.budget - self.evaluations
                if left < points:
                    x = x[:left]
                where = "objective"
                fx = self._evaluate(x, asked)
                where = "optimizer"
                begin = self._observe(x, fx)
                stop = self._stop()
                if stop is not None:
                    return stop
                if begin >= deadline_s:
                    return Stop.TIMEOUT
                tell(x, fx if self.noise is None else self._seen(x, fx))
        except TimeUp:
            return Stop.TIMEOUT
        except StorageError:  # an observer cannot write: this is not a fault of the run
            raise
        except BaseException as error:  # objective and optimizer are arbitrary code and may raise anything
            if self.signals.came:  # the user's Ctrl-C, or whatever a handler of SIGTERM raises: not theirs
                raise
            self._fail(where, error)
            return Stop.ERROR
        finally:
            _close(optimizer)

    def _checked(self, x: FloatArray) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        if x.ndim != 2 or x.shape[1] != self.problem.dim:
            raise ShapeError(f"ask returned an array of shape {x.shape}, expected (batch, {self.problem.dim})")
        return x

    def _evaluate(self, x: FloatArray, begin: float) -> FloatArray:
        try:
            fx = self._values(x, begin)
        except (ObjectiveError, TimeUp) as error:
            if len(error.partial):
                done = len(error.partial)
                self._observe(x[:done], self._without_invalid(np.asarray(error.partial, dtype=np.float64)))
            raise
        if len(fx) == 1:
            return fx if math.isfinite(fx.item()) else self._without_invalid(fx)
        # One dot product tells that all values are finite; only when it is not, they are looked at one by one.
        with np.errstate(over="ignore"):
            square = fx.dot(fx)
        return fx if math.isfinite(square) else self._without_invalid(fx)

    def _values(self, x: FloatArray, begin: float) -> FloatArray:
        try:
            fx = np.asarray(self.problem(x), dtype=np.float64)
        finally:
            self.evaluated_s = self.clock.monotonic_s()
            self.objective_s += self.evaluated_s - begin
        if fx.shape != (len(x),):
            raise ShapeError(f"the objective returned an array of shape {fx.shape}, expected ({len(x)},)")
        return fx

    def _seen(self, x: FloatArray, fx: FloatArray) -> FloatArray:
        """Return what the optimizer sees of values; where they became no finite number, `+inf`."""
        seen = self.noise(x, fx) if self.noise is not None else fx
        return np.where(np.isfinite(seen), seen, np.inf)

    def _without_invalid(self, fx: FloatArray) -> FloatArray:
        finite = np.isfinite(fx)
        self.invalid += int(np.count_nonzero(~finite))
        return np.where(finite, fx, np.inf)

    def _observe(self, x: FloatArray, fx: FloatArray) -> float:
        """Count a batch and hand it to the observers; return the time at the end."""
        best = 0 if len(fx) == 1 else int(fx.argmin())
        value = fx.item(best)
        improved = value < self.best_value
        if improved:
            self.best_value = value
            self.best_solution = self._within_bounds(x[best].copy())
            self.last_improvement = self.evaluations + best + 1
        for observer in self.observers:
            observer.observe(self.evaluations, x, fx, improved)
        self.evaluations += len(fx)
        now = self.clock.monotonic_s()
        self.observer_s += now - self.evaluated_s
        return now

    def _within_bounds(self, x: FloatArray) -> FloatArray:
        low, high = self.problem.lower, self.problem.upper
        # The fastest way to see that all of a few comparisons hold; NaN is in no box.
        if b"\0" not in (x >= low).tobytes() and b"\0" not in (x <= high).tobytes():
            return x
        outside = np.flatnonzero((x < low) | (x > high) | np.isnan(x))
        if len(outside):
            j = int(outside[0])
            raise ShapeError(
                f"ask proposed a point outside the bounds: variable {j} is {x[j]:.17g}, "
                f"expected {low[j]:.17g} to {high[j]:.17g}"
            )
        return x

    def _stop(self) -> Stop | None:
        if self.best_value <= self.target_value:
            return Stop.TARGET
        if self.evaluations >= self.budget:
            return Stop.BUDGET
        if self.stagnation is not None and self.evaluations - self.last_improvement >= self.stagnation:
            return Stop.STAGNATION
        return None

    def _fail(self, where: str, error: BaseException) -> None:
        cause = error.__cause__ if isinstance(error, ObjectiveError) and error.__cause__ else error
        self.error = ErrorRecord(
            where=where,
            type=type(cause).__name__,
            message=text_of(cause),
            traceback=unicode_of(_traceback_of(cause)),
            evaluations=self.evaluations,
        )


def may_interrupt(frame: FrameType | None) -> bool:
    """Tell whether `TimeUp` may be raised where this frame is: inside a loop, but not while it counts a batch.

    A batch that is counted by half would leave history and counts that do not agree.
    """
    greenlets = _frames_of_parents()
    while frame is not None:
        if frame.f_code is _Loop._observe.__code__:
            return False
        if frame.f_code is _Loop.run.__code__:
            return True
        frame = frame.f_back or next(greenlets, None)
    return False


def _frames_of_parents() -> Iterator[FrameType]:
    """Go on where the frames of a greenlet end, as those of a blocking library do: at what switched to it."""
    module = sys.modules.get("greenlet")  # where it is not imported, there is none
    inner = None if module is None else module.getcurrent().parent
    while inner is not None:
        if inner.gr_frame is not None:
            yield inner.gr_frame
        inner = inner.parent


def _stay_in_thread(optimizer: Optimizer) -> None:
    """Promise what the loop keeps, where an optimizer wants to know: nothing of it is called in another thread."""
    stay = getattr(optimizer, "stay_in_thread", None)
    if callable(stay):
        stay()


def _close(optimizer: Optimizer | None) -> None:
    """Let an optimizer go that holds a thread or a process, which must not wait for the garbage collector."""
    close = getattr(optimizer, "close", None)
    if not callable(close):
        return
    try:
        close()
    except Exception as error:  # noqa: BLE001  # the run is over, and what it found stands
        log.warning("closing the optimizer raised %s: %s", type(error).__name__, text_of(error))


def _traceback_of(error: BaseException) -> str:
    try:
        return "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001  # an exception in the chain, or a line of its source, cannot be shown
        return "".join(traceback.format_tb(error.__traceback__))
