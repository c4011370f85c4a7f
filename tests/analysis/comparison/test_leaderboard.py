from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import studentized_range

import benchbook as bb
from benchbook.analysis.comparison.leaderboard import dims_of, functions_of, optimizers_of
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.statistics.friedman import _range_quantile, friedman_nemenyi, mean_rank_comparison
from benchbook.analysis.statistics.rankings import Scores
from benchbook.records.published import StudySummary


@pytest.fixture(scope="module")
def summary() -> StudySummary:
    """Three optimizers on three functions of two groups, in two dimensions."""
    return summarise(
        bb.run(name, function, dim=dim, instance=1, seed=1, budget=120)
        for name in ("random_search", "cma_es", "whale")
        for function in ("bbob_f1", "bbob_f2", "bbob_f15")
        for dim in (2, 3)
    )


def test_a_summary_lists_what_it_holds(summary: StudySummary) -> None:
    """Functions by number, optimizers by name."""
    assert (dims_of(summary), functions_of(summary)) == ([2, 3], ["bbob_f1", "bbob_f2", "bbob_f15"])
    assert optimizers_of(summary) == ["cma_es", "random_search", "whale"]


@pytest.mark.parametrize("k", [2, 3, 9, 30])
def test_the_quantile_of_the_range_is_that_of_scipy(k: int) -> None:
    """SciPy integrates in another way, over another variable."""
    assert _range_quantile(0.05, k) == pytest.approx(studentized_range.ppf(0.95, k, np.inf), rel=1e-9)


def test_the_comparison_without_friedman_is_the_same_but_for_p() -> None:
    """Ranks, critical difference and cliques do not depend on the p-value."""
    values = np.random.default_rng(1).random((20, 4)) + np.array([0.0, 0.5, 0.6, 1.5])
    measured = Scores(
        problems=tuple((f"f{k}", 2) for k in range(20)), optimizers=tuple("abcd"), values=values, lower_is_better=True
    )
    whole: Any = friedman_nemenyi(measured)
    assert whole.p < 0.05
    assert mean_rank_comparison(measured) == replace(whole, p=None)
