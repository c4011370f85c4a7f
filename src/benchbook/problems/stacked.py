"""Problems in lockstep: one call evaluates the points of many runs, each on its own problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from benchbook.errors import ObjectiveError, ShapeError, UsageError
from benchbook.protocols import Problem
from benchbook.typing import FloatArray


class StackedProblem(Protocol):
    """The problems of several runs, all of one dimension."""

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(runs, n, dim)`; return values of shape `(runs, n)`.

        The values of each run are bit by bit those that its problem gives alone.
        """

    def keep(self, runs: Sequence[int], /) -> None:
        """Keep the runs at these places, in this order, and drop the others."""


def stack(problems: Sequence[Problem]) -> StackedProblem:
    """Combine problems of one dimension, one per run, for evaluation in lockstep.

    Problems of one function are evaluated together if their class has a static method `lockstep(problems)` that returns
    a `StackedProblem` and not None; all others are evaluated one after another.

    Raises:
        UsageError: There are no problems, or their dimensions differ.

    Examples:
        >>> from benchbook.problems import problem
        >>> both = stack([problem("sphere", 2), problem("sphere", 2)])
        >>> both(np.array([[[3.0, 4.0]], [[0.0, 1.0]]]))
        array([[25.],
               [ 1.]])
    """
    if not problems:
        raise UsageError("problems is empty, expected one for each run")
    first = problems[0]
    dims = sorted({item.dim for item in problems})
    if len(dims) > 1:
        raise UsageError(f"problems have dimensions {', '.join(map(str, dims))}, expected one dimension")
    lockstep: Callable[[Sequence[Problem]], StackedProblem | None] | None = getattr(type(first), "lockstep", None)
    if lockstep is not None and all(type(item) is type(first) and item.name == first.name for item in problems):
        made = lockstep(problems)
        if made is not None:
            return made
    return OneByOne(problems)


class OneByOne:
    """Any problems side by side, evaluated one after another."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(runs, n, dim)`; return values of shape `(runs, n)`."""
        x = check_stacked(x, len(self.problems), self.problems[0].dim)
        values = np.empty(x.shape[:2])
        for row, problem, points in zip(values, self.problems, x, strict=True):
            found = np.asarray(problem(points), dtype=np.float64)
            if found.shape != row.shape:
                raise ObjectiveError(f"{problem.name} returned an array of shape {found.shape}, expected {row.shape}")
            row[:] = found
        return values

    def keep(self, runs: Sequence[int], /) -> None:
        """Keep the runs at these places, in this order, and drop the others."""
        self.problems = [self.problems[i] for i in runs]


def check_stacked(x: FloatArray, runs: int, dim: int) -> FloatArray:
    """Return the points as a C-contiguous float array of shape `(runs, n, dim)`.

    Raises:
        ShapeError: `x` has another shape.
    """
    points = np.require(x, np.float64, ["C", "A"])
    if points.ndim != 3 or points.shape[0] != runs or points.shape[2] != dim:
        raise ShapeError(f"x has shape {points.shape}, expected ({runs}, n, {dim}): one batch for each run")
    return points
