"""Whale optimization algorithm (WOA)."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from benchbook.optimizers.native.parts.base import NativeOptimizer, best_row, rows_at
from benchbook.optimizers.native.parts.repair import RULES, Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray


class Whale(NativeOptimizer):
    """Whales encircle the best position, follow a random whale, or spiral towards the best position.

    In the paper a whale always moves. Here, as in most later implementations, it moves only to better positions
    (`greedy`), which works better in short runs in many dimensions.
    Eqs. (2.1) and (2.7) multiply coordinates by random numbers, which biases the search towards the origin: the method
    looks better than it is on functions whose optimum is there. A and C are scalars, one per whale, as in the authors'
    implementation.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        max_evaluations: Budget of the run, >= 1; the parameter a decreases linearly from 2 to 0 over it.
        population: Number of whales.
        greedy: Whether a whale moves to better positions only; False: always, as in the paper.
        spiral: Shape of the logarithmic spiral (b).
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Mirjalili, S., & Lewis, A. (2016). The whale optimization algorithm. Advances in Engineering Software 95,
        51-67. https://doi.org/10.1016/j.advengsoft.2016.01.008

    Examples:
        >>> import benchbook as bb
        >>> bb.run("whale", "sphere", dim=2, instance=1, seed=1, budget=1000).precision < 1e-2
        True
    """

    name: ClassVar[str] = "whale"
    anytime: ClassVar[bool] = False
    state: ClassVar[tuple[str, ...]] = ("x", "fx", "best", "f_best")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        max_evaluations: int,
        population: Annotated[int, Ge(1)] = 50,
        greedy: bool = True,
        spiral: float = 1.0,
        repair: Repair = "clip",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.population = population
        self.greedy = greedy
        self.spiral = spiral
        self.repair = RULES[repair]
        self.iterations = max(1, math.ceil(max_evaluations / population) - 1)
        self.iteration = 0  # the first moves are made at 0, with a = 2
        self.x = np.empty((0, 0, 0))  # (runs, population, dim)
        self.fx = np.empty((0, 0))  # (runs, population)
        self.best = np.empty((0, 1, 0))  # (runs, 1, dim)
        self.f_best = np.empty((0, 1))  # (runs, 1)

    def propose(self) -> FloatArray:
        """Move each whale in one of the three ways."""
        if not self.x.size:
            return self.uniform(self.population)
        x = self.x
        a = 2.0 - 2.0 * self.iteration / self.iterations
        u = self.streams.random(5, self.population)
        A = (2.0 * a) * u[:, 0] - a  # eq. (2.3)
        C = 2.0 * u[:, 1]  # eq. (2.4)
        spirals = u[:, 2] >= 0.5  # eq. (2.6)
        l = 2.0 * u[:, 3] - 1.0  # noqa: E741  # the paper's symbol
        turn = np.exp(self.spiral * l) * np.cos(2.0 * np.pi * l)  # eq. (2.5)
        explores = ~spirals & (np.abs(A) >= 1.0)
        someone = rows_at(x, (u[:, 4] * self.population).astype(np.intp))

        centre = np.where(explores[..., np.newaxis], someone, self.best)
        # Eqs. (2.1)-(2.2), (2.5) and (2.7)-(2.8) have one form: centre + weight |factor centre - x|
        factor = np.where(spirals, 1.0, C)
        weight = np.where(spirals, turn, -A)
        moved = factor[..., np.newaxis] * centre
        moved -= x
        np.abs(moved, out=moved)
        moved *= weight[..., np.newaxis]
        moved += centre
        self.iteration += 1
        return self.repair(moved, self.lower, self.upper)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Accept the moves, and update the best position."""
        if self.greedy and self.x.size:
            better = fx < self.fx
            np.copyto(self.x, x, where=better[..., np.newaxis])
            np.copyto(self.fx, fx, where=better)
        else:
            self.x, self.fx = x.copy(), fx.copy()
        best, f_best = best_row(self.x, self.fx), self.fx.min(axis=-1, keepdims=True)
        if not self.greedy and self.best.size:
            better = f_best < self.f_best
            best = np.where(better[..., np.newaxis], best, self.best)
            f_best = np.where(better, f_best, self.f_best)
        self.best, self.f_best = best, f_best
