"""Problems with constraints or two objectives in lockstep: each run has its own quality indicator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchbook.protocols import Problem
from benchbook.runs.judged import JudgedProblem, finite
from benchbook.runs.quality import Quality
from benchbook.typing import FloatArray


class JudgedRuns:
    """The problems of several runs in lockstep: returns indicator values, keeps objectives and constraints.

    Args:
        problems: The problem of each run, all of one function and dimension.
        qualities: The quality indicator of each run.
    """

    def __init__(self, problems: Sequence[Problem], qualities: Sequence[Quality]) -> None:
        self._runs = [JudgedProblem(*pair) for pair in zip(problems, qualities, strict=True)]

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(runs, n, dim)`; return the indicator's values, shape `(runs, n)`."""
        return np.array([run(points) for run, points in zip(self._runs, x, strict=True)]).reshape(x.shape[:2])

    def keep(self, runs: Sequence[int], /) -> None:
        """Keep the runs at these places, in this order, and drop the others."""
        self._runs = [self._runs[run] for run in runs]

    @property
    def told(self) -> tuple[FloatArray, ...]:
        """The values that optimizers of all runs are told: objectives and constraints, with a leading axis for runs."""
        several = [np.stack([run.fx for run in self._runs])]
        constraints = [run.gx for run in self._runs if run.gx is not None]
        if constraints:
            several.append(np.stack(constraints))
        return tuple(map(finite, several))


class RunsToldAll:
    """An optimizer of several runs that is told objectives and constraints in place of the indicator's values.

    Args:
        optimizer: Is told objectives `(runs, n)` or `(runs, n, 2)`, and constraints `(runs, n, k)` if there are any.
        problem: Keeps them.
    """

    def __init__(self, optimizer: Any, problem: JudgedRuns) -> None:
        self._optimizer = optimizer
        self._problem = problem
        self.ask, self.keep = optimizer.ask, optimizer.keep

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Tell the values of the last points; values that are not finite become `+inf`."""
        self._optimizer.tell(x, *self._problem.told)
