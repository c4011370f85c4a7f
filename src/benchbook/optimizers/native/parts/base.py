"""The base class of the native optimizers: state with a leading runs axis, and the view of a single run.

A native optimizer keeps its state as arrays `(runs, population, dim)`, so that all runs of a cell can advance
together. Given one generator it is an ordinary optimizer of one run; given `Streams` it is one of several.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray, IntArray

Scalar = TypeVar("Scalar", bound=np.generic)


class NativeOptimizer(ABC):
    """Base of the native optimizers; a subclass writes `propose` and `learn` over arrays with a runs axis.

    Attributes:
        anytime: Whether a longer budget continues the trajectory of a shorter one; if not, it must know its budget.
        state: Names of the arrays with a leading runs axis, which `keep` cuts.
        lower, upper: Bounds, shape `(dim,)`.
        dim: Number of variables.
        streams: The random streams, one per run.
    """

    name: ClassVar[str]
    anytime: ClassVar[bool] = True
    state: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator | Streams) -> None:
        """Store the bounds and the random streams."""
        self.lower = np.asarray(lower, dtype=np.float64)
        self.upper = np.asarray(upper, dtype=np.float64)
        self.dim = len(self.lower)
        self.streams = rng if isinstance(rng, Streams) else Streams([rng])
        self._alone = not isinstance(rng, Streams)

    @abstractmethod
    def propose(self) -> FloatArray:
        """Return the next points, shape `(runs, batch, dim)`."""

    @abstractmethod
    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Take the points' values; shapes `(runs, batch, dim)` and `(runs, batch)`."""

    def ask(self) -> FloatArray:
        """Return the next points: `(batch, dim)` for a single run, else `(runs, batch, dim)`."""
        x = self.propose()
        return x[0] if self._alone else x

    def tell(self, x: FloatArray, fx: FloatArray, /) -> None:
        """Take the points' values, in the shape of `ask`."""
        if self._alone:
            x, fx = x[np.newaxis], fx[np.newaxis]
        self.learn(x, fx)

    def keep(self, runs: Sequence[int]) -> None:
        """Continue with these runs only; the others have ended."""
        self.streams.keep(runs)
        for name in self.state:
            array = getattr(self, name)
            if len(array):  # empty until the first batch is told
                # A copy, not a view: the memory layout must be the same as in a single run.
                setattr(self, name, np.ascontiguousarray(array[list(runs)]))

    @classmethod
    def in_lockstep(cls, **settings: object) -> bool:
        """Tell whether runs with these settings can advance together: all ask for batches of one size."""
        return True

    def uniform(self, population: int) -> FloatArray:
        """Draw points uniformly in the box, shape `(runs, population, dim)`."""
        return self.lower + self.streams.random(population, self.dim) * (self.upper - self.lower)


def rows_at(x: FloatArray, index: IntArray) -> FloatArray:
    """Return the rows at `index` in each run: `(runs, n, dim)` by `(runs, k)` gives `(runs, k, dim)`.

    Examples:
        >>> rows_at(np.array([[[1.0], [2.0]], [[3.0], [4.0]]]), np.array([[1], [0]])).tolist()
        [[[2.0]], [[3.0]]]
    """
    runs, n, dim = x.shape
    if runs == 1:
        return np.take(x[0], index, axis=0)
    first = np.arange(0, runs * n, n)[:, np.newaxis]
    return np.take(x.reshape(runs * n, dim), index + first, axis=0)


def entries_at(a: NDArray[Scalar], index: IntArray) -> NDArray[Scalar]:
    """Return the entries at `index` in each run: `(runs, n)` by `(runs, k)` gives `(runs, k)`.

    Examples:
        >>> entries_at(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1], [0]])).tolist()
        [[2.0], [3.0]]
    """
    runs, n = a.shape
    return np.take(a, index if runs == 1 else index + np.arange(0, runs * n, n)[:, np.newaxis])


def best_row(x: FloatArray, fx: FloatArray) -> FloatArray:
    """Return each run's point with the lowest value, shape `(runs, 1, dim)`.

    Examples:
        >>> best_row(np.array([[[1.0], [2.0]]]), np.array([[5.0, 4.0]])).tolist()
        [[[2.0]]]
    """
    return rows_at(x, fx.argmin(axis=-1)[:, np.newaxis])


def other_rows(u: FloatArray, population: int) -> IntArray:
    """Turn uniform numbers into indices of other rows, distinct from each other; all are equally likely.

    Args:
        u: Numbers in [0, 1), shape `(runs, population, k)` with k from 1 to 3.
        population: Number of rows, more than k.

    Returns:
        Indices, shape `(k, runs, population)`.

    Examples:
        >>> other_rows(np.zeros((1, 4, 3)), 4)[:, 0].tolist()
        [[1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]]
    """
    k = u.shape[-1]
    # Offsets from the row itself: distinct numbers from 1 to population - 1.
    ahead: IntArray = (np.moveaxis(u, -1, 0) * (population - np.arange(1, k + 1))[:, np.newaxis, np.newaxis]).astype(
        np.intp
    )
    ahead += 1
    if k > 1:
        ahead[1] += ahead[1] >= ahead[0]
    if k > 2:
        ahead[2] += ahead[2] >= np.minimum(ahead[0], ahead[1])
        ahead[2] += ahead[2] >= np.maximum(ahead[0], ahead[1])
    ahead += np.arange(population)
    ahead %= population
    return ahead
