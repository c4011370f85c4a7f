"""Grey wolf optimizer (GWO)."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from benchbook.optimizers.native.parts.base import NativeOptimizer, entries_at, rows_at
from benchbook.optimizers.native.parts.repair import RULES, Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray

LEADERS = 3  # alpha, beta and delta


class GreyWolf(NativeOptimizer):
    """Wolves move around the three best positions found so far, at a distance that decreases during the run.

    In the paper a wolf always moves. Here, as in most later implementations, it moves only to better positions
    (`greedy`), which works better in short runs in many dimensions.
    Eq. (3.5) multiplies the leaders' coordinates by random numbers, which biases the search towards the origin: the
    method looks better than it is on functions whose optimum is there.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        max_evaluations: Budget of the run, >= 1; the parameter a decreases linearly from 2 to 0 over it.
        population: Number of wolves.
        greedy: Whether a wolf moves to better positions only; False: always, as in the paper.
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Mirjalili, S., Mirjalili, S. M., & Lewis, A. (2014). Grey wolf optimizer. Advances in Engineering Software 69,
        46-61. https://doi.org/10.1016/j.advengsoft.2013.12.007

    Examples:
        >>> import benchbook as bb
        >>> bb.run("grey_wolf", "sphere", dim=2, instance=1, seed=1, budget=1000).precision < 1e-2
        True
    """

    name: ClassVar[str] = "grey_wolf"
    anytime: ClassVar[bool] = False
    state: ClassVar[tuple[str, ...]] = ("x", "fx", "leaders", "f_leaders")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        max_evaluations: int,
        population: Annotated[int, Ge(3)] = 50,
        greedy: bool = True,
        repair: Repair = "clip",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.population = population
        self.greedy = greedy
        self.repair = RULES[repair]
        self.iterations = max(1, math.ceil(max_evaluations / population) - 1)
        self.iteration = 0  # the first moves are made at 0, with a = 2
        self.x = np.empty((0, 0, 0))  # (runs, population, dim)
        self.fx = np.empty((0, 0))  # (runs, population)
        self.leaders = np.empty((0, LEADERS, 0))  # (runs, 3, dim)
        self.f_leaders = np.empty((0, LEADERS))  # (runs, 3)

    def propose(self) -> FloatArray:
        """Move each wolf to the mean of the three positions that the leaders suggest."""
        if not self.x.size:
            return self.uniform(self.population)
        a = 2.0 - 2.0 * self.iteration / self.iterations
        r1_r2 = self.streams.random(2, LEADERS, self.population, self.dim)
        A, C = r1_r2[:, 0], r1_r2[:, 1]
        A *= 2.0 * a
        A -= a  # eq. (3.3)
        leaders = self.leaders[:, :, np.newaxis]
        C *= 2.0 * leaders  # eq. (3.4), and the product of eq. (3.5)
        C -= self.x[:, np.newaxis]
        distance = np.abs(C, out=C)  # eq. (3.5)
        distance *= A
        ways = np.subtract(leaders, distance, out=distance)  # eq. (3.6)
        moved = ways[:, 0] + ways[:, 1]
        moved += ways[:, 2]
        moved /= LEADERS  # eq. (3.7)
        self.iteration += 1
        return self.repair(moved, self.lower, self.upper)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Accept the moves, and update the three best positions so far."""
        if self.greedy and self.x.size:
            better = fx < self.fx
            np.copyto(self.x, x, where=better[..., np.newaxis])
            np.copyto(self.fx, fx, where=better)
        else:
            self.x, self.fx = x.copy(), fx.copy()
        seen, f_seen = self.x, self.fx
        if not self.greedy and self.leaders.size:
            seen = np.concatenate((self.leaders, seen), axis=1)
            f_seen = np.concatenate((self.f_leaders, f_seen), axis=1)
        first = f_seen.argsort(axis=-1, kind="stable")[:, :LEADERS]
        self.leaders = rows_at(seen, first)
        self.f_leaders = entries_at(f_seen, first)
