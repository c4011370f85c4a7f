"""Differential evolution (DE)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from benchbook.optimizers.native.parts.base import NativeOptimizer, best_row, other_rows, rows_at
from benchbook.optimizers.native.parts.repair import RULES, Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray


class DifferentialEvolution(NativeOptimizer):
    """Build a trial for each point from differences between others; the trial replaces the point if it is no worse.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        population: Number of points (NP).
        strategy: How a mutant is built: "rand/1/bin" adds a difference to a random point and explores;
            "current-to-best/1/bin" starts from the point itself, moves towards the best one, and is faster and
            greedier.
        weight: Weight of the differences (F).
        crossover: Probability that a variable is taken from the mutant (CR); at least one always is.
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Storn, R., & Price, K. (1997). Differential evolution - a simple and efficient heuristic for global
        optimization over continuous spaces. Journal of Global Optimization 11, 341-359.
        https://doi.org/10.1023/A:1008202821328

        Price, K., Storn, R., & Lampinen, J. (2005). Differential evolution: a practical approach to global
        optimization. Springer. https://doi.org/10.1007/3-540-31306-0

    Examples:
        >>> import benchbook as bb
        >>> bb.run("differential_evolution", "sphere", dim=2, instance=1, seed=1, budget=3000).precision < 1e-4
        True
    """

    name: ClassVar[str] = "differential_evolution"
    anytime: ClassVar[bool] = True
    state: ClassVar[tuple[str, ...]] = ("x", "fx", "best")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        population: Annotated[int, Ge(4)] = 50,
        strategy: Literal["rand/1/bin", "current-to-best/1/bin"] = "rand/1/bin",
        weight: Annotated[float, Gt(0), Le(2)] = 0.5,
        crossover: Annotated[float, Ge(0), Le(1)] = 0.9,
        repair: Repair = "reflect",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.population = population
        self.strategy = strategy
        self.weight = weight
        self.crossover = crossover
        self.repair = RULES[repair]
        self.x = np.empty((0, 0, 0))  # (runs, population, dim)
        self.fx = np.empty((0, 0))  # (runs, population)
        self.best = np.empty((0, 1, 0))  # (runs, 1, dim)

    def propose(self) -> FloatArray:
        """Return a trial for each point."""
        if not self.x.size:
            return self.uniform(self.population)
        x, dim = self.x, self.dim
        u = self.streams.random(self.population, dim + 4)
        r1, r2, r3 = other_rows(u[..., dim + 1 :], self.population)
        mutant = rows_at(x, r2)
        mutant -= rows_at(x, r3)
        if self.strategy == "rand/1/bin":
            mutant *= self.weight
            mutant += rows_at(x, r1)  # v = x_r1 + F (x_r2 - x_r3)
        else:
            mutant += self.best
            mutant -= x
            mutant *= self.weight
            mutant += x  # v = x + F (x_best - x) + F (x_r2 - x_r3)
        inherited = u[..., :dim] < self.crossover
        inherited |= np.arange(dim) == (u[..., dim, np.newaxis] * dim).astype(np.intp)
        return self.repair(np.where(inherited, mutant, x), self.lower, self.upper)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Replace each point whose trial is no worse."""
        if not self.x.size:
            self.x, self.fx = x.copy(), fx.copy()
        else:
            chosen = fx <= self.fx
            np.copyto(self.x, x, where=chosen[..., np.newaxis])
            np.copyto(self.fx, fx, where=chosen)
        if self.strategy == "current-to-best/1/bin":
            self.best = best_row(self.x, self.fx)
