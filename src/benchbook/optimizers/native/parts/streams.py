"""Random streams for runs that advance together: each run draws from its own generator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.typing import FloatArray


class Streams:
    """One generator per run; draws get a leading runs axis.

    A run draws the same numbers as it would alone, so lockstep cannot change it.

    Examples:
        >>> streams = Streams([np.random.default_rng(1), np.random.default_rng(2)])
        >>> streams.random(3, 2).shape
        (2, 3, 2)
    """

    def __init__(self, generators: Sequence[np.random.Generator]) -> None:
        """Take one generator per run."""
        self.generators = list(generators)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.generators)

    def random(self, *shape: int) -> FloatArray:
        """Draw uniform numbers in [0, 1), shape `(runs, *shape)`."""
        drawn = np.empty((len(self.generators), *shape))
        for row, generator in zip(drawn, self.generators, strict=True):
            generator.random(out=row)
        return drawn

    def normal(self, *shape: int) -> FloatArray:
        """Draw standard normal numbers, shape `(runs, *shape)`."""
        drawn = np.empty((len(self.generators), *shape))
        for row, generator in zip(drawn, self.generators, strict=True):
            generator.standard_normal(out=row)
        return drawn

    def keep(self, runs: Sequence[int]) -> None:
        """Continue with these runs only."""
        self.generators = [self.generators[run] for run in runs]
