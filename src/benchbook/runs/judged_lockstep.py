"""Problems with constraints or two objectives in lockstep: each run is judged by its own quality indicator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchbook.protocols import Problem
from benchbook.runs.judged import JudgedProblem, finite
from benchbook.runs.quality import Quality
from benchbook.typing import FloatArray


class JudgedRuns:
    """The problems of several runs, called by the loop in lockstep: returns judged values, keeps what they came from.

    Args:
        problems: The problem of each run, all of one function and dimension.
        qualities: What judges each run.
    """

    def __init__(self, problems: Sequence[Problem], qualities: Sequence[Quality]) -> None:
        self._runs = [JudgedProblem(*pair) for pair in zip(problems, qualities, strict=True)]

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(runs, n, dim)`; return their judged values, shape `(runs, n)`."""
        return np.array([run(points) for run, points in zip(self._runs, x, strict=True)]).reshape(x.shape[:2])

    def keep(self, runs: Sequence[int], /) -> None:
        """Keep the runs at these places, in this order, and drop the others."""
        self._runs = [self._runs[run] for run in runs]

    @property
    def told(self) -> tuple[FloatArray, ...]:
        """What optimizers are told of all runs: objectives, and constraints if any, with a leading runs axis."""
        several = [np.stack([run.fx for run in self._runs])]
        constraints = [run.gx for run in self._runs if run.gx is not None]
        if constraints:
            several.append(np.stack(constraints))
        return tuple(map(finite, several))


class RunsToldAll:
    """An optimizer of several runs that the loop tells judged values, and that learns what they came from.

    Args:
        optimizer: Is told objectives `(runs, n)` or `(runs, n, 2)`, and constraints `(runs, n, k)` if there are any.
        problem: Keeps them.
    """

    def __init__(self, optimizer: Any, problem: JudgedRuns) -> None:
        self._optimizer = optimizer
        self._problem = problem
        self.ask, self.keep = optimizer.ask, optimizer.keep

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Tell what was evaluated last; what is no finite number becomes `+inf`."""
        self._optimizer.tell(x, *self._problem.told)
