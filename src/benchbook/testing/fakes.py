"""Fakes: an optimizer and problems that do exactly what they were told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchbook.errors import ObjectiveError
from benchbook.protocols import Problem
from benchbook.typing import FloatArray


class ScriptedOptimizer:
    """Asks for given batches in turn, then for none; keeps what it is told.

    Attributes:
        told: What `tell` was called with, in order: `(x, fx)`.

    Examples:
        >>> optimizer = ScriptedOptimizer([np.zeros((3, 2))])
        >>> len(optimizer.ask()), len(optimizer.ask())
        (3, 0)
    """

    def __init__(self, batches: Sequence[FloatArray]) -> None:
        """Take the batches, each of shape `(batch, dim)`."""
        self._batches = list(batches)
        self.told: list[tuple[FloatArray, FloatArray]] = []

    def ask(self) -> FloatArray:
        """Return the next batch; an empty one after the last."""
        return self._batches.pop(0) if self._batches else np.empty((0, 1))

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Keep points and values."""
        self.told.append((x.copy(), fx.copy()))


class ScriptedProblem:
    """Gives given values in turn, whatever the points.

    Attributes:
        calls: Number of points of each call.

    Examples:
        >>> problem = ScriptedProblem([3.0, 1.0, 2.0])
        >>> problem(np.zeros((2, 1))).tolist(), problem(np.zeros((1, 1))).tolist()
        ([3.0, 1.0], [2.0])
    """

    name = "scripted"
    instance = 0

    def __init__(
        self,
        values: Sequence[float],
        *,
        dim: int = 1,
        bounds: tuple[float, float] = (-1.0, 3.0),
        f_opt: float | None = None,
    ) -> None:
        """Take the values, and the same bounds for all variables."""
        self.dim = dim
        self.lower = np.full(dim, bounds[0])
        self.upper = np.full(dim, bounds[1])
        self.f_opt = f_opt
        self.calls: list[int] = []
        self._values = list(values)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Return the next `len(x)` values, shape `(n,)`."""
        self.calls.append(len(x))
        given, self._values = self._values[: len(x)], self._values[len(x) :]
        return np.array(given, dtype=np.float64)


class FaultyProblem:
    """Evaluates another problem, except at chosen evaluations.

    Attributes:
        evaluations: Points evaluated so far; one that raised is not counted.

    Examples:
        >>> import benchbook as bb
        >>> problem = FaultyProblem(bb.problem("sphere", dim=2, instance=1), value=lambda k: np.nan if k == 2 else None)
        >>> np.isnan(problem(np.zeros((3, 2)))).tolist()
        [False, True, False]
    """

    def __init__(
        self,
        inner: Problem,
        *,
        value: Callable[[int], float | None] | None = None,
        raise_at: int | None = None,
        error: Exception | None = None,
    ) -> None:
        """Wrap a problem.

        Args:
            inner: What is evaluated otherwise.
            value: Value of an evaluation, counted from 1; None, or no function: the inner one's.
            raise_at: Evaluation that raises, counted from 1; None: none does.
            error: What it raises.
        """
        self.name = inner.name
        self.dim = inner.dim
        self.instance = inner.instance
        self.lower = inner.lower
        self.upper = inner.upper
        self.f_opt = inner.f_opt
        self.evaluations = 0
        self._inner = inner
        self._value = value
        self._raise_at = raise_at
        self._error = error or ZeroDivisionError("made up for a test")

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(n, dim)`; return values of shape `(n,)`.

        Raises:
            ObjectiveError: One of them is the evaluation that raises.
        """
        fx = self._inner(x)
        for row in range(len(x)):
            evaluation = self.evaluations + 1
            if evaluation == self._raise_at:
                raise ObjectiveError(f"the objective raised: {self._error}", fx[:row].tolist()) from self._error
            own = None if self._value is None else self._value(evaluation)
            if own is not None:
                fx[row] = own
            self.evaluations = evaluation
        return fx
