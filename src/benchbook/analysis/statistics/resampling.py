"""Resampling: bootstrap of ERT ratios and AOCC differences, and a Bayesian signed-rank comparison."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.typing import FloatArray

SAMPLES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its confidence interval; all None where there are no data.

    Attributes:
        value: The estimate; may be infinite.
        low: Lower end.
        high: Upper end.
    """

    value: float | None
    low: float | None
    high: float | None


def bootstrap_ert_ratio(
    a: tuple[FloatArray, FloatArray],
    b: tuple[FloatArray, FloatArray],
    *,
    level: float = 0.95,
    samples: int = SAMPLES,
    seed: int = 1,
) -> Estimate:
    """Return ERT(a) / ERT(b) with a percentile interval; below 1 where the first needs fewer evaluations.

    Draws in which neither has a success say nothing and are left out.

    Args:
        a: Evaluations to the target (infinite for failures) and evaluations spent, each of shape `(n,)`.
        b: The same of the other.
        level: Confidence.
        samples: Number of draws.
        seed: Decides the draws.
    """
    if not len(a[0]) or not len(b[0]):
        return Estimate(value=None, low=None, high=None)
    value = ratio(ert_of(*a), ert_of(*b))
    rng = np.random.default_rng([seed, len(a[0]), len(b[0])])
    drawn = ratio(_drawn_erts(*a, samples, rng), _drawn_erts(*b, samples, rng))
    drawn = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(drawn):
        return Estimate(value=None, low=None, high=None)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf")
    return Estimate(value=float(value), low=float(low), high=float(high))


def bootstrap_difference(
    a: FloatArray, b: FloatArray, *, paired: bool, level: float = 0.95, samples: int = SAMPLES, seed: int = 1
) -> Estimate:
    """Return mean(a) - mean(b) with a percentile interval; pairs are drawn together.

    Args:
        a: Values, shape `(n,)`.
        b: Values, shape `(m,)`; m = n where paired.
        paired: Whether the values stand beside each other.
        level: Confidence.
        samples: Number of draws.
        seed: Decides the draws.
    """
    if not len(a) or not len(b):
        return Estimate(value=None, low=None, high=None)
    rng = np.random.default_rng([seed, len(a), len(b)])
    rows = rng.integers(len(a), size=(samples, len(a)))
    other = rows if paired else rng.integers(len(b), size=(samples, len(b)))
    drawn = a[rows].mean(axis=1) - b[other].mean(axis=1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value=float(a.mean() - b.mean()), low=float(low), high=float(high))


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

    A Dirichlet process with one pseudo-observation at 0 stands for what is not known; each draw of its weights tells
    which share of the Walsh averages (d_i + d_j) / 2 lies below, within and above the region of practical equivalence,
    and the largest share wins the draw.

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
    sums = np.add.outer(points, points) / 2
    rng = np.random.default_rng([seed, len(points)])
    weights = rng.dirichlet(np.ones(len(points)), size=samples)
    below, above = ((sums < -rope).astype(float), (sums > rope).astype(float))
    low = np.einsum("si,ij,sj->s", weights, below, weights, optimize=True)
    high = np.einsum("si,ij,sj->s", weights, above, weights, optimize=True)
    shares = np.stack((low, 1 - low - high, high), axis=1)
    won = shares == shares.max(axis=1, keepdims=True)
    p = (won / won.sum(axis=1, keepdims=True)).mean(axis=0)
    return Probabilities(lower=float(p[0]), equal=float(p[1]), higher=float(p[2]))


def ert_of(hit: FloatArray, spent: FloatArray) -> float:
    """Return the ERT of some runs; infinite without a success.

    Examples:
        >>> ert_of(np.array([10.0, np.inf]), np.array([10.0, 50.0]))
        60.0
    """
    successes = np.isfinite(hit).sum()
    used = np.where(np.isfinite(hit), hit, spent).sum()
    return float(used / successes) if successes else float("inf")


def ratio(a: FloatArray | float, b: FloatArray | float) -> FloatArray:
    """Return a / b; NaN where both are infinite."""
    with np.errstate(invalid="ignore"):
        found: FloatArray = np.divide(a, b)
    return found


def _drawn_erts(hit: FloatArray, spent: FloatArray, samples: int, rng: np.random.Generator) -> FloatArray:
    rows = rng.integers(len(hit), size=(samples, len(hit)))
    successes = np.isfinite(hit)[rows].sum(axis=1)
    used = np.where(np.isfinite(hit), hit, spent)[rows].sum(axis=1)
    erts: FloatArray = np.where(successes > 0, used / np.maximum(successes, 1), np.inf)
    return erts
