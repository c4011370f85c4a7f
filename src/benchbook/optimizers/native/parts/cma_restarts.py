"""Convergence criteria of CMA-ES, and the restarts of BIPOP.

References:
    Hansen, N. (2009). Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed. GECCO companion,
    2389-2396. https://doi.org/10.1145/1570256.1570333
"""

from __future__ import annotations

import math

import numpy as np

from benchbook.typing import FloatArray

FUNCTION_TOLERANCE = 1e-12
STEP_TOLERANCE = 1e-12  # as a share of the initial step size
MOST_DOUBLINGS = 9
LONGEST_HISTORY = 20_000


class Convergence:
    """Decides when one run of CMA-ES has converged, by the criteria and constants of section 2.

    Args:
        dim: Number of variables.
        population: Points per generation.
        step: Initial step size.
    """

    def __init__(self, dim: int, population: int, step: float) -> None:
        self.step = step
        self.longest = 100 + 50 * (dim + 3) ** 2 / math.sqrt(population)
        self.recent = 10 + math.ceil(30 * dim / population)
        self.stagnation = 120 + math.ceil(30 * dim / population)
        self.middle = min(population - 1, math.ceil(0.1 + population / 4))
        self.dim = dim
        self.best: list[float] = []
        self.median: list[float] = []
        self.equal: list[bool] = []

    def reached(
        self,
        fx: FloatArray,
        *,
        mean: FloatArray,
        sigma: float,
        C: FloatArray,
        B: FloatArray,
        D: FloatArray,
        p_c: FloatArray,
    ) -> bool:
        """Record a generation's sorted values and the distribution, and return whether the run has converged."""
        self.best.append(float(fx[0]))
        self.median.append(float(fx[len(fx) // 2]))
        self.equal.append(bool(fx[0] == fx[self.middle]))
        generation = len(self.best)
        recent = self.best[-self.recent :]
        deviations = sigma * np.sqrt(np.diagonal(C))
        axis = generation % self.dim
        return (
            generation >= self.longest
            or (len(recent) == self.recent and max(*recent, float(fx[-1])) - min(recent) < FUNCTION_TOLERANCE)
            or sum(self.equal[-max(self.dim, 3) :]) > max(self.dim, 3) / 3
            or bool((np.maximum(deviations, sigma * np.abs(p_c)) < STEP_TOLERANCE * self.step).all())
            or float(D[-1]) > 0.999e7 * float(D[0])  # condition of C above 1e14
            or bool((mean == mean + 0.2 * deviations).any())
            or bool((mean == mean + 0.1 * sigma * D[axis] * B[:, axis]).all())
            or (generation >= self.stagnation and self._stagnates())
        )

    def _stagnates(self) -> bool:
        """Return whether neither best nor median values have improved over the last fifth of the generations."""
        window = min(max(self.stagnation, len(self.best) // 5), LONGEST_HISTORY)
        return all(_has_not_fallen(values[-window:]) for values in (self.best, self.median))


class Bipop:
    """Chooses population and step size of the next run, by the two regimes of section 3.

    Args:
        population: Points per generation in the first run.
        step: Initial step size of the first run.
    """

    def __init__(self, population: int, step: float) -> None:
        self.first = self.large = population
        self.step = step
        self.doublings = 0
        self.small = False  # whether the current run belongs to the regime of small populations
        self.spent_large = self.spent_small = self.last_large = 0
        self.limit = math.inf  # evaluations allowed for the current run

    def next(self, evaluations: int, u_population: float, u_step: float) -> tuple[int, float]:
        """Return the population and step size of the next run.

        Args:
            evaluations: Evaluations used by the current run.
            u_population: A uniform number in [0, 1).
            u_step: Another one.
        """
        if self.small:
            self.spent_small += evaluations
        else:
            self.last_large = evaluations
            if self.doublings:  # the first run counts for neither regime
                self.spent_large += evaluations
        self.small = self.spent_small < self.spent_large
        if self.small:
            self.limit = self.last_large / 2
            ratio = max(1.0, self.large / (2 * self.first))
            return math.floor(self.first * ratio ** (u_population**2)), self.step * 10 ** (-2 * u_step)
        self.limit = math.inf
        self.doublings += 1
        self.large = self.first * 2 ** min(self.doublings, MOST_DOUBLINGS)
        return self.large, self.step


def _has_not_fallen(values: list[float]) -> bool:
    """Return whether the median of the last 30 % is not below that of the first 30 %."""
    part = max(1, 3 * len(values) // 10)
    first, last = sorted(values[:part]), sorted(values[-part:])
    return last[part // 2] >= first[part // 2]
