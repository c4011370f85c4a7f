from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import studentized_range

from benchbook.analysis.statistics.friedman import _range_quantile, friedman_nemenyi, mean_rank_comparison
from benchbook.analysis.statistics.rankings import Scores


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
