"""SHADE with linear population size reduction (L-SHADE)."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from benchbook.optimizers.native.parts.base import entries_at, other_rows, rows_at
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.optimizers.native.success_history_de import SuccessHistoryDE
from benchbook.typing import FloatArray, IntArray

PER_VARIABLE = 18  # points per variable in the first population
TERMINAL = -math.inf  # marks a final entry of memory_CR; every draw around it is cut to CR = 0


class LShade(SuccessHistoryDE):
    """Success-history differential evolution whose population shrinks linearly over the run.

    A large initial population explores, and the few points left at the end converge: after each generation the worst
    points are removed, until four are left at the end of the budget.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        max_evaluations: Budget of the run, >= 1; the population shrinks over it.
        population: Size of the initial population (N_init); None: 18 dim.
        smallest: Size of the final population (N_min).
        memory: Entries of the success history (H).
        archive: Size of the archive, as a multiple of the population (r_arc).
        greediness: Share of the population from which pbest is drawn (p); at least two points.
        repair: Rule for variables outside the box: halfway (between the bound and the parent, as in the paper),
            clip, reflect or wrap.

    References:
        Tanabe, R., & Fukunaga, A. (2014). Improving the search performance of SHADE using linear population size
        reduction. Proc. IEEE CEC, 1658-1665. https://doi.org/10.1109/CEC.2014.6900380

        Tanabe, R., & Fukunaga, A. (2013). Success-history based parameter adaptation for differential evolution.
        Proc. IEEE CEC, 71-78. https://doi.org/10.1109/CEC.2013.6557555

    Examples:
        >>> import benchbook as bb
        >>> bb.run("l_shade", "sphere", dim=2, instance=1, seed=1, budget=3000).precision < 1e-8
        True
    """

    name: ClassVar[str] = "l_shade"
    anytime: ClassVar[bool] = False

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        max_evaluations: int,
        population: Annotated[int, Ge(4)] | None = None,
        smallest: Annotated[int, Ge(4)] = 4,
        memory: Annotated[int, Ge(1)] = 6,
        archive: Annotated[float, Gt(0), Le(10)] = 2.6,
        greediness: Annotated[float, Gt(0), Le(1)] = 0.11,
        repair: Literal["halfway", "clip", "reflect", "wrap"] = "halfway",
    ) -> None:
        """Set up; see the class."""
        first = PER_VARIABLE * len(lower) if population is None else population
        super().__init__(lower, upper, rng, population=first, memory=memory, archive=archive, repair=repair)
        self.max_evaluations = max_evaluations
        self.first, self.smallest = first, min(smallest, first)
        self.per_point = archive
        self.greediness = greediness
        self.spent = 0  # evaluations told so far (NFE), the same for all runs

    def propose(self) -> FloatArray:
        """Return a trial for each point."""
        if not self.pool.size:
            return self.uniform(self.population)
        N, dim = self.population, self.dim
        u = self.streams.random(N, dim + 6)
        crossing, (forced, chance, history, rank, first, second) = u[..., :dim], np.moveaxis(u[..., dim:], -1, 0)
        self._draw_F_CR((history * self.memory).astype(np.intp), chance)

        among = max(2, _nearest(self.greediness * N))
        order: IntArray = self.fx.argsort(axis=-1, kind="stable")
        pbest = entries_at(order, (rank * among).astype(np.intp))
        (r1,) = other_rows(first[..., np.newaxis], N)
        r2 = self._anyone_else(second, r1)

        return self._trials(crossing, forced, pbest, r1, r2)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Select and update the history as in SHADE, then shrink the population."""
        super().learn(x, fx)
        self.spent += self.population
        share = self.spent / self.max_evaluations
        # N = round((N_min - N_init) NFE / MAX_NFE + N_init)
        planned = max(self.smallest, _nearest((self.smallest - self.first) * share + self.first))
        if planned < self.population:
            self._shrink(planned)

    def _shrink(self, population: int) -> None:
        """Remove the worst points, and random points of the archive until it fits its new size."""
        N, size = self.population, max(1, round(self.per_point * population))
        best = np.sort(self.fx.argsort(axis=-1, kind="stable")[:, :population], axis=-1)
        order = self.streams.random(self.archive)
        order[np.arange(self.archive) >= self.archived] = 2.0  # empty slots last
        in_archive = N + order.argsort(axis=-1, kind="stable")[:, :size]
        self.pool = rows_at(self.pool, np.concatenate([best, in_archive], axis=-1))
        self.fx = entries_at(self.fx, best)
        self.archived = np.minimum(self.archived, size)
        self.population, self.archive = population, size

    def _mean_CR(self, w: FloatArray, CR: FloatArray, before: FloatArray) -> FloatArray:  # noqa: N802  # the paper's symbols
        """Return the Lehmer mean; an entry becomes final once only CR = 0 has succeeded."""
        wCR = w * CR
        total = np.add.reduce(wCR, axis=-1)
        squares = np.add.reduce(wCR * CR, axis=-1)
        mean = np.divide(squares, total, out=np.full_like(total, TERMINAL), where=total > 0.0)
        return np.where(before == TERMINAL, TERMINAL, mean)


def _nearest(number: float) -> int:
    """Return the nearest integer, with halves rounded up."""
    return math.floor(number + 0.5)
