"""Several runs of one cell at once: ask, evaluate and tell over arrays with a leading runs axis.

Each run keeps its own random stream, problem instance, history and stop; a run that ends leaves the arrays. A run is
byte-equal to the same run alone in `run_loop`; only its timing is shared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import ShapeError
from benchbook.protocols import Observer
from benchbook.records import Stop, Timing
from benchbook.runs.loop import Outcome
from benchbook.typing import FloatArray


class LockstepOptimizer(Protocol):
    """An optimizer of several runs."""

    def ask(self) -> FloatArray:
        """Return the next points, shape `(runs, batch, dim)`; the same number for each run."""

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Receive their values, shapes `(runs, batch, dim)` and `(runs, batch)`."""

    def keep(self, runs: Sequence[int]) -> None:
        """Continue with these runs only."""


class LockstepProblem(Protocol):
    """One function and dimension, with an instance for each run."""

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points `(runs, n, dim)`; return values `(runs, n)`."""

    def keep(self, runs: Sequence[int], /) -> None:
        """Continue with these runs only."""


def run_lockstep(
    make_optimizer: Callable[[], LockstepOptimizer],
    problem: LockstepProblem,
    *,
    lower: FloatArray,
    upper: FloatArray,
    budget: int,
    target_values: Sequence[float | None],
    stagnation: int | None = None,
    observers: Sequence[Sequence[Observer]],
    clock: Clock = SYSTEM_CLOCK,
) -> list[Outcome]:
    """Run all runs of a cell until each has ended; see `run_loop` for the rules.

    Exceptions of optimizer or problem are passed on: the caller then does the runs one by one, where they are recorded.

    Args:
        make_optimizer: Makes the optimizer of all runs.
        problem: Evaluates points of all runs.
        lower: Lower bounds, shape `(dim,)`, of every run.
        upper: Upper bounds, shape `(dim,)`, of every run.
        budget: Evaluations allowed to each run.
        target_values: For each run, stop once a value is at most this; None: never.
        stagnation: A run stops after this many evaluations without improvement.
        observers: For each run, called after each batch, in order.
        clock: Measures the durations.
    """
    cell = _Cell(problem, lower, upper, budget, target_values, stagnation, observers, clock)
    cell.run(make_optimizer)
    return cell.outcomes()


class _Cell:
    """The state of the runs; arrays and lists over all of them, `alive` names those that have not ended."""

    def __init__(
        self,
        problem: LockstepProblem,
        lower: FloatArray,
        upper: FloatArray,
        budget: int,
        target_values: Sequence[float | None],
        stagnation: int | None,
        observers: Sequence[Sequence[Observer]],
        clock: Clock,
    ) -> None:
        runs = len(target_values)
        self.problem = problem
        self.lower, self.upper = lower, upper
        self.budget = budget
        self.targets = np.array([-math.inf if value is None else value for value in target_values])
        self.stagnation = stagnation
        self.observers = observers
        self.clock = clock
        self.alive = np.arange(runs)
        self.spent = 0  # evaluations of each run that is alive
        self.evaluations = np.zeros(runs, dtype=np.int64)
        self.invalid = np.zeros(runs, dtype=np.int64)
        self.last_improvement = np.zeros(runs, dtype=np.int64)
        self.best = np.full(runs, np.inf)
        self.solutions: list[FloatArray | None] = [None] * runs
        self.stops = [Stop.BUDGET] * runs
        # Seconds of total, objective, optimizer and observers, shared by the runs that were alive.
        self.seconds = np.zeros((runs, 4))

    def run(self, make_optimizer: Callable[[], LockstepOptimizer]) -> None:
        """Repeat until every run has ended."""
        now = self.clock.monotonic_s
        begin = now()
        optimizer = make_optimizer()
        while True:
            x = self._checked(optimizer.ask())
            asked = now()
            if x.shape[1] == 0:
                self._share(begin, asked, asked, asked)
                self._end(np.ones(len(self.alive), dtype=bool), Stop.EXHAUSTED)
                return
            rows = min(x.shape[1], self.budget - self.spent)
            points = x if rows == x.shape[1] else np.ascontiguousarray(x[:, :rows])
            fx = self._values(points)
            evaluated = now()
            self._observe(points, fx)
            observed = now()
            self._share(begin, asked, evaluated, observed)
            stay = self._leave()
            if not len(self.alive):
                return
            begin = now()
            if len(stay) < len(x):
                optimizer.keep(stay.tolist())
                self.problem.keep(stay.tolist())
                x, fx = np.ascontiguousarray(x[stay]), np.ascontiguousarray(fx[stay])
            optimizer.tell(x, fx)

    def outcomes(self) -> list[Outcome]:
        """Return the outcome of each run."""
        return [
            Outcome(
                evaluations=int(self.evaluations[run]),
                invalid_evaluations=int(self.invalid[run]),
                stop=self.stops[run],
                error=None,
                best_value=float(self.best[run]) if math.isfinite(self.best[run]) else None,
                best_solution=self.solutions[run],
                timing=Timing(**dict(zip(_TIMES, self.seconds[run].tolist(), strict=True))),
            )
            for run in range(len(self.stops))
        ]

    def _checked(self, x: FloatArray) -> FloatArray:
        x = np.ascontiguousarray(x, dtype=np.float64)
        if x.ndim != 3 or x.shape[0] != len(self.alive) or x.shape[2] != len(self.lower):
            raise ShapeError(
                f"ask returned an array of shape {x.shape}, expected ({len(self.alive)}, batch, {len(self.lower)})"
            )
        return x

    def _values(self, x: FloatArray) -> FloatArray:
        fx = np.asarray(self.problem(x), dtype=np.float64)
        if fx.shape != x.shape[:2]:
            raise ShapeError(f"the problem returned an array of shape {fx.shape}, expected {x.shape[:2]}")
        finite = np.isfinite(fx)
        if not finite.all():
            self.invalid[self.alive] += np.count_nonzero(~finite, axis=1)
            fx = np.where(finite, fx, np.inf)
        return fx

    def _observe(self, x: FloatArray, fx: FloatArray) -> None:
        least = fx.min(axis=1)
        improved = least < self.best[self.alive]
        for row in np.flatnonzero(improved).tolist():
            run = int(self.alive[row])
            best = int(fx[row].argmin())
            self.best[run] = fx[row, best]
            self.solutions[run] = self._within_bounds(x[row, best].copy())
            self.last_improvement[run] = self.spent + best + 1
        for row, run in enumerate(self.alive.tolist()):
            for observer in self.observers[run]:
                observer.observe(self.spent, x[row], fx[row], bool(improved[row]))
        self.spent += fx.shape[1]
        self.evaluations[self.alive] = self.spent

    def _within_bounds(self, x: FloatArray) -> FloatArray:
        if not np.all((x >= self.lower) & (x <= self.upper)):
            raise ShapeError("ask proposed a point outside the bounds")
        return x

    def _leave(self) -> NDArray[np.intp]:
        """End the runs that a stop rule ends; return the rows of those that stay."""
        at_target = self.best[self.alive] <= self.targets[self.alive]
        spent = np.full(len(self.alive), self.spent >= self.budget)
        idle = np.zeros(len(self.alive), dtype=bool)
        if self.stagnation is not None:
            idle = self.spent - self.last_improvement[self.alive] >= self.stagnation
        # In the order in which a single run checks its rules.
        ends = at_target | spent | idle
        for mask, stop in ((idle, Stop.STAGNATION), (spent, Stop.BUDGET), (at_target, Stop.TARGET)):
            for run in self.alive[mask]:
                self.stops[run] = stop
        self.alive = self.alive[~ends]
        return np.flatnonzero(~ends)

    def _end(self, mask: NDArray[np.bool_], stop: Stop) -> None:
        for run in self.alive[mask]:
            self.stops[run] = stop
        self.alive = self.alive[~mask]

    def _share(self, begin: float, asked: float, evaluated: float, observed: float) -> None:
        """Add the seconds of one round, in equal parts, to the runs that took part in it."""
        parts = np.array([observed - begin, evaluated - asked, asked - begin, observed - evaluated])
        self.seconds[self.alive] += parts / len(self.alive)


_TIMES = ("total_s", "objective_s", "optimizer_s", "observer_s")
