"""Non-dominated sorting genetic algorithm (NSGA-II)."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Le

from benchbook.errors import UsageError
from benchbook.optimizers.native.parts.base import NativeOptimizer, entries_at, rows_at
from benchbook.optimizers.native.parts.dominance import crowding, fronts
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.optimizers.native.parts.variation import polynomial_mutation, simulated_binary
from benchbook.typing import FloatArray, IntArray


class Nsga2(NativeOptimizer):
    """Parents and children compete by the rank of their front, and within a front by crowding distance.

    It is designed for two objectives. With constraints, feasible points win over infeasible ones, and smaller
    violations over larger ones. With one objective, it is an elitist genetic algorithm.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        population: Number of points, even (N).
        crossover: Probability that two parents are crossed (p_c); each variable is then crossed with probability 1/2.
        crossover_index: Distribution index of crossover (eta_c); larger values give children closer to their parents.
        mutation_index: Distribution index of mutation (eta_m); larger values give smaller steps. Each variable mutates
            with probability 1/dim.

    References:
        Deb, K., Pratap, A., Agarwal, S., & Meyarivan, T. (2002). A fast and elitist multiobjective genetic algorithm:
        NSGA-II. IEEE Transactions on Evolutionary Computation 6(2), 182-197. https://doi.org/10.1109/4235.996017

    Examples:
        >>> import benchbook as bb
        >>> bb.run("nsga2", "bbob_biobj_f1", dim=2, seed=1, budget=2000).precision < 0.02
        True
    """

    name: ClassVar[str] = "nsga2"
    anytime: ClassVar[bool] = True
    can: ClassVar[frozenset[str]] = frozenset({"constraints", "objectives"})
    state: ClassVar[tuple[str, ...]] = ("x", "fx", "violation", "front", "apart")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        population: Annotated[int, Ge(4)] = 100,
        crossover: Annotated[float, Ge(0), Le(1)] = 0.9,
        crossover_index: Annotated[float, Gt(0)] = 20.0,
        mutation_index: Annotated[float, Gt(0)] = 20.0,
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        if population % 2:
            raise UsageError(f"population is {population}, expected an even number: parents come in pairs")
        self.population = population
        self.crossover = crossover
        self.crossover_index = crossover_index
        self.mutation_index = mutation_index
        self.x: FloatArray = np.empty((0, 0, 0))  # (runs, population, dim)
        self.fx: FloatArray = np.empty((0, 0, 0))  # (runs, population, objectives)
        self.violation: FloatArray = np.empty((0, 0))  # (runs, population)
        self.front: IntArray = np.empty((0, 0), dtype=np.intp)
        self.apart: FloatArray = np.empty((0, 0))  # crowding distance within the front
        self._told_violation: FloatArray | None = None

    def propose(self) -> FloatArray:
        """Return the children of parents that are selected by binary tournaments."""
        if not self.x.size:
            return self.uniform(self.population)
        N, dim, box = self.population, self.dim, (self.lower, self.upper)
        u = self.streams.random(N // 2, 5 + 7 * dim)
        one, two = (rows_at(self.x, self._winner(u[..., 2 * k], u[..., 2 * k + 1])) for k in range(2))
        share = u[..., 5 : 5 + 3 * dim]
        crossed = (u[..., 4, np.newaxis] < self.crossover) & (share[..., :dim] < 0.5)
        children = simulated_binary(one, two, share[..., dim : 2 * dim], crossed, self.crossover_index, box)
        swap = crossed & (share[..., 2 * dim :] < 0.5)
        both = np.concatenate(
            [np.where(swap, children[1], children[0]), np.where(swap, children[0], children[1])], axis=1
        )
        moves = u[..., 5 + 3 * dim :]
        chance, size = (
            np.concatenate([moves[..., k * dim : (k + 1) * dim], moves[..., (k + 1) * dim : (k + 2) * dim]], axis=1)
            for k in (0, 2)
        )
        return polynomial_mutation(both, size, chance < 1.0 / dim, self.mutation_index, box)

    def tell(self, x: FloatArray, fx: FloatArray, gx: FloatArray | None = None, /) -> None:
        """Store the objectives `(batch,)` or `(batch, 2)`, and constraints `(batch, k)`."""
        self._told_violation = None if gx is None else np.maximum(gx, 0.0).sum(axis=-1)
        super().tell(x, fx)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Keep the best half of parents and children."""
        several = fx if fx.ndim == 3 else fx[..., np.newaxis]
        told = self._told_violation
        violation = np.zeros(several.shape[:2]) if told is None else told.reshape(several.shape[:2])
        if self.x.size:
            x, several, violation = (
                np.concatenate([old, new], axis=1)
                for old, new in ((self.x, x), (self.fx, several), (self.violation, violation))
            )
        front = fronts(several, violation, self.population)
        apart = crowding(several, front)
        best = np.lexsort((-apart, front))[:, : self.population]
        self.x, self.fx = rows_at(x, best), rows_at(several, best)
        self.violation, self.apart = entries_at(violation, best), entries_at(apart, best)
        self.front = entries_at(front, best)

    def _winner(self, first: FloatArray, second: FloatArray) -> IntArray:
        """Return which of two random points is in the better front or, in the same front, less crowded."""
        one, two = ((item * self.population).astype(np.intp) for item in (first, second))
        f, g = entries_at(self.front, one), entries_at(self.front, two)
        later = (g < f) | ((g == f) & (entries_at(self.apart, two) > entries_at(self.apart, one)))
        return np.where(later, two, one)
