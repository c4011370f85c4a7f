"""One function of the kernel in one dimension, with an instance for each run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from benchbook.problems import kernel
from benchbook.problems.stacked import check_stacked
from benchbook.typing import FloatArray


class Compiled(Protocol):
    """A problem that the kernel evaluates."""

    @property
    def dim(self) -> int:
        """Number of variables."""

    @property
    def compiled(self) -> kernel.Instance:
        """The kernel's instance."""


class LockstepKernel:
    """Problems for lockstep evaluation, made by `stack`.

    Args:
        problems: The problem of each run, all of one dimension.
    """

    def __init__(self, problems: Sequence[Compiled]) -> None:
        self._dim = problems[0].dim
        self._instances = tuple(item.compiled for item in problems)

    def __call__(self, x: FloatArray, /) -> FloatArray:
        """Evaluate points of shape `(runs, n, dim)`; return values of shape `(runs, n)`.

        Raises:
            ShapeError: `x` has another shape.
        """
        return kernel.evaluate_each(self._instances, check_stacked(x, len(self._instances), self._dim))

    def keep(self, runs: Sequence[int], /) -> None:
        """Keep the runs at these positions, in this order, and drop the others."""
        self._instances = tuple(self._instances[run] for run in runs)
