"""Cells: the runs of one optimizer on one function in one dimension, and sums over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.analysis.columns import Columns
from benchbook.typing import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The cells of a table, ordered by function, dimension, optimizer.

    Attributes:
        optimizers: Labels of all optimizers.
        functions: Names of all functions.
        optimizer: Position of each cell's optimizer, shape `(cells,)`.
        function: Position of each cell's function, shape `(cells,)`.
        dim: Dimension, shape `(cells,)`.
        order: Positions of all runs, cell after cell, shape `(runs,)`.
        starts: Where each cell begins in `order`, shape `(cells + 1,)`.
    """

    optimizers: tuple[str, ...]
    functions: tuple[str, ...]
    optimizer: IntArray
    function: IntArray
    dim: IntArray
    order: IntArray
    starts: IntArray

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.dim)

    @property
    def counts(self) -> IntArray:
        """Number of runs in each cell, shape `(cells,)`."""
        return np.diff(self.starts)

    @property
    def names(self) -> list[tuple[str, str, int]]:
        """(optimizer, function, dim) of each cell."""
        return [
            (self.optimizers[o], self.functions[f], int(d))
            for o, f, d in zip(self.optimizer, self.function, self.dim, strict=True)
        ]

    def runs(self, cell: int) -> IntArray:
        """Return the positions of a cell's runs."""
        return self.order[self.starts[cell] : self.starts[cell + 1]]

    def of_runs(self) -> IntArray:
        """Return the cell of each run, shape `(runs,)`."""
        cell = np.empty(len(self.order), dtype=np.int64)
        cell[self.order] = np.repeat(np.arange(len(self)), self.counts)
        return cell

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum over the runs of each cell: `(runs, ...)` to `(cells, ...)`."""
        if not len(self):
            return np.zeros((0, *values.shape[1:]))
        total: FloatArray = np.add.reduceat(values[self.order], self.starts[:-1], axis=0)
        return total

    def means(self, values: FloatArray) -> FloatArray:
        """Average over the runs of each cell: `(runs,)` to `(cells,)`."""
        return self.sums(values) / self.counts


def cells(table: Columns) -> Cells:
    """Return the cells of a table.

    Examples:
        >>> import benchbook as bb
        >>> from benchbook.analysis.columns import columns
        >>> made = [bb.run("random_search", "sphere", dim=d, seed=s, budget=5) for d in (3, 2) for s in (1, 2)]
        >>> cells(columns(made)).names
        [('random_search', 'sphere', 2), ('random_search', 'sphere', 3)]
    """
    order = np.lexsort((table.optimizer, table.dim, table.function))
    keys = np.stack((table.function[order], table.dim[order], table.optimizer[order]))
    new = np.ones(len(order), dtype=bool)
    new[1:] = np.any(keys[:, 1:] != keys[:, :-1], axis=0)
    first = np.flatnonzero(new)
    return Cells(
        optimizers=table.optimizers,
        functions=table.functions,
        function=keys[0, first],
        dim=keys[1, first],
        optimizer=keys[2, first],
        order=order,
        starts=np.append(first, len(order)),
    )
