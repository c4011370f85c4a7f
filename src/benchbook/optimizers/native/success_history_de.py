"""Success-history based adaptive differential evolution (SHADE)."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from benchbook.optimizers.native.parts.base import NativeOptimizer, entries_at, other_rows, rows_at
from benchbook.optimizers.native.parts.repair import RULES, halfway
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray, IntArray

SPREAD = 0.1  # scale of the Cauchy draws of F, standard deviation of the normal draws of CR
GREEDIEST = 0.2  # largest share of the population from which pbest is drawn


class SuccessHistoryDE(NativeOptimizer):
    """Differential evolution that draws F and CR for each trial, around values that were successful before.

    Mutation is current-to-pbest/1 with an archive of replaced points.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        population: Number of points (N).
        memory: Entries of the success history (H): 6, as in L-SHADE. One entry is updated per generation, so a history
            as long as the population, as in the first paper, adapts slowly.
        archive: Size of the archive, as a multiple of the population (|A| / N).
        repair: Rule for variables outside the box: halfway (between the bound and the parent, as in the paper),
            clip, reflect or wrap.

    References:
        Tanabe, R., & Fukunaga, A. (2013). Success-history based parameter adaptation for differential evolution.
        Proc. IEEE CEC, 71-78. https://doi.org/10.1109/CEC.2013.6557555

        Tanabe, R., & Fukunaga, A. (2014). Improving the search performance of SHADE using linear population size
        reduction. Proc. IEEE CEC, 1658-1665. https://doi.org/10.1109/CEC.2014.6900380

        Zhang, J., & Sanderson, A. C. (2009). JADE: adaptive differential evolution with optional external archive.
        IEEE Transactions on Evolutionary Computation 13(5), 945-958. https://doi.org/10.1109/TEVC.2009.2014613

    Examples:
        >>> import benchbook as bb
        >>> bb.run("success_history_de", "sphere", dim=2, instance=1, seed=1, budget=3000).precision < 1e-4
        True
    """

    name: ClassVar[str] = "success_history_de"
    anytime: ClassVar[bool] = True
    state: ClassVar[tuple[str, ...]] = ("pool", "fx", "archived", "memory_F", "memory_CR", "entry", "F", "CR")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        population: Annotated[int, Ge(4)] = 50,
        memory: Annotated[int, Ge(1)] = 6,
        archive: Annotated[float, Gt(0), Le(10)] = 1.0,
        repair: Literal["halfway", "clip", "reflect", "wrap"] = "halfway",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.population = population
        self.memory = memory
        self.archive = max(1, round(archive * population))
        self.repair = RULES.get(repair)  # None: halfway
        runs = len(self.streams)
        self.pool = np.empty((0, 0, 0))  # population, then archive (runs, population + archive, dim)
        self.fx = np.empty((0, 0))  # (runs, population)
        self.archived = np.zeros((runs, 1), dtype=np.intp)  # points in the archive
        self.memory_F = np.full((runs, memory), 0.5)
        self.memory_CR = np.full((runs, memory), 0.5)
        self.entry = np.zeros(runs, dtype=np.intp)  # k, the entry to update next
        self.F = np.empty((0, 0))  # of the last trials (runs, population)
        self.CR = np.empty((0, 0))

    def propose(self) -> FloatArray:
        """Return a trial for each point."""
        if not self.pool.size:
            return self.uniform(self.population)
        N, dim = self.population, self.dim
        u = self.streams.random(N, dim + 7)
        crossing, (forced, chance, history, greed, rank, first, second) = u[..., :dim], np.moveaxis(u[..., dim:], -1, 0)
        self._draw_F_CR((history * self.memory).astype(np.intp), chance)

        among = np.maximum(2.0, N * (2.0 / N + greed * (GREEDIEST - 2.0 / N)))  # N p_i, p_i from 2/N to 0.2
        order: IntArray = self.fx.argsort(axis=-1, kind="stable")
        pbest = entries_at(order, (rank * among).astype(np.intp))
        (r1,) = other_rows(first[..., np.newaxis], N)
        r2 = self._anyone_else(second, r1)

        return self._trials(crossing, forced, pbest, r1, r2)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Replace points whose trials are no worse, archive the parents of better trials, and update the history."""
        N = self.population
        if not self.pool.size:
            self.pool = np.zeros((len(x), N + self.archive, self.dim))
            self.pool[:, :N] = x
            self.fx = fx.copy()
            return
        success = fx < self.fx
        chosen = fx <= self.fx
        self._put_into_archive(success)
        self._remember(success, fx)
        np.copyto(self.pool[:, :N], x, where=chosen[..., np.newaxis])
        np.copyto(self.fx, fx, where=chosen)

    def _trials(
        self, crossing: FloatArray, forced: FloatArray, pbest: IntArray, r1: IntArray, r2: IntArray
    ) -> FloatArray:
        """Return the trials of current-to-pbest/1 and binomial crossover, brought back into the box."""
        x = self.pool[:, : self.population]
        # eq. (7): v = x + F (x_pbest - x) + F (x_r1 - x_r2)
        mutant = rows_at(self.pool, pbest)
        mutant -= x
        mutant += rows_at(self.pool, r1)
        mutant -= rows_at(self.pool, r2)
        mutant *= self.F[..., np.newaxis]
        mutant += x
        inherited = crossing < self.CR[..., np.newaxis]
        inherited |= np.arange(self.dim) == (forced[..., np.newaxis] * self.dim).astype(np.intp)
        trial = np.where(inherited, mutant, x)
        if self.repair is None:
            return halfway(trial, x, self.lower, self.upper)
        return self.repair(trial, self.lower, self.upper)

    def _draw_F_CR(self, history: IntArray, chance: FloatArray) -> None:  # noqa: N802  # the paper's symbols
        """Draw around the values in the history: CR normal, clipped to [0, 1]; F Cauchy, above 0 and clipped at 1.

        The paper repeats the draw of F until it is above 0; here the distribution is truncated at 0 instead.
        """
        mean = entries_at(self.memory_CR, history)
        self.CR = np.minimum(np.maximum(mean + SPREAD * self.streams.normal(self.population), 0.0), 1.0)
        centre = entries_at(self.memory_F, history)
        above = np.arctan(centre / SPREAD) / math.pi + 0.5  # share of the distribution above 0
        F = centre + SPREAD * np.tan(math.pi * (0.5 - above * chance))
        self.F = np.minimum(np.maximum(F, 1e-12), 1.0)

    def _anyone_else(self, u: FloatArray, r1: IntArray) -> IntArray:
        """Return indices into population and archive that are neither the row itself nor r1."""
        own = np.arange(self.population)
        r2 = (u * (self.population - 2 + self.archived)).astype(np.intp)
        r2 += r2 >= np.minimum(own, r1)
        r2 += r2 >= np.maximum(own, r1)
        return r2

    def _put_into_archive(self, success: NDArray[np.bool_]) -> None:
        """Archive the parents of better trials; in a full archive each replaces a random entry."""
        N = self.population
        place = self.archived + success.cumsum(axis=-1) - 1
        anywhere = (self.streams.random(N) * self.archive).astype(np.intp)
        place = np.where(place < self.archive, place, anywhere)
        run, row = np.nonzero(success)
        self.pool[run, N + place[run, row]] = self.pool[run, row]
        self.archived = np.minimum(self.archived + success.sum(axis=-1, keepdims=True), self.archive)

    def _remember(self, success: NDArray[np.bool_], fx: FloatArray) -> None:
        """Store the means of the successful F and CR, weighted by their gains, eqs. (13)-(18)."""
        with np.errstate(over="ignore"):  # an infinite gain has the weight of the largest float
            gain = np.subtract(self.fx, fx, where=success, out=np.zeros_like(fx))
        np.minimum(gain, np.finfo(np.float64).max, out=gain)
        run = np.flatnonzero(success.any(axis=-1))
        w = gain[run] / gain[run].max(axis=-1, keepdims=True)
        F, CR, k = self.F[run], self.CR[run], self.entry[run]
        wF = w * F
        self.memory_CR[run, k] = self._mean_CR(w, CR, self.memory_CR[run, k])
        self.memory_F[run, k] = np.add.reduce(wF * F, axis=-1) / np.add.reduce(wF, axis=-1)  # Lehmer mean
        self.entry[run] = (k + 1) % self.memory

    def _mean_CR(self, w: FloatArray, CR: FloatArray, before: FloatArray) -> FloatArray:  # noqa: N802  # the paper's symbols; a subclass needs the previous value
        """Return the new value of entries of memory_CR."""
        mean: FloatArray = np.add.reduce(w * CR, axis=-1) / np.add.reduce(w, axis=-1)
        return mean
