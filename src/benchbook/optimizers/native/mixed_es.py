"""Mixed-integer evolution strategy (MIES)."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge

from benchbook.optimizers.native.parts.base import NativeOptimizer, rows_at
from benchbook.optimizers.native.parts.repair import RULES, Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray, IntArray
from benchbook.variables import Variable


class MixedES(NativeOptimizer):
    """An evolution strategy with one step size per variable: a standard deviation, or a probability of another choice.

    Each child takes each variable from one of two parents, and the mean of their step sizes. The step sizes are mutated
    first and then used to mutate the variables: real ones by normal steps, integers by the difference of two geometric
    numbers, and categorical ones by another choice, uniformly. The best children are the next parents; with
    constraints, a smaller violation comes first.

    In the paper the mean step of an integer is at least 1. Here it is at least 1 / (number of integers), so that
    several integers can stay unchanged at the same time.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        variables: The problem's variables, if some are not real.
        parents: Number of parents (mu).
        children: Number of children (lambda), all of which replace the parents.
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Li, R., Emmerich, M. T. M., Eggermont, J., Bäck, T., Schütz, M., Dijkstra, J., & Reiber, J. H. C. (2013). Mixed
        integer evolution strategies for parameter optimization. Evolutionary Computation 21(1), 29-64.
        https://doi.org/10.1162/EVCO_a_00059

        Rudolph, G. (1994). An evolutionary algorithm for integer programming. Parallel Problem Solving from Nature
        (PPSN III), 139-148. https://doi.org/10.1007/3-540-58484-6_258

    Examples:
        >>> import benchbook as bb
        >>> bb.run("mixed_es", "mixed_sphere", dim=6, instance=1, seed=1, budget=3000).precision < 1e-3
        True
    """

    name: ClassVar[str] = "mixed_es"
    anytime: ClassVar[bool] = True
    can: ClassVar[frozenset[str]] = frozenset({"constraints", "integers", "categories"})
    state: ClassVar[tuple[str, ...]] = ("x", "steps", "made")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        variables: tuple[Variable, ...] = (),
        parents: Annotated[int, Ge(1)] = 4,
        children: Annotated[int, Ge(2)] = 28,
        repair: Repair = "reflect",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.parents = min(parents, children)
        self.children = children
        self.repair = RULES[repair]
        kinds = [item.kind for item in variables] or ["real"] * self.dim
        self._integer = np.array([kind == "integer" for kind in kinds])
        self._categorical = np.array([kind == "categorical" for kind in kinds])
        self._whole = self._integer | self._categorical
        # Learning rates depend on the number of variables of a kind.
        counts = np.array([kinds.count(kind) for kind in kinds], dtype=np.float64)
        self._common = 1.0 / np.sqrt(2.0 * counts)  # tau_g
        self._own = 1.0 / np.sqrt(2.0 * np.sqrt(counts))  # tau_l
        self._least = np.where(
            self._categorical, 1.0 / (3.0 * counts), np.where(self._integer, 1.0 / counts, 1e-14 * self._width)
        )
        self._most = np.where(self._categorical, 0.5, 0.5 * self._width)
        self.x: FloatArray = np.empty((0, 0, 0))  # (runs, parents, dim)
        self.steps: FloatArray = np.empty((0, 0, 0))  # (runs, parents, dim)
        self.made: FloatArray = np.empty((0, 0, 0))  # (runs, children, dim): step sizes of the proposed points
        self._violation: FloatArray | None = None

    @property
    def _width(self) -> FloatArray:
        width: FloatArray = self.upper - self.lower
        return width

    def propose(self) -> FloatArray:
        """Return the children."""
        if not self.x.size:
            u = self.streams.random(self.children, self.dim)
            whole = np.minimum(self.lower + np.floor(u * (self._width + 1.0)), self.upper)
            first = np.clip(np.where(self._categorical, 0.5, 0.1 * self._width), self._least, self._most)
            self.made = np.tile(first, (len(self.streams), self.children, 1))
            return np.where(self._whole, whole, self.lower + u * self._width)
        couples: IntArray = (self.streams.random(2, self.children) * self.parents).astype(np.intp)
        from_first = self.streams.random(self.children, self.dim) < 0.5
        x = np.where(from_first, rows_at(self.x, couples[:, 0]), rows_at(self.x, couples[:, 1]))
        self.made = self._mutated_steps(0.5 * (rows_at(self.steps, couples[:, 0]) + rows_at(self.steps, couples[:, 1])))
        return self._mutated(x)

    def _mutated_steps(self, steps: FloatArray) -> FloatArray:
        change = self._common * self.streams.normal(self.children, 1) + self._own * self.streams.normal(
            self.children, self.dim
        )
        factor = np.exp(change)
        mutated = steps * factor
        if self._categorical.any():
            odds = steps / (1.0 - np.minimum(steps, 0.5)) * factor  # odds of another choice
            mutated = np.where(self._categorical, odds / (1.0 + odds), mutated)
        limited: FloatArray = np.clip(mutated, self._least, np.maximum(self._least, self._most))
        return limited

    def _mutated(self, x: FloatArray) -> FloatArray:
        moved = x + self.made * self.streams.normal(self.children, self.dim)
        if self._whole.any():
            u = self.streams.random(2, self.children, self.dim)
            if self._integer.any():
                moved = np.where(self._integer, x + _difference(u, np.where(self._integer, self.made, 1.0)), moved)
            moved = np.where(self._categorical, x, moved)
        moved = self.repair(moved, self.lower, self.upper)
        if self._categorical.any():
            # Another choice: an offset from the current one, modulo their number.
            ahead = 1.0 + np.floor(u[:, 1] * self._width)
            other = self.lower + np.mod(x - self.lower + np.minimum(ahead, self._width), self._width + 1.0)
            moved = np.where(self._categorical & (u[:, 0] < self.made), other, moved)
        return np.where(self._whole, np.rint(moved), moved)

    def tell(self, x: FloatArray, fx: FloatArray, gx: FloatArray | None = None, /) -> None:
        """Store the values `(batch,)` and constraints `(batch, k)`."""
        self._violation = None if gx is None else np.maximum(gx, 0.0).sum(axis=-1)
        super().tell(x, fx)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Select the best children as the next parents."""
        if self._violation is None:
            order = fx.argsort(axis=-1, kind="stable")
        else:
            order = np.lexsort((fx, self._violation.reshape(fx.shape)), axis=-1)
        best = order[:, : self.parents]
        self.x, self.steps = rows_at(x, best), rows_at(self.made, best)


def _difference(u: FloatArray, mean: FloatArray) -> FloatArray:
    """Return differences of two geometric random numbers, with a mean absolute value of about `mean`.

    Args:
        u: Uniform numbers in [0, 1), shape `(runs, 2, children, dim)`.
        mean: Shape `(runs, children, dim)`.

    References:
        Rudolph (1994), see the class; eq. (4) of Li et al. (2013).
    """
    share = 1.0 - mean / (1.0 + np.sqrt(1.0 + mean * mean))
    geometric = np.floor(np.log(1.0 - u) / np.log(1.0 - share)[:, np.newaxis])
    difference: FloatArray = geometric[:, 0] - geometric[:, 1]
    return difference
