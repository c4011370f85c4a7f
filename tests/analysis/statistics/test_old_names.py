"""The names that intervals had while they were drawn by a bootstrap."""

import numpy as np

from benchbook.analysis.statistics.intervals import ert_ratio, mean_difference
from benchbook.analysis.statistics.resampling import bootstrap_difference, bootstrap_ert_ratio


def test_old_names_give_the_intervals_of_today() -> None:
    """Whatever number of samples is asked for."""
    a, b = np.array([1.0, 2.0, 4.0, 3.0]), np.array([2.0, 5.0, 3.0, 6.0])
    hit = np.ones(4)
    assert bootstrap_difference(a, b, paired=False, samples=10, seed=1) == mean_difference(a, b, paired=False)
    assert bootstrap_ert_ratio((a, hit), (b, hit), samples=10) == ert_ratio((a, hit), (b, hit))
