"""The first hits of all runs of a baseline as one array, for rankings over any choice of problems and optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.comparison.contents import dims_of, functions_of, optimizers_of, us_per_evaluation
from benchbook.analysis.measures.profiles import group_of
from benchbook.records.published import StudySummary
from benchbook.typing import FloatArray, IntArray

NEVER = np.iinfo(np.int32).max
_ROUNDING = 1 + 1e-9
_SERIES = (1, 2, 3, 5)
_FIRST = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PublishedHits:
    """First hits of a baseline; the runs of all optimizers on a problem are paired by instance.

    Attributes:
        optimizers: Labels.
        functions: Names.
        dims: Dimensions in ascending order.
        targets: Number of targets.
        hits: First evaluation within each target, `NEVER` if there is none, shape `(optimizers, functions, dims, runs,
            targets)`.
        spent: Evaluations of each run, shape `(optimizers, functions, dims, runs)`.
        budgets: Evaluations per variable that an optimizer had on a problem, 0 if it lacks runs there, shape
            `(optimizers, functions, dims)`.
        us_per_evaluation: Median microseconds per evaluation, NaN if unknown, shape `(optimizers,)`.
    """

    optimizers: tuple[str, ...]
    functions: tuple[str, ...]
    dims: tuple[int, ...]
    targets: int
    hits: IntArray
    spent: IntArray
    budgets: FloatArray
    us_per_evaluation: FloatArray

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of each function within its suite."""
        return tuple(group_of(name) for name in self.functions)

    def reached(self, per_dim: float) -> IntArray:
        """Return how many targets each run had reached within `per_dim` x dim evaluations.

        Args:
            per_dim: Evaluations per variable.

        Returns:
            Shape `(optimizers, functions, dims, runs)`.
        """
        within = np.floor(per_dim * np.array(self.dims) * _ROUNDING).astype(np.int32)
        counts: IntArray = (self.hits <= within[:, np.newaxis, np.newaxis]).sum(axis=-1, dtype=np.uint8)
        return counts

    def contenders(self, per_dim: float, functions: Sequence[int], dims: Sequence[int]) -> IntArray:
        """Return the positions of the optimizers that had this budget on all of these problems.

        Args:
            per_dim: Evaluations per variable.
            functions: Positions of functions.
            dims: Positions of dimensions.
        """
        enough = self.budgets[np.ix_(range(len(self.optimizers)), functions, dims)] >= per_dim / _ROUNDING
        return np.flatnonzero(enough.all(axis=(1, 2)))

    @property
    def checkpoints(self) -> list[float]:
        """Evaluations per variable at which the field is compared: 5, 10, 20, 30, 50 and so on up to the largest.

        With fewer, little more than the start of each optimizer would be compared.
        """
        most = float(self.budgets.max(initial=1.0)) * _ROUNDING
        powers = range(int(np.log10(most)) + 1)
        series = [float(step * 10**power) for power in powers for step in _SERIES]
        return [value for value in series if _FIRST <= value <= most] or [most / _ROUNDING]


def published_hits(summary: StudySummary) -> PublishedHits:
    """Return the first hits of a baseline.

    A problem counts for an optimizer only if it has as many runs there as the others.
    """
    optimizers, functions, dims = optimizers_of(summary), functions_of(summary), dims_of(summary)
    targets = 0 if summary.targets is None else len(summary.targets)
    cells = [cell for cell in summary.cells.values() if cell.first_hits is not None]
    runs = max(map(len, cells), default=0)
    shape = (len(optimizers), len(functions), len(dims), runs)
    hits: IntArray = np.full((*shape, targets), NEVER, dtype=np.int32)  # narrow: it is large
    spent = np.zeros(shape, dtype=np.int64)
    budgets = np.zeros(shape[:3])
    places = {name: k for names_ in (optimizers, functions) for k, name in enumerate(names_)}
    for cell in cells:
        if len(cell) != runs:
            continue
        at = places[cell.optimizer], places[cell.function], dims.index(cell.dim)
        order = np.lexsort((cell.seeds, cell.instances))
        spent[at] = cell.evaluations[order]
        budgets[at] = cell.budget / cell.dim
        for row, run in enumerate(order.tolist()):
            found = (cell.first_hits or ())[run]
            hits[at][row, : len(found)] = found
    return PublishedHits(
        optimizers=tuple(optimizers),
        functions=tuple(functions),
        dims=tuple(dims),
        targets=targets,
        hits=hits,
        spent=spent,
        budgets=budgets,
        us_per_evaluation=np.array([us_per_evaluation(c for c in cells if c.optimizer == name) for name in optimizers]),
    )


def library_of(optimizer: str) -> str:
    """Return the library that an optimizer comes from.

    Examples:
        >>> library_of("scipy:powell"), library_of("cma_es")
        ('scipy', 'benchbook')
    """
    return optimizer.partition(":")[0] if ":" in optimizer else "benchbook"
