"""Simulated annealing (SA) with several chains."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Le, Lt

from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.optimizers.native.parts.repair import RULES, Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray


class SimulatedAnnealing(NativeOptimizer):
    """Random walks that accept better points always, and worse points less often as the temperature decreases.

    A batch is one step of each of several independent chains, so each chain makes max_evaluations / chains steps. They
    share a temperature that decreases geometrically over the run, from half the range of the chains' first values.
    Steps are normally distributed in all variables; each chain adapts its step size towards an acceptance rate.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        max_evaluations: Budget of the run, >= 1; the temperature decreases over it.
        chains: Number of chains.
        cooling: Final temperature, as a share of the initial one.
        step: Initial standard deviation of the steps, as a share of the box's width.
        acceptance: Acceptance rate towards which the step size is adapted.
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Kirkpatrick, S., Gelatt, C. D., & Vecchi, M. P. (1983). Optimization by simulated annealing. Science 220,
        671-680. https://doi.org/10.1126/science.220.4598.671

        Corana, A., Marchesi, M., Martini, C., & Ridella, S. (1987). Minimizing multimodal functions of continuous
        variables with the "simulated annealing" algorithm. ACM Transactions on Mathematical Software 13(3), 262-280.
        https://doi.org/10.1145/29380.29864

    Examples:
        >>> import benchbook as bb
        >>> bb.run("simulated_annealing", "sphere", dim=2, instance=1, seed=1, budget=3000).precision < 1e-2
        True
    """

    name: ClassVar[str] = "simulated_annealing"
    anytime: ClassVar[bool] = False
    state: ClassVar[tuple[str, ...]] = ("x", "fx", "steps", "hottest")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        max_evaluations: int,
        chains: Annotated[int, Ge(1)] = 10,
        cooling: Annotated[float, Gt(0), Le(1)] = 1e-8,
        step: Annotated[float, Gt(0), Le(1)] = 0.1,
        acceptance: Annotated[float, Gt(0), Lt(1)] = 0.25,
        repair: Repair = "reflect",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.chains = chains
        self.cooling = cooling
        self.step = step
        self.acceptance = acceptance
        self.repair = RULES[repair]
        self.iterations = max(1, math.ceil(max_evaluations / chains) - 1)
        self.iteration = 0
        self.x = np.empty((0, 0, 0))  # (runs, chains, dim)
        self.fx = np.empty((0, 0))  # (runs, chains)
        self.steps = np.empty((0, 0))  # (runs, chains)
        self.hottest = np.empty((0, 1))  # initial temperature (runs, 1)

    def propose(self) -> FloatArray:
        """Return one step of each chain."""
        if not self.x.size:
            return self.uniform(self.chains)
        moved = self.streams.normal(self.chains, self.dim)
        moved *= self.steps[..., np.newaxis]
        moved *= self.upper - self.lower
        moved += self.x
        return self.repair(moved, self.lower, self.upper)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Accept by the Metropolis criterion, cool down, and adapt the step sizes."""
        if not self.x.size:
            self.x, self.fx = x.copy(), fx.copy()
            self.steps = np.full(fx.shape, self.step)
            self.hottest = _half_range(fx)
            return
        temperature = self.hottest * self.cooling ** (self.iteration / self.iterations)
        accepted = self.streams.random(self.chains) < _probability(fx, self.fx, temperature)
        np.copyto(self.x, x, where=accepted[..., np.newaxis])
        np.copyto(self.fx, fx, where=accepted)
        # At the target rate the expected change is 0: up by 1 - rate, down by rate.
        self.steps *= np.exp((accepted - self.acceptance) / math.sqrt(self.dim))
        np.clip(self.steps, 1e-14, 0.5, out=self.steps)
        self.iteration += 1


def _probability(new: FloatArray, old: FloatArray, temperature: FloatArray) -> FloatArray:
    """Return min(1, exp(-(new - old) / T)); 1 where both values are infinite."""
    with np.errstate(over="ignore"):  # an infinite rise is never accepted
        rise = np.subtract(new, old, out=np.zeros_like(new), where=new > old)
        rise /= -temperature
    return np.exp(rise, out=rise)


def _half_range(fx: FloatArray) -> FloatArray:
    """Return half the range of the finite values of each run, shape `(runs, 1)`; 1 if there is none."""
    finite = np.isfinite(fx)
    highest = np.max(fx, axis=-1, keepdims=True, where=finite, initial=-np.inf)
    lowest = np.min(fx, axis=-1, keepdims=True, where=finite, initial=np.inf)
    spread = np.where(highest > lowest, 0.5 * highest - 0.5 * lowest, 0.0)
    return np.where(spread > 0.0, spread, 1.0)
