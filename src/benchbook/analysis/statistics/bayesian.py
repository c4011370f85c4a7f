"""A Bayesian comparison of paired values: better, worse, or equal for practical purposes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.typing import FloatArray

SAMPLES = 50_000
PRIOR_STRENGTH = 0.5
_AT_ONCE = 5_000  # draws processed at once; limits the memory
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Probabilities:
    """Posterior probabilities that the first is lower, equal for practical purposes, or higher; None without data."""

    lower: float | None
    equal: float | None
    higher: float | None

    def outcome(self, level: float = 0.95) -> str:
        """Return `lower`, `equal` or `higher` where its probability is at least `level`, else `undecided`."""
        for name in ("lower", "equal", "higher"):
            p = getattr(self, name)
            if p is not None and p >= level:
                return name
        return "undecided"


def bayesian_signed_rank(
    a: FloatArray, b: FloatArray, *, rope: float, samples: int = SAMPLES, seed: int = 1
) -> Probabilities:
    """Compare paired values by the Bayesian signed-rank test (Benavoli et al. 2014; 2017, section 4.2.1).

    A Dirichlet process with half a pseudo-observation at 0 (the prior strength of both papers, and of baycomp)
    represents prior ignorance; each draw of its weights tells which share of the Walsh averages (d_i + d_j) / 2 lies
    below,
    within and above the region of practical equivalence, and the largest share wins the draw. An average on the edge
    of the region counts half to either side.

    Args:
        a: Values, shape `(n,)`.
        b: Their partners, shape `(n,)`.
        rope: Differences of at most this size count as equal, >= 0.
        samples: Number of draws.
        seed: Decides the draws.
    """
    difference = a - b
    difference = difference[np.isfinite(difference)]
    if len(difference) < 2:
        return Probabilities(lower=None, equal=None, higher=None)
    points = np.append(difference, 0.0)
    averages = np.add.outer(points, points) / 2
    below, above = _beyond(-averages, rope), _beyond(averages, rope)
    prior = np.append(np.ones(len(difference)), PRIOR_STRENGTH)
    rng = np.random.default_rng([seed, len(points)])
    won = np.zeros(3)
    for first in range(0, samples, _AT_ONCE):
        weights = rng.dirichlet(prior, size=min(_AT_ONCE, samples - first))
        low, high = ((weights @ matrix * weights).sum(axis=1) for matrix in (below, above))
        shares = np.stack((low, 1 - low - high, high), axis=1)
        largest = shares >= shares.max(axis=1, keepdims=True) - _ROUNDING
        won += (largest / largest.sum(axis=1, keepdims=True)).sum(axis=0)
    lower, equal, higher = (won / samples).tolist()
    return Probabilities(lower=lower, equal=equal, higher=higher)


def _beyond(averages: FloatArray, rope: float) -> FloatArray:
    """Return 1 where an average is above the region, one half on its edge, 0 below."""
    found: FloatArray = (averages > rope).astype(np.float64) + 0.5 * (averages == rope)
    return found
