"""Problems with constraints or two objectives in the loop, which knows one number for each evaluation only.

The loop gets a problem that returns the judged values, and an optimizer that is told all of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchbook.errors import ObjectiveError, ShapeError, TimeUp
from benchbook.protocols import Observer, Optimizer, Problem, constraints_of, objectives_of
from benchbook.runs.quality import FeasibleValue, Hypervolume, Quality
from benchbook.typing import FloatArray


def quality_of(problem: Problem) -> Quality | None:
    """Return what a run on a problem is judged by; None: by the objective's value itself."""
    if objectives_of(problem) == 2:  # two objectives
        several: Any = problem
        ideal, nadir = (np.asarray(item, dtype=np.float64) for item in (several.ideal, several.nadir))
        return Hypervolume(ideal, nadir, attained=bool(getattr(problem, "attained", False)))
    return FeasibleValue(problem.f_opt) if constraints_of(problem) else None


class JudgedProblem:
    """A problem for one run, called by the loop: it returns judged values and keeps what they came from.

    Args:
        problem: What to evaluate.
        quality: Judges it.
    """

    def __init__(self, problem: Problem, quality: Quality) -> None:
        self._problem = problem
        self._quality = quality
        self._objectives, self._constraints = objectives_of(problem), constraints_of(problem)
        self.fx: FloatArray = np.empty(0)
        self.gx: FloatArray | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._problem, name)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return their judged values, shape `(n,)`."""
        fx = gx = None
        try:
            fx = self._checked("objective", self._problem(x), len(x), self._objectives)
            if self._constraints:
                several: Any = self._problem
                gx = self._checked("constraints", several.constraint(x), len(x), self._constraints, column=True)
        except (ObjectiveError, TimeUp) as error:
            error.partial = self._judged_before(error.partial, x, fx)
            raise
        self.fx, self.gx = fx, gx
        return self._quality(fx, gx)

    def _judged_before(self, partial: Any, x: FloatArray, fx: FloatArray | None) -> list[float]:
        """Judge the points that were done when an evaluation of a batch ended it."""
        done = len(partial)
        if not done:
            return []
        values = np.asarray(partial, dtype=np.float64)
        gx = None
        if self._constraints and fx is None:  # the objective raised: constraints of what it had done are still missing
            several: Any = self._problem
            gx = np.asarray(several.constraint(x[:done]), dtype=np.float64)
        elif self._constraints and fx is not None:
            values, gx = fx[:done], values
        judged: list[float] = self._quality(values, gx).tolist()
        return judged

    def _checked(self, what: str, values: Any, n: int, width: int, *, column: bool = False) -> FloatArray:
        array = np.asarray(values, dtype=np.float64)
        expected = (n, width) if width > 1 or column else (n,)
        if array.shape != expected:
            raise ShapeError(f"the {what} returned an array of shape {array.shape}, expected {expected}")
        return array


class ToldAll:
    """An optimizer that the loop tells judged values, and that learns what they came from.

    Args:
        optimizer: Is told objectives `(n,)` or `(n, 2)`, and constraints `(n, k)` as a third argument if there are any.
        problem: Keeps them.
    """

    def __init__(self, optimizer: Optimizer, problem: JudgedProblem) -> None:
        self._optimizer: Any = optimizer
        self._problem = problem
        self.ask = optimizer.ask

    def __getattr__(self, name: str) -> Any:
        return getattr(self._optimizer, name)

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Tell what was evaluated last; what is no finite number becomes `+inf`."""
        problem = self._problem
        if problem.gx is None:
            self._optimizer.tell(x, finite(problem.fx))
        else:
            self._optimizer.tell(x, finite(problem.fx), finite(problem.gx))


class CountsBoth:
    """An observer of a run whose points cost two evaluations each, which the loop counts as one.

    Args:
        observer: Sees the points one by one, each at the number of its second evaluation.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._best = np.inf

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """See a batch; see `benchbook.protocols.Observer`."""
        for k, value in enumerate(fx.tolist()):
            better = value < self._best
            self._best = min(value, self._best)
            self._observer.observe(2 * (evaluations + k) + 1, x[k : k + 1], fx[k : k + 1], better)


def finite(values: FloatArray) -> FloatArray:
    """Return values with `+inf` for what is no finite number."""
    return np.where(np.isfinite(values), values, np.inf)
