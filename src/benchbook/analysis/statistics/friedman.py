"""Friedman's test over problems, with Nemenyi's critical difference.

The quantile of the studentized range is integrated here: SciPy takes seconds for it, as it also holds for few degrees
of freedom, of which ranks have infinitely many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from benchbook.analysis.statistics.rankings import Scores
from benchbook.analysis.statistics.tests import ALPHA
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RankComparison:
    """Friedman's test with Nemenyi's critical difference.

    Attributes:
        optimizers: The compared set, best mean rank first.
        mean_ranks: Mean rank of each, shape `(optimizers,)`.
        p: Friedman's p-value; None if there were too few data, or if it was not asked for.
        critical_difference: Mean ranks that differ by more differ significantly; None if undecided.
        cliques: Runs of optimizers, as positions (first, last), that cannot be distinguished; longest only.
        problems: Problems on which all have a value.
        reason: Why nothing was decided; empty otherwise.
    """

    optimizers: tuple[str, ...]
    mean_ranks: tuple[float, ...]
    p: float | None
    critical_difference: float | None
    cliques: tuple[tuple[int, int], ...]
    problems: int
    reason: str = ""


def friedman_nemenyi(measured: Scores, *, alpha: float = ALPHA) -> RankComparison:
    """Compare several optimizers over problems by their ranks (Demšar 2006, section 3.2).

    The critical difference is q sqrt(k (k + 1) / (6 N)) for k optimizers on N problems, with q the quantile of the
    studentized range for infinite degrees of freedom, over sqrt(2).
    """
    found = mean_rank_comparison(measured, alpha=alpha)
    if found.reason:
        return found
    ranks = measured.complete().ranks()
    from scipy import stats

    return replace(found, p=float(stats.friedmanchisquare(*ranks.T).pvalue))


def mean_rank_comparison(measured: Scores, *, alpha: float = ALPHA) -> RankComparison:
    """Return ranks, critical difference and cliques, as `friedman_nemenyi` does, but without its p-value."""
    whole = measured.complete()
    n, k = whole.values.shape
    ranks = whole.ranks()
    means = ranks.mean(axis=0) if n else np.full(k, np.nan)
    order = np.argsort(means, kind="stable")
    mean_ranks = tuple(float(means[i]) for i in order)
    reason = ""
    if k < 3:
        reason = f"{k} optimizers, at least 3 are needed"
    elif n < 5:
        reason = f"{n} problems on which all have values, at least 5 are needed"
    elif np.all(ranks == ranks[:, :1]):
        reason = "all ranks are equal"
    critical = None if reason else _range_quantile(alpha, k) * math.sqrt(k * (k + 1) / (12 * n))
    return RankComparison(
        optimizers=tuple(whole.optimizers[i] for i in order),
        mean_ranks=mean_ranks,
        p=None,
        critical_difference=critical,
        cliques=() if critical is None else _cliques(mean_ranks, critical),
        problems=n,
        reason=reason,
    )


@cache
def critical_factors(most: int, alpha: float = ALPHA) -> tuple[float, ...]:
    """Return the critical difference of k optimizers on one problem, for k from 2 to `most`.

    That on n problems is smaller by a factor of sqrt(n).

    Examples:
        >>> [round(factor, 2) for factor in critical_factors(3)]
        [1.96, 3.31]
    """
    made: list[float] = []
    last = 0.0
    for k in range(2, most + 1):
        last = _range_quantile(alpha, k, at_least=last)
        made.append(last * math.sqrt(k * (k + 1) / 12))
    return tuple(made)


@cache
def _range_quantile(alpha: float, k: int, at_least: float = 0.0) -> float:
    """Return the value that the range of k standard normal numbers exceeds with probability alpha.

    P(range <= q) = k times the integral over z of phi(z) (Phi(z) - Phi(z - q))^(k - 1), by the trapezoidal rule, which
    converges fast where an integrand and its derivatives vanish at both ends. It rises with k, by less than 1.
    """
    z = np.linspace(-9.0, 9.0, 721)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    below = _normal(z)
    low, high = at_least, at_least + 1 if at_least else 40.0
    for _ in range(24 if at_least else 60):
        middle = (low + high) / 2
        share = k * float(np.sum(density * (below - _normal(z - middle)) ** (k - 1))) * (z[1] - z[0])
        low, high = (middle, high) if share < 1 - alpha else (low, middle)
    return (low + high) / 2


def _normal(z: FloatArray) -> FloatArray:
    """Return the distribution function of the standard normal distribution."""
    return np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in z.tolist()])


def _cliques(mean_ranks: Sequence[float], critical: float) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for first, low in enumerate(mean_ranks):
        last = max(i for i, rank in enumerate(mean_ranks) if rank - low <= critical)
        if last > first and not any(last <= other for _, other in found):
            found.append((first, last))
    return tuple(found)
