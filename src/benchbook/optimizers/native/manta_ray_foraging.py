"""Manta ray foraging optimization (MRFO)."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Ge, Gt

from benchbook.optimizers.native.parts.base import NativeOptimizer, best_row
from benchbook.optimizers.native.parts.repair import RULES, Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray


class MantaRayForaging(NativeOptimizer):
    """Manta rays forage in a chain, in a cyclone around the best or a random position, and by somersaults.

    In each iteration every ray moves once by chain or cyclone foraging and once by a somersault; a move is accepted
    only if it improves the ray. Cyclones turn around random positions early in the run, and around the best ray later.
    The somersault, eq. (8), multiplies coordinates by random numbers, which biases the search towards the origin: the
    method looks better than it is on functions whose optimum is there.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        max_evaluations: Budget of the run, >= 1; the schedule t/T of the paper depends on it.
        population: Number of manta rays (N in the paper); 30 does well on BBOB from 2 to 20 dimensions.
        somersault: Somersault factor, the range of the somersaults (S in the paper).
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Zhao, W., Zhang, Z., & Wang, L. (2020). Manta ray foraging optimization: An effective bio-inspired optimizer
        for engineering applications. Engineering Applications of Artificial Intelligence 87, 103300.
        https://doi.org/10.1016/j.engappai.2019.103300

    Examples:
        >>> import benchbook as bb
        >>> record = bb.run("manta_ray_foraging", "sphere", dim=2, instance=1, seed=1, budget=1000)
        >>> record.precision < 1e-2
        True
    """

    name: ClassVar[str] = "manta_ray_foraging"
    anytime: ClassVar[bool] = False
    state: ClassVar[tuple[str, ...]] = ("x", "fx", "best")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        max_evaluations: int,
        population: Annotated[int, Ge(2)] = 30,
        somersault: Annotated[float, Gt(0)] = 2.0,
        repair: Repair = "clip",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.population = population
        self.somersault = somersault
        self.repair = RULES[repair]
        self.iterations = max(1, math.ceil((max_evaluations - population) / (2 * population)))  # T
        self.iteration = 0  # t; 0 is the initial random population
        self.somersaulting = False
        self.x = np.empty((0, 0, 0))  # (runs, population, dim)
        self.fx = np.empty((0, 0))  # (runs, population)
        self.best = np.empty((0, 1, 0))  # (runs, 1, dim)

    def propose(self) -> FloatArray:
        """Return the positions that the rays try next."""
        if self.iteration == 0:
            return self.uniform(self.population)
        moved = self._somersault() if self.somersaulting else self._forage()
        return self.repair(moved, self.lower, self.upper)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Accept the moves that improve, and update the best ray."""
        if self.iteration == 0:
            self.x, self.fx = x.copy(), fx.copy()
            self.iteration = 1
        else:
            better = fx < self.fx
            np.copyto(self.x, x, where=better[..., np.newaxis])
            np.copyto(self.fx, fx, where=better)
            self.iteration += self.somersaulting
            self.somersaulting = not self.somersaulting
        self.best = best_row(self.x, self.fx)

    def _forage(self) -> FloatArray:
        """Move each ray by chain foraging, eqs. (1)-(2), or cyclone foraging, eqs. (4)-(7), equally likely."""
        x, best, dim = self.x, self.best, self.dim
        u = self.streams.random(self.population, 2 * dim + 3)
        np.subtract(1.0, u, out=u)  # in (0, 1], for the logarithm
        r = u[..., :dim]
        r1 = u[..., 2 * dim, np.newaxis]
        cyclone = u[..., 2 * dim + 1, np.newaxis] <= 0.5
        explore = u[..., 2 * dim + 2, np.newaxis] >= self.iteration / self.iterations

        alpha = np.log(r)
        np.negative(alpha, out=alpha)
        np.sqrt(alpha, out=alpha)
        alpha *= 2.0 * r  # eq. (2)
        remaining = (self.iterations - self.iteration + 1) / self.iterations
        beta = 2.0 * np.exp(r1 * remaining) * np.sin(2.0 * np.pi * r1)  # eq. (5)
        anywhere = u[..., dim : 2 * dim] * (self.upper - self.lower)
        anywhere += self.lower  # eq. (6)

        centre = np.where(cyclone & explore, anywhere, best)
        # Eqs. (1), (4) and (7) have one form: start + r (before - x) + weight (centre - x)
        moved = np.empty_like(x)
        # The first ray of the chain has no predecessor and follows the centre.
        np.subtract(centre[:, :1], x[:, :1], out=moved[:, :1])
        np.subtract(x[:, :-1], x[:, 1:], out=moved[:, 1:])
        moved *= r
        moved += np.where(cyclone, centre, x)
        np.copyto(alpha, beta, where=cyclone)
        centre -= x
        centre *= alpha
        moved += centre
        return moved

    def _somersault(self) -> FloatArray:
        """Move each ray by somersault foraging, eq. (8)."""
        r2_r3 = self.streams.random(self.population, 2)
        r2, r3 = r2_r3[..., :1], r2_r3[..., 1:]
        moved = r2 * self.best
        moved -= r3 * self.x
        moved *= self.somersault
        moved += self.x
        return moved
