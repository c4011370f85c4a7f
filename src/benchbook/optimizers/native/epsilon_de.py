"""Differential evolution with the epsilon constraint method."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Le

from benchbook.optimizers.native.differential_evolution import DifferentialEvolution
from benchbook.optimizers.native.parts.repair import Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray


class EpsilonDE(DifferentialEvolution):
    """Differential evolution that tolerates constraint violations at first, and fewer in each generation.

    If both violations are within the tolerance, the lower value wins; otherwise the smaller violation does. The
    tolerance begins at a quantile of the first population's violations, and reaches 0 after a fifth of the run.

    The gradient-based mutation of the paper is left out, as there are no gradients; crossover is binomial.
    Without constraints this is plain differential evolution.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        max_evaluations: Budget of the run, >= 1; the tolerance decreases over it.
        population: Number of points (N).
        weight: Weight of the differences (F).
        crossover: Probability that a variable is taken from the mutant (CR); at least one always is.
        tolerated: Share of the first population whose violations are within the initial tolerance (theta / N).
        closing: Share of the run after which nothing is tolerated (T_c / T_max).
        power: Exponent of the decreasing tolerance (cp).
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Takahama, T., & Sakai, S. (2006). Constrained optimization by the epsilon constrained differential evolution
        with gradient-based mutation and feasible elites. IEEE Congress on Evolutionary Computation, 1-8.
        https://doi.org/10.1109/CEC.2006.1688283

    Examples:
        >>> import benchbook as bb
        >>> bb.run("epsilon_de", "bbob_constrained_f1", dim=2, seed=1, budget=6000).precision < 1e-3
        True
    """

    name: ClassVar[str] = "epsilon_de"
    anytime: ClassVar[bool] = False
    can: ClassVar[frozenset[str]] = frozenset({"constraints"})
    state: ClassVar[tuple[str, ...]] = ("x", "fx", "best", "violation", "first")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        max_evaluations: int,
        population: Annotated[int, Ge(4)] = 40,
        weight: Annotated[float, Gt(0), Le(2)] = 0.7,
        crossover: Annotated[float, Ge(0), Le(1)] = 0.9,
        tolerated: Annotated[float, Ge(0), Le(1)] = 0.2,
        closing: Annotated[float, Ge(0), Le(1)] = 0.2,
        power: Annotated[float, Gt(0)] = 5.0,
        repair: Repair = "reflect",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng, population=population, weight=weight, crossover=crossover, repair=repair)
        self.tolerated = tolerated
        self.power = power
        self.generation = 0
        self.last_tolerant = closing * max_evaluations / population
        self.violation: FloatArray = np.empty((0, 0))  # (runs, population)
        self.first: FloatArray = np.empty((0, 1))  # (runs, 1): the initial tolerance
        self._told_violation: FloatArray | None = None

    def tell(self, x: FloatArray, fx: FloatArray, gx: FloatArray | None = None, /) -> None:
        """Store the values `(batch,)` and constraints `(batch, k)`."""
        self._told_violation = None if gx is None else np.maximum(gx, 0.0).sum(axis=-1)
        super().tell(x, fx)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Replace each point whose trial is no worse at the current tolerance."""
        told = self._told_violation
        violation = np.zeros(fx.shape) if told is None else told.reshape(fx.shape)
        if not self.x.size:
            self.x, self.fx, self.violation = x.copy(), fx.copy(), violation
            rank = min(int(self.tolerated * self.population), self.population - 1)
            self.first = np.sort(violation, axis=-1)[:, rank, np.newaxis]
            return
        self.generation += 1
        left = max(0.0, 1.0 - self.generation / self.last_tolerant) if self.last_tolerant > 0.0 else 0.0
        epsilon = np.where(np.isfinite(self.first), self.first, 0.0) * left**self.power
        by_value = (np.maximum(violation, self.violation) <= epsilon) | (violation == self.violation)
        chosen = np.where(by_value, fx <= self.fx, violation < self.violation)
        np.copyto(self.x, x, where=chosen[..., np.newaxis])
        np.copyto(self.fx, fx, where=chosen)
        np.copyto(self.violation, violation, where=chosen)
