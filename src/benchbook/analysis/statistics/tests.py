"""Statistical comparisons: tests, corrections and effect sizes. Too few data give "undecided", never an exception.

SciPy does the tests; it is loaded when the first one is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.statistics.rankings import Scores
from benchbook.analysis.statistics.ties import HARDEST_TARGET, ROUNDING, tied
from benchbook.typing import FloatArray

ALPHA = 0.05
_LEAST_PAIRS = 6  # of 5 pairs no two-sided p-value is below 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """Outcome of a test.

    Attributes:
        p: Two-sided p-value; None if there were too few data.
        statistic: The test's statistic; None if there were too few data.
        effect: Effect size, from -1 to 1; negative where the first sample is lower. None without data.
        n: Data used: pairs, or the smaller sample.
        outcome: `lower` or `higher` (the first sample, significantly), or `undecided`.
        reason: Why nothing was decided; empty otherwise.
    """

    p: float | None
    statistic: float | None
    effect: float | None
    n: int
    outcome: str
    reason: str = ""

    __test__ = False  # not a test class, whatever its name


def signed_rank(a: FloatArray, b: FloatArray, *, alpha: float = ALPHA) -> TestResult:
    """Compare paired samples by Wilcoxon's signed-rank test; zeros take part in the ranking (Pratt 1959).

    The effect is the matched-pairs rank-biserial correlation (Kerby 2014). Pairs with a missing value are left out.
    Values that differ by rounding only, or are both below the hardest target, are equal.

    Args:
        a: Values, shape `(n,)`.
        b: Their partners, shape `(n,)`.
        alpha: Significance level.
    """
    difference = _difference(a, b)
    n = int(np.count_nonzero(difference))
    if n < _LEAST_PAIRS:
        return _undecided(n, f"{n} differing pairs, at least {_LEAST_PAIRS} are needed")
    from scipy import stats

    found = stats.wilcoxon(difference, zero_method="pratt", method="auto")
    ranks = stats.rankdata(np.abs(difference))
    ranks[difference == 0] = 0
    effect = float((ranks[difference > 0].sum() - ranks[difference < 0].sum()) / ranks.sum())
    return _decided(float(found.pvalue), float(found.statistic), effect, n, alpha)


def rank_sum(a: FloatArray, b: FloatArray, *, alpha: float = ALPHA) -> TestResult:
    """Compare independent samples by the rank-sum test of Wilcoxon, Mann and Whitney.

    The effect is Cliff's delta: how much likelier a value of the first sample is above one of the second than below.

    Args:
        a: Values, shape `(n,)`.
        b: Values, shape `(m,)`.
        alpha: Significance level.
    """
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    n = min(len(a), len(b))
    both = tied(np.concatenate((a, b)))
    a, b = both[: len(a)], both[len(a) :]
    if n < 4:
        return _undecided(n, f"{n} values in the smaller sample, at least 4 are needed")
    if len(np.unique(np.concatenate((a, b)))) == 1:
        return _undecided(n, "all values are equal")
    from scipy import stats

    found = stats.mannwhitneyu(a, b, alternative="two-sided")
    return _decided(float(found.pvalue), float(found.statistic), cliffs_delta(a, b), n, alpha)


def cliffs_delta(a: FloatArray, b: FloatArray) -> float:
    """Return P(a > b) - P(a < b) over all pairs of values (Cliff 1993); 2 A - 1 of Vargha and Delaney.

    Examples:
        >>> cliffs_delta(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
        -0.75
    """
    signs = np.sign(np.subtract.outer(_ordered(a), _ordered(b)))
    return float(np.nanmean(signs))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number (Holm 1979): the chance of any false alarm stays at alpha.

    Examples:
        >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    factors = len(p) - np.arange(len(p))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return [float(value) for value in adjusted]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairwiseResult:
    """One of all pairs of optimizers, with its p-value adjusted for their number."""

    a: str
    b: str
    test: TestResult
    adjusted_p: float | None
    outcome: str


def pairwise(measured: Scores, *, alpha: float = ALPHA) -> list[PairwiseResult]:
    """Compare all pairs of optimizers over problems by signed ranks, with Holm's correction."""
    values = measured.values
    names = measured.optimizers
    pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    tests = [signed_rank(values[:, i], values[:, j], alpha=alpha) for i, j in pairs]
    known = [test.p for test in tests if test.p is not None]
    adjusted = iter(holm(known))
    made = []
    for (i, j), test in zip(pairs, tests, strict=True):
        p = None if test.p is None else next(adjusted)
        outcome = test.outcome if p is not None and p < alpha else "undecided"
        made.append(PairwiseResult(a=names[i], b=names[j], test=test, adjusted_p=p, outcome=outcome))
    return made


def _difference(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return a - b without missing pairs, with ties made equal; where both are infinite alike they are equal.

    Two values that are both within the hardest target of 0 are equal, and differences of equal size up to rounding are
    ties.
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = _ordered(a[known]), _ordered(b[known])
    solved = (np.abs(a) <= HARDEST_TARGET) & (np.abs(b) <= HARDEST_TARGET)
    rounding = ROUNDING * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    difference = np.where(solved | (np.abs(a - b) <= rounding), 0.0, a - b)
    sizes: FloatArray = np.sign(difference) * tied(np.abs(difference))
    return np.where(sizes == 0, difference, sizes)


def _ordered(values: FloatArray) -> FloatArray:
    """Return values with infinities replaced by the largest numbers whose differences are finite."""
    limit = np.finfo(np.float64).max / 4
    return np.clip(values, -limit, limit)


def _decided(p: float, statistic: float, effect: float, n: int, alpha: float) -> TestResult:
    outcome = "undecided" if p >= alpha or effect == 0 else ("lower" if effect < 0 else "higher")
    reason = f"p = {p:.3g} is not below {alpha:g}" if outcome == "undecided" else ""
    return TestResult(p=p, statistic=statistic, effect=effect, n=n, outcome=outcome, reason=reason)


def _undecided(n: int, reason: str) -> TestResult:
    return TestResult(p=None, statistic=None, effect=None, n=n, outcome="undecided", reason=reason)
