"""Covariance matrix adaptation evolution strategy (CMA-ES)."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from benchbook.errors import UsageError
from benchbook.optimizers.native.parts.base import NativeOptimizer, entries_at
from benchbook.optimizers.native.parts.cma_restarts import Bipop, Convergence
from benchbook.optimizers.native.parts.repair import RULES
from benchbook.optimizers.native.parts.streams import Streams
from benchbook.typing import FloatArray

MOST_CONDITIONED = 1e14  # largest condition number of C


class CmaEs(NativeOptimizer):
    """Sample a normal distribution whose mean, step size and full covariance matrix adapt to the best points.

    The update is active: the worse half of the points reduces the variance along their directions. Variables are
    scaled so that the box is the unit cube, in which the initial mean is uniform. The distribution itself is
    unbounded: a point outside the box is evaluated where the repair rule maps it, but the update uses the point as
    sampled. The step size never exceeds the box; if all points are equally good, it grows.

    Args:
        lower: Lower bounds, shape `(dim,)`.
        upper: Upper bounds, shape `(dim,)`.
        rng: Generator of the run.
        population: Points per generation (lambda); None: 4 + floor(3 ln dim).
        step: Initial standard deviation, as a share of the box's width (sigma).
        restarts: What happens once the distribution has converged. "none": it continues, and runs advance in
            lockstep; "bipop": it restarts, alternating between a population that doubles each time, and small
            populations with small steps.
        repair: Rule that maps points into the box: reflect or wrap.

    Raises:
        UsageError: Restarts are requested for several runs at once, each of which would need its own population.

    References:
        Hansen, N. (2016). The CMA evolution strategy: a tutorial. https://arxiv.org/abs/1604.00772
        (equation numbers are those of its version 2)

        Hansen, N., & Ros, R. (2010). Benchmarking a weighted negative covariance matrix update on the BBOB-2010
        noiseless testbed. GECCO companion, 1673-1680. https://doi.org/10.1145/1830761.1830788

        Hansen, N. (2009). Benchmarking a BI-population CMA-ES on the BBOB-2009 function testbed. GECCO companion,
        2389-2396. https://doi.org/10.1145/1570256.1570333

    Examples:
        >>> import benchbook as bb
        >>> bb.run("cma_es", "sphere", dim=2, instance=1, seed=1, budget=1000).precision < 1e-8
        True
    """

    name: ClassVar[str] = "cma_es"
    anytime: ClassVar[bool] = True
    state: ClassVar[tuple[str, ...]] = ("mean", "sigma", "C", "B", "D", "p_c", "p_sigma", "y", "squares")

    def __init__(
        self,
        lower: FloatArray,
        upper: FloatArray,
        rng: np.random.Generator | Streams,
        *,
        population: Annotated[int, Ge(2)] | None = None,
        step: Annotated[float, Gt(0), Le(1)] = 0.3,
        restarts: Literal["none", "bipop"] = "none",
        repair: Literal["reflect", "wrap"] = "reflect",
    ) -> None:
        """Set up; see the class."""
        super().__init__(lower, upper, rng)
        if restarts != "none" and len(self.streams) > 1:
            raise UsageError(f"restarts is {restarts!r}, which cannot advance {len(self.streams)} runs together")
        first = 4 + math.floor(3 * math.log(self.dim)) if population is None else population
        self.repair = RULES[repair]
        self.bipop = Bipop(first, step) if restarts == "bipop" else None
        self._start(first, step)

    @classmethod
    def in_lockstep(cls, **settings: object) -> bool:
        """Return whether runs with these settings can advance together: not with restarts."""
        return settings.get("restarts", "none") == "none"

    def propose(self) -> FloatArray:
        """Sample a generation, eqs. (38)-(40), and map it into the box."""
        z = self.streams.normal(self.population, self.dim)
        self.squares = np.add.reduce(z * z, axis=-1)  # |C^(-1/2) y|^2, for eq. (46)
        self.y = z @ (self.B * self.D[:, np.newaxis]).swapaxes(-1, -2)
        x = self.sigma[:, np.newaxis] * self.y
        x += self.mean[:, np.newaxis]
        x *= self.upper - self.lower
        x += self.lower
        return self.repair(x, self.lower, self.upper)

    def learn(self, x: FloatArray, fx: FloatArray) -> None:
        """Update the mean, the step size and the covariance matrix."""
        n, y = self.dim, self.y
        order = fx.argsort(axis=-1, kind="stable")
        weights = self.weights[order.argsort(axis=-1, kind="stable")]  # w_i of each point (runs, lambda)
        y_w = (np.maximum(weights, 0.0)[:, np.newaxis] @ y)[:, 0]  # eq. (41)
        self.mean += self.sigma * y_w  # eq. (42)

        z_w = (y_w[:, np.newaxis] @ self.B)[:, 0] / self.D
        whitened = (z_w[:, np.newaxis] @ self.B.swapaxes(-1, -2))[:, 0]  # C^(-1/2) y_w
        self.p_sigma *= 1.0 - self.c_sigma
        self.p_sigma += math.sqrt(self.c_sigma * (2.0 - self.c_sigma) * self.mu_eff) * whitened  # eq. (43)
        length = np.sqrt(np.add.reduce(self.p_sigma * self.p_sigma, axis=-1, keepdims=True))
        growth = (self.c_sigma / self.d_sigma) * (length / self.chi_n - 1.0)  # eq. (44)

        self.generation += 1
        remaining = math.sqrt(1.0 - (1.0 - self.c_sigma) ** (2 * self.generation))
        h_sigma = (length < (1.4 + 2.0 / (n + 1)) * self.chi_n * remaining).astype(np.float64)
        self.p_c *= 1.0 - self.c_c
        self.p_c += math.sqrt(self.c_c * (2.0 - self.c_c) * self.mu_eff) * h_sigma * y_w  # eq. (45)

        active = np.where(weights < 0.0, n / np.maximum(self.squares, 1e-300), 1.0)
        active *= weights  # eq. (46)
        decay = 1.0 + self.c_1 * (1.0 - h_sigma) * self.c_c * (2.0 - self.c_c) - self.c_1 - self.c_mu * self.sum_weights
        self.C *= decay[..., np.newaxis]
        self.C += self.c_1 * (self.p_c[:, :, np.newaxis] * self.p_c[:, np.newaxis])
        self.C += self.c_mu * ((active[..., np.newaxis] * y).swapaxes(-1, -2) @ y)  # eq. (47)

        # No selection pressure if the best 70 % have equal values; the tutorial then increases the step size.
        ranked = entries_at(fx, order[:, [0, math.ceil(0.7 * self.population) - 1]])
        growth += np.where(ranked[:, :1] == ranked[:, 1:], 0.2 + self.c_sigma / self.d_sigma, 0.0)
        self.sigma *= np.exp(np.minimum(growth, 1.0))
        if self.generation % self.decompose_every == 0:
            self._decompose()
        np.clip(self.sigma, 1e-200, 1.0 / self.D.max(axis=-1, keepdims=True), out=self.sigma)
        if self.bipop is not None:
            self._restart(fx[0], self.bipop)

    def _decompose(self) -> None:
        """Decompose C into B D^2 B^T, and keep it well-conditioned."""
        squares, self.B = np.linalg.eigh(self.C)
        least = squares[:, -1] / MOST_CONDITIONED
        for run in np.flatnonzero(squares[:, 0] < least):
            raised = least[run] - squares[run, 0]
            squares[run] += raised
            self.C[run] += raised * np.eye(self.dim)
        self.D = np.sqrt(squares)

    def _start(self, population: int, step: float) -> None:
        """Initialise the distribution: eqs. (49)-(58) and initial values."""
        runs, n = len(self.streams), self.dim
        self.population = population
        self._set_weights()
        self.generation = 0
        self.mean = self.streams.random(n)  # (runs, dim), in the unit cube
        self.sigma = np.full((runs, 1), step)
        self.C = np.tile(np.eye(n), (runs, 1, 1))  # (runs, dim, dim)
        self.B = self.C.copy()  # eigenvectors of C
        self.D = np.ones((runs, n))  # square roots of its eigenvalues
        self.p_c = np.zeros((runs, n))
        self.p_sigma = np.zeros((runs, n))
        self.y = np.empty((runs, 0, n))  # steps of the last generation, before scaling by sigma (runs, lambda, dim)
        self.squares = np.empty((runs, 0))  # their squared lengths before B D (runs, lambda)
        if self.bipop is not None:
            self.convergence = Convergence(n, population, step)

    def _set_weights(self) -> None:
        """Set weights and learning rates from dimension and population, table 1."""
        n, lam = self.dim, self.population
        raw = math.log((lam + 1) / 2) - np.log(np.arange(1, lam + 1))  # eq. (49)
        mu = lam // 2
        good, bad = raw[:mu], raw[mu:]
        self.mu_eff = float(good.sum() ** 2 / (good**2).sum())
        self.c_sigma = (self.mu_eff + 2) / (n + self.mu_eff + 5)
        self.d_sigma = 1 + 2 * max(0.0, math.sqrt((self.mu_eff - 1) / (n + 1)) - 1) + self.c_sigma  # eq. (55)
        self.c_c = (4 + self.mu_eff / n) / (n + 4 + 2 * self.mu_eff / n)  # eq. (56)
        self.c_1 = 2 / ((n + 1.3) ** 2 + self.mu_eff)  # eq. (57)
        rate = 2 * (0.25 + self.mu_eff + 1 / self.mu_eff - 2) / ((n + 2) ** 2 + self.mu_eff)
        self.c_mu = min(1 - self.c_1, rate)  # eq. (58)
        self.chi_n = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n**2))
        most = 1 + 2 * float(bad.sum() ** 2 / (bad**2).sum()) / (self.mu_eff + 2)  # eq. (51)
        if self.c_mu > 0:
            most = min(most, 1 + self.c_1 / self.c_mu, (1 - self.c_1 - self.c_mu) / (n * self.c_mu))  # eqs. (50), (52)
        self.weights = np.concatenate((good / good.sum(), max(most, 0.0) * bad / -bad.sum()))  # eq. (53)
        self.sum_weights = float(self.weights.sum())
        self.decompose_every = max(1, int(1 / (10 * n * (self.c_1 + self.c_mu))))

    def _restart(self, fx: FloatArray, bipop: Bipop) -> None:
        """Restart once the run has converged or used up its evaluations."""
        evaluations = self.generation * self.population
        converged = self.convergence.reached(
            np.sort(fx),
            mean=self.mean[0],
            sigma=float(self.sigma[0, 0]),
            C=self.C[0],
            B=self.B[0],
            D=self.D[0],
            p_c=self.p_c[0],
        )
        if converged or evaluations >= bipop.limit:
            u_population, u_step = self.streams.random(2)[0]
            self._start(*bipop.next(evaluations, float(u_population), float(u_step)))
