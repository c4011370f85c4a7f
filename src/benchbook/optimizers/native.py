"""What the native optimizers share: state with a leading runs axis, and the view of a single run.

A native optimizer keeps its state as arrays `(runs, population, dim)`, so that all runs of a cell can advance
together. Given one generator it is an ordinary optimizer of one run; given `Streams` it is one of several.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from benchbook.optimizers.streams import Streams
from benchbook.typing import FloatArray


class NativeOptimizer(ABC):
    """Base of the native optimizers; a subclass writes `propose` and `learn` over arrays with a runs axis.

    Attributes:
        anytime: Whether a longer budget continues the trajectory of a shorter one; if not, the horizon is needed.
        state: Names of the arrays with a leading runs axis, which `keep` cuts.
        lower, upper: Bounds, shape `(dim,)`.
        dim: Number of variables.
        streams: The random streams, one per run.
    """

    name: ClassVar[str]
    anytime: ClassVar[bool] = True
    state: ClassVar[tuple[str, ...]] = ()

    def __init__(self, lower: FloatArray, upper: FloatArray, rng: np.random.Generator | Streams) -> None:
        """Keep the box and the random streams."""
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
        """Go on with these runs only; the others have ended."""
        self.streams.keep(runs)
        for name in self.state:
            # take, not a view: a run's arrays must lie as they would alone
            setattr(self, name, np.ascontiguousarray(getattr(self, name)[list(runs)]))

    @classmethod
    def in_lockstep(cls, **settings: object) -> bool:
        """Tell whether runs with these settings can advance together: all ask for batches of one size."""
        return True

    def uniform(self, population: int) -> FloatArray:
        """Draw points uniformly in the box, shape `(runs, population, dim)`."""
        return self.lower + self.streams.random(population, self.dim) * (self.upper - self.lower)
