"""Tests, corrections, effect sizes and intervals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchbook.analysis.statistics.bayesian import bayesian_signed_rank
from benchbook.analysis.statistics.friedman import friedman_nemenyi
from benchbook.analysis.statistics.intervals import ert_ratio, mean_difference
from benchbook.analysis.statistics.rankings import Scores
from benchbook.analysis.statistics.tests import cliffs_delta, holm, pairwise, rank_sum, signed_rank

NEVER = np.inf


def scores(values: np.ndarray) -> Scores:
    """Return scores, lower is better, of the optimizers o0, o1, ..."""
    names = tuple(f"o{k}" for k in range(values.shape[1]))
    problems = tuple((f"f{k}", 2) for k in range(len(values)))
    return Scores(problems=problems, optimizers=names, values=values, lower_is_better=True)


def test_signed_rank_of_ten_pairs_that_all_agree() -> None:
    """With ten differences of one sign, 2 of 2**10 sign patterns are as extreme: p = 1/512, and the effect is -1."""
    found = signed_rank(np.arange(10.0), np.arange(10.0) + np.arange(1, 11))
    assert found.p == pytest.approx(2 / 2**10)
    assert (found.effect, found.outcome, found.n) == (-1.0, "lower", 10)


def test_rank_sum_of_separate_samples() -> None:
    """With five values below five others, 2 of C(10, 5) = 252 arrangements are as extreme."""
    found = rank_sum(np.arange(5.0), np.arange(5.0) + 10)
    assert found.p == pytest.approx(2 / 252)
    assert (found.effect, found.outcome) == (-1.0, "lower")


def test_infinite_values_are_ranked_last_and_equal() -> None:
    """Two failures are equal, and a failure is worse than any success."""
    a, b = np.array([1.0, 2, 3, 4, 5, 6, 7, NEVER]), np.full(8, NEVER)
    assert signed_rank(a, b).outcome == "lower"
    assert rank_sum(a, b).outcome == "lower"


@pytest.mark.parametrize("n", [0, 1, 3, 5])
def test_too_few_data_are_undecided(n: int) -> None:
    """Too few data give a reason instead of a p-value or an exception."""
    a, b = np.arange(float(n)), np.arange(float(n)) + 5
    assert signed_rank(a, b).outcome == "undecided"
    assert "at least 6" in signed_rank(a, b).reason
    assert rank_sum(a[:3], b).p is None


def test_equal_samples_are_undecided() -> None:
    """Samples without a difference give no verdict."""
    assert signed_rank(np.ones(20), np.ones(20)).outcome == "undecided"
    assert rank_sum(np.ones(20), np.ones(20)).reason == "all values are equal"


@given(
    st.lists(st.floats(-5, 5), min_size=4, max_size=12),
    st.lists(st.floats(-5, 5), min_size=4, max_size=12),
)
def test_effect_turns_with_the_samples(a: list[float], b: list[float]) -> None:
    """Exchanging the samples reverses the sign of the effect and keeps the p-value."""
    one, other = rank_sum(np.array(a), np.array(b)), rank_sum(np.array(b), np.array(a))
    assert one.p == other.p or one.p == pytest.approx(other.p)
    assert cliffs_delta(np.array(a), np.array(b)) == -cliffs_delta(np.array(b), np.array(a))


def test_holm_of_a_textbook_case() -> None:
    """The sorted p-values times 4, 3, 2, 1, never decreasing: 0.01, 0.02, 0.03, 0.04 give 0.04, 0.06, 0.06, 0.06."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_pairwise_corrects_for_the_number_of_pairs() -> None:
    """With three optimizers, one clearly better, the adjusted p-values are never below the plain ones."""
    rng = np.random.default_rng(3)
    base = rng.random((20, 1))
    found = pairwise(scores(np.hstack((base, base + 1 + rng.random((20, 1)), base + 1 + rng.random((20, 1))))))
    assert [(pair.a, pair.b, pair.outcome) for pair in found[:2]] == [("o0", "o1", "lower"), ("o0", "o2", "lower")]
    assert all(pair.adjusted_p >= pair.test.p for pair in found)


def test_friedman_and_critical_difference() -> None:
    """With the order 1, 2, 3, 4 in all but two of 14 rows, the mean ranks are known and the difference is 1.25.

    For 4 optimizers on 14 problems Demšar (2006, section 3.2.2) has q = 2.569 and 2.569 sqrt(4 x 5 / (6 x 14)) = 1.25.
    """
    values = np.tile(np.array([1.0, 2.0, 3.0, 4.0]), (14, 1))
    values[0] = [2, 1, 3, 4]
    values[1] = [1, 2, 3, 3]
    found = friedman_nemenyi(scores(values))
    assert found.critical_difference == pytest.approx(1.25, abs=0.005)
    assert found.mean_ranks == pytest.approx((15 / 14, 27 / 14, 42.5 / 14, 55.5 / 14))
    assert found.p < 1e-6
    assert found.cliques == ((0, 1), (1, 2), (2, 3))


def test_friedman_needs_three_optimizers_and_five_problems() -> None:
    """With fewer, or with equal ranks, the result is undecided with a reason."""
    rng = np.random.default_rng(1)
    assert "at least 3" in friedman_nemenyi(scores(rng.random((9, 2)))).reason
    assert "at least 5" in friedman_nemenyi(scores(rng.random((3, 3)))).reason
    assert "equal" in friedman_nemenyi(scores(np.ones((9, 3)))).reason
    assert friedman_nemenyi(scores(np.empty((0, 3)))).p is None


def test_ert_ratio_has_an_interval_around_it() -> None:
    """Hits around 10 compared with hits around 100 give a ratio of 0.1, clearly below 1."""
    hits = np.array([9.0, 10.0, 11.0, 10.0, 10.0])
    found = ert_ratio((hits, hits * 5), (hits * 10, hits * 50))
    assert found.value == pytest.approx(0.1)
    assert 0.08 < found.low < 0.1 < found.high < 0.12


def test_ert_ratio_without_success_on_one_side_is_bounded_by_the_other() -> None:
    """Five failures of 50 evaluations bound an ERT from below; infinity over infinity is undefined."""
    fail, quick = (np.full(5, NEVER), np.full(5, 50.0)), (np.full(5, 2.0), np.full(5, 50.0))
    most = 1 - 0.025**0.2
    found = ert_ratio(fail, quick)
    assert (found.value, found.high) == (NEVER, NEVER)
    assert found.low == pytest.approx(50 * (1 - most) / most / 2)
    assert ert_ratio(fail, fail).value is None
    assert ert_ratio((np.empty(0), np.empty(0)), fail).value is None


def test_a_single_run_has_no_interval() -> None:
    """A single run gives an estimate without an interval."""
    one, five = np.array([0.5]), np.full(5, 0.25)
    found = mean_difference(one, five, paired=False)
    assert (found.value, found.low, found.high) == (0.25, None, None)
    found = ert_ratio((one, one), (five, five))
    assert (found.value, found.low, found.high) == (2.0, None, None)


def test_paired_difference_is_narrower_than_an_unpaired_one() -> None:
    """If all pairs differ by the same amount, only the differences between problems widen the interval."""
    a = np.array([0.1, 0.5, 0.9])
    paired, apart = (mean_difference(a + 0.01, a, paired=p) for p in (True, False))
    assert (paired.low, paired.high) == pytest.approx((0.01, 0.01))
    assert apart.high - apart.low > 0.3
    assert mean_difference(np.empty(0), a, paired=False).value is None


def test_unpaired_difference_is_the_t_interval_of_the_smaller_side() -> None:
    """The interval uses SciPy's quantile and the variances of both sides."""
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=5), rng.normal(size=9)
    found = mean_difference(a, b, paired=False)
    reach = stats.t.ppf(0.975, 4) * np.sqrt(a.var(ddof=1) / 5 + b.var(ddof=1) / 9)
    assert found.high - found.value == pytest.approx(reach, rel=2e-3)


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_intervals_of_five_runs_keep_their_level(kind: str) -> None:
    """A 95 % interval contains the truth in at least 92 of 100 studies; a percentile bootstrap does in 75 to 88."""
    rng = np.random.default_rng(4)
    held = []
    for _ in range(400):
        a, b = (rng.normal(0, 0.5, 5) for _ in range(2))
        if kind == "difference":
            found, truth = mean_difference(a, b, paired=False), 0.0
        else:
            one, other = (np.exp(values) for values in (a, b))
            found, truth = ert_ratio((one, one), (other, other)), 1.0
        held.append(found.low <= truth <= found.high)
    assert np.mean(held) >= 0.92


def test_bayesian_probabilities_are_baycomps() -> None:
    """On ten data sets the probabilities agree with baycomp within the Monte Carlo error of both."""
    baycomp = pytest.importorskip("baycomp")
    for seed in range(10):
        rng = np.random.default_rng(seed)
        rope = (0.0, 0.05, 0.1, 0.3)[seed % 4]
        a = rng.normal(size=int(rng.integers(6, 25)))
        b = a + rng.normal(0.1 * (seed % 4), 0.5, len(a))
        found = bayesian_signed_rank(a, b, rope=rope, samples=20_000)
        theirs = baycomp.SignedRankTest.probs(a, b, rope=rope, nsamples=5000, random_state=seed)
        left, equal, right = theirs if rope else (theirs[0], 0.0, theirs[1])
        assert (found.higher, found.equal, found.lower) == pytest.approx((left, equal, right), abs=0.03)


def test_bayesian_comparison_is_sure_where_data_are() -> None:
    """Clear differences give a probability near 1, tiny ones fall within the region, and few data decide nothing."""
    zero = np.zeros(20)
    assert bayesian_signed_rank(zero - 1, zero, rope=0.1).outcome() == "lower"
    assert bayesian_signed_rank(zero + 1, zero, rope=0.1).higher > 0.99
    assert bayesian_signed_rank(zero + 0.01, zero, rope=0.1).outcome() == "equal"
    assert bayesian_signed_rank(zero[:1], zero[:1], rope=0.1).outcome() == "undecided"


def test_bayesian_probabilities_sum_to_one() -> None:
    """The probabilities of lower, equal and higher sum to 1."""
    rng = np.random.default_rng(5)
    found = bayesian_signed_rank(rng.normal(size=12), rng.normal(size=12), rope=0.2)
    assert found.lower + found.equal + found.higher == pytest.approx(1.0)
    assert found.outcome() == "undecided"


def test_p_values_are_scipys() -> None:
    """On data without ties or zeros the p-value is that of SciPy's exact test."""
    rng = np.random.default_rng(7)
    a, b = rng.random(15), rng.random(15)
    assert signed_rank(a, b).p == pytest.approx(stats.wilcoxon(a, b).pvalue)
