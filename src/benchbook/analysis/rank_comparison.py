"""Friedman's test over problems, with Nemenyi's critical difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.rankings import Scores
from benchbook.analysis.statistics import ALPHA, scipy_stats


@dataclass(frozen=True, slots=True, kw_only=True)
class RankComparison:
    """Friedman's test with Nemenyi's critical difference.

    Attributes:
        optimizers: The compared set, best mean rank first.
        mean_ranks: Mean rank of each, shape `(optimizers,)`.
        p: Friedman's p-value; None where there were too few data.
        critical_difference: Mean ranks that differ by more differ significantly; None where undecided.
        cliques: Runs of optimizers, as positions (first, last), that cannot be told apart; longest only.
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
    whole = measured.complete()
    n, k = whole.values.shape
    ranks = whole.ranks()
    means = ranks.mean(axis=0) if n else np.full(k, np.nan)
    order = np.argsort(means, kind="stable")
    names = tuple(whole.optimizers[i] for i in order)
    mean_ranks = tuple(float(means[i]) for i in order)
    reason = ""
    if k < 3:
        reason = f"{k} optimizers, at least 3 are needed"
    elif n < 5:
        reason = f"{n} problems on which all have values, at least 5 are needed"
    elif np.all(ranks == ranks[:, :1]):
        reason = "all ranks are equal"
    if reason:
        return RankComparison(
            optimizers=names,
            mean_ranks=mean_ranks,
            p=None,
            critical_difference=None,
            cliques=(),
            problems=n,
            reason=reason,
        )
    stats = scipy_stats()
    p = float(stats.friedmanchisquare(*ranks.T).pvalue)
    q = float(stats.studentized_range.ppf(1 - alpha, k, np.inf)) / np.sqrt(2)
    critical = float(q * np.sqrt(k * (k + 1) / (6 * n)))
    return RankComparison(
        optimizers=names,
        mean_ranks=mean_ranks,
        p=p,
        critical_difference=critical,
        cliques=_cliques(mean_ranks, critical),
        problems=n,
    )


def _cliques(mean_ranks: Sequence[float], critical: float) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for first, low in enumerate(mean_ranks):
        last = max(i for i, rank in enumerate(mean_ranks) if rank - low <= critical)
        if last > first and not any(last <= other for _, other in found):
            found.append((first, last))
    return tuple(found)
