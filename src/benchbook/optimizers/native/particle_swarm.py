"""Particle swarm optimization (PSO) with constriction."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Lt

from benchbook.optimizers.native.parts.base import NativeOptimizer, best_row, rows_at
from benchbook.optimizers.native.parts.repair import RULES, Repair
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray


class ParticleSwarm(NativeOptimizer):
    """Particles move with inertia, attracted by their own best position and by the best position of their neighbours.

    The defaults are Clerc and Kennedy's constriction coefficients for phi = 4.1, written as an inertia weight. If the
    repair rule moves a variable back into the box, its velocity is set to 0.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        population: Number of particles.
        inertia: Share of the velocity that is kept (chi, or w).
        cognitive: Attraction by the particle's own best position (c1; chi * phi1).
        social: Attraction by the neighbours' best position (c2; chi * phi2).
        clamp: Largest velocity of a variable, as a share of the box's width (vmax).
        neighbours: Which particles inform it: the whole swarm (gbest), or itself and its two neighbours in a ring
            (lbest), which is slower but stagnates less.
        repair: Rule for variables outside the box: clip, reflect or wrap.

    References:
        Kennedy, J., & Eberhart, R. (1995). Particle swarm optimization. Proc. ICNN'95, 1942-1948.
        https://doi.org/10.1109/ICNN.1995.488968

        Clerc, M., & Kennedy, J. (2002). The particle swarm - explosion, stability, and convergence in a
        multidimensional complex space. IEEE Transactions on Evolutionary Computation 6(1), 58-73.
        https://doi.org/10.1109/4235.985692

        Bratton, D., & Kennedy, J. (2007). Defining a standard for particle swarm optimization. Proc. IEEE Swarm
        Intelligence Symposium, 120-127. https://doi.org/10.1109/SIS.2007.368035

    Examples:
        >>> import benchbook as bb
        >>> bb.run("particle_swarm", "sphere", dim=2, instance=1, seed=1, budget=3000).precision < 1e-4
        True
    """

    name: ClassVar[str] = "particle_swarm"
    anytime: ClassVar[bool] = True
    state: ClassVar[tuple[str, ...]] = ("x", "v", "p", "fp", "leader")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        population: Annotated[int, Ge(1)] = 50,
        inertia: Annotated[float, Ge(0), Lt(1)] = 0.72984,
        cognitive: Annotated[float, Ge(0)] = 1.496172,
        social: Annotated[float, Ge(0)] = 1.496172,
        clamp: Annotated[float, Gt(0)] = 0.5,
        neighbours: Literal["all", "ring"] = "all",
        repair: Repair = "clip",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        self.population = population
        self.inertia = inertia
        self.pull = np.array([cognitive, social])[:, np.newaxis, np.newaxis]
        self.fastest = clamp * (self.upper - self.lower)
        self.neighbours = neighbours
        self.repair = RULES[repair]
        self.x = np.empty((0, 0, 0))  # positions (runs, population, dim)
        self.v = np.empty((0, 0, 0))  # velocities
        self.p = np.empty((0, 0, 0))  # best position of each particle
        self.fp = np.empty((0, 0))  # its value (runs, population)
        self.leader = np.empty((0, 0, 0))  # best position of the neighbours (runs, population or 1, dim)

    def propose(self) -> FloatArray:
        """Move the particles by their velocities."""
        if not self.x.size:
            self.x = self.uniform(self.population)
            self.v = 0.5 * (self.uniform(self.population) - self.x)
            return self.x
        x, v = self.x, self.v
        r = self.streams.random(2, self.population, self.dim)
        r *= self.pull  # c1 r1 and c2 r2
        # v = w v + c1 r1 (p - x) + c2 r2 (leader - x)
        step = self.p - x
        step *= r[:, 0]
        v *= self.inertia
        v += step
        np.subtract(self.leader, x, out=step)
        step *= r[:, 1]
        v += step
        np.maximum(v, -self.fastest, out=v)
        np.minimum(v, self.fastest, out=v)
        moved = np.add(x, v, out=step)
        self.x = self.repair(moved, self.lower, self.upper)
        v *= self.x == moved
        return self.x

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Update the best positions."""
        if not self.p.size:
            self.p, self.fp = x.copy(), fx.copy()
        else:
            better = fx < self.fp
            np.copyto(self.p, x, where=better[..., np.newaxis])
            np.copyto(self.fp, fx, where=better)
        self.leader = best_row(self.p, self.fp) if self.neighbours == "all" else self._best_in_ring()

    def _best_in_ring(self) -> FloatArray:
        """Return the best position among each particle and its two neighbours in the ring."""
        here = np.arange(self.population)
        ring = np.stack((here - 1, here, (here + 1) % self.population)) % self.population  # (3, population)
        which = self.fp[:, ring].argmin(axis=1)  # (runs, population)
        return rows_at(self.p, ring[which, here])
