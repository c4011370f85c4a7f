"""Quality indicators: one number for each evaluation, from all that was evaluated, whose improvements are the history.

For one objective without constraints that number is the objective's value itself, and nothing here is used.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from benchbook.records import ArchiveRecord
from benchbook.runs.front_history import FrontHistory
from benchbook.runs.hypervolume import Archive
from benchbook.typing import FloatArray


class Quality(Protocol):
    """What a run is judged by; made for one run, as it may remember what came before.

    Attributes:
        without_value: How many evaluations so far were valid, but have no value: they are judged `+inf`.
    """

    without_value: int

    def __call__(self, fx: FloatArray, gx: FloatArray | None, /) -> FloatArray:
        """Return one number for each evaluation, shape `(n,)`; lower is better, NaN an invalid evaluation.

        Args:
            fx: Objectives, shape `(n,)` or `(n, 2)`.
            gx: Constraints, shape `(n, k)`, none above 0 where a point is feasible; None where there are none.
        """

    def archive_record(self) -> ArchiveRecord | None:
        """Return the points that were not dominated when found; None for one objective."""


class FeasibleValue:
    """The value of a feasible point; for an infeasible one COCO's: `max(f, f_opt)` and the sum of its violations.

    Where the optimum is unknown, infeasible points have the value `+inf`: they are no improvement of anything.

    Args:
        f_opt: Lowest value of a feasible point; None: unknown.

    Attributes:
        feasible: Whether a feasible point was among those judged so far.

    Examples:
        >>> quality = FeasibleValue(1.0)
        >>> quality(np.array([3.0, 0.0]), np.array([[-1.0, 0.0], [0.5, 0.25]]))
        array([3.  , 1.75])
    """

    def __init__(self, f_opt: float | None) -> None:
        self._f_opt = f_opt
        self.without_value = 0
        self.feasible = False

    def __call__(self, fx: FloatArray, gx: FloatArray | None, /) -> FloatArray:
        """Judge; see `Quality`."""
        if gx is None:
            return fx
        violation = np.maximum(gx, 0.0).sum(axis=1)
        outside = violation > 0.0
        self.feasible = self.feasible or bool((violation == 0.0).any())
        if self._f_opt is not None:
            judged: FloatArray = np.where(outside, np.maximum(fx, self._f_opt) + violation, fx)
        else:
            outside &= np.isfinite(violation) & np.isfinite(fx)
            self.without_value += int(np.count_nonzero(outside))
            judged = np.where(outside, np.inf, fx)
        judged[~np.isfinite(violation)] = np.nan
        return judged

    def archive_record(self) -> None:
        """Return None: there is one objective."""


class Hypervolume:
    """COCO's indicator: minus the hypervolume found so far; before there is any, the distance to the box.

    Args:
        ideal: Best value of each objective, shape `(2,)`.
        nadir: The point that the hypervolume is measured to, shape `(2,)`.
        attained: Whether they are the values at both objectives' optima; see `Archive`.

    Examples:
        >>> quality = Hypervolume(np.zeros(2), np.ones(2))
        >>> quality(np.array([[4.0, 5.0], [0.5, 0.5], [0.5, 0.6]]), None)
        array([ 5.  , -0.25, -0.25])
    """

    def __init__(self, ideal: FloatArray, nadir: FloatArray, *, attained: bool = False) -> None:
        self.archive = Archive(ideal, nadir, attained=attained)
        self.without_value = 0
        self._evaluations = 0
        self._found = FrontHistory(ideal, nadir)

    def __call__(self, fx: FloatArray, gx: FloatArray | None, /) -> FloatArray:
        """Judge; see `Quality`."""
        archive = self.archive
        judged: list[float] = []
        for evaluation, (first, second) in enumerate(fx.tolist(), start=self._evaluations + 1):
            if first - first == 0.0 and second - second == 0.0:  # both are finite
                if archive.add(first, second):
                    self._found.add(evaluation, first, second)
                judged.append(archive.distance - archive.hypervolume)
            else:
                judged.append(np.nan)
        self._evaluations += len(judged)
        return np.array(judged, dtype=np.float64)

    def archive_record(self) -> ArchiveRecord:
        """Return the points that were not dominated when they were found."""
        return self._found.record()
