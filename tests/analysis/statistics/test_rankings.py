"""Performance profiles, data profiles and ranks."""

from __future__ import annotations

import numpy as np
import pytest

from benchbook.analysis.cells import cells
from benchbook.analysis.measures.ert import expected_running_times
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.statistics.friedman import mean_rank_comparison
from benchbook.analysis.statistics.rankings import (
    Scores,
    aocc_scores,
    data_profile,
    ert_scores,
    final_scores,
    performance_profile,
)
from benchbook.analysis.statistics.tests import pairwise, rank_sum, signed_rank


def scores(values: list[list[float]], *, lower: bool = True) -> Scores:
    """Return scores of the optimizers a, b, c, with one problem per row."""
    grid = np.array(values, dtype=np.float64)
    problems = tuple((f"f{k}", 2) for k in range(len(grid)))
    return Scores(problems=problems, optimizers=tuple("abc"[: grid.shape[1]]), values=grid, lower_is_better=lower)


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    """The best has rank 1, two equal ones behind it 2.5 each, and infinite values share the last ranks."""
    assert scores([[1, 2, 2], [np.inf, 1, np.inf]]).ranks().tolist() == [[1, 2.5, 2.5], [2.5, 1, 2.5]]
    assert scores([[1, 2, 3]], lower=False).ranks().tolist() == [[3, 2, 1]]


def test_problems_with_missing_values_are_left_out() -> None:
    """Only problems on which every optimizer has a value are ranked."""
    whole = scores([[1, np.nan, 2], [1, 2, np.inf]]).complete()
    assert whole.problems == (("f1", 2),)


def test_performance_profile_is_the_share_within_a_factor_of_the_best() -> None:
    """With (10, 20) and (30, 10), a is best once and always within a factor of 3, b always within 2."""
    a, b = performance_profile(scores([[10, 20], [30, 10]]), np.array([1.0, 2.0, 3.0]))
    assert a.share.tolist() == [0.5, 0.5, 1.0]
    assert b.share.tolist() == [0.5, 1.0, 1.0]
    assert a.optimizers == ("a", "b")


def test_performance_profile_counts_unsolved_problems() -> None:
    """A problem that no optimizer solves keeps every curve below 1."""
    a, b = performance_profile(scores([[10, 10], [np.inf, np.inf]]))
    assert a.share.max() == b.share.max() == 0.5


def test_data_profile_counts_simplex_gradients_to_a_share_of_the_best_decrease(made) -> None:
    """From 100 to the best 0, a tolerance of 0.1 needs 10, which a has after 6 = 2 (dim + 1) evaluations, b never."""
    table = made(
        ("a", "f", 2, 1, 1, 50, [(1, 100.0), (6, 10.0), (9, 0.0)]),
        ("b", "f", 2, 1, 1, 50, [(1, 80.0), (6, 11.0)]),
    )
    a, b = data_profile(table, 0.1, np.array([1.9, 2.0, 10.0]))
    assert a.share.tolist() == [0.0, 1.0, 1.0]
    assert b.share.tolist() == [0.0, 0.0, 0.0]
    assert a.tolerance == 0.1


def test_scores_come_from_runs(made) -> None:
    """Median final precision, mean AOCC and ERT have a row per problem and a column per optimizer; missing is NaN."""
    table = made(
        ("a", "f", 2, 1, 1, 10, [(1, 1e-3)]),
        ("a", "f", 2, 2, 1, 10, [(1, 1e-3), (10, 1e-4)]),
        ("b", "f", 2, 1, 1, 10, [(5, 1e-8)]),
        ("b", "g", 2, 1, 1, 10, [(5, 1.0)]),
    )
    assert final_scores(table).values.tolist()[0] == [1e-4, 1e-8]
    assert aocc_scores(table).values[0] == pytest.approx([0.505, 0.6])
    assert np.isnan(aocc_scores(table).values[1, 0])
    times = expected_running_times(first_hits(table, np.array([1e-3])), cells(table))
    assert ert_scores(times).values[0].tolist() == [1.0, 5.0]


def test_differences_of_rounding_are_ties() -> None:
    """Three optimizers that solve all problems share one rank, and differences in the last bits give no ranks."""
    solved = scores([[0.0, 2.8e-14, 5.7e-9]] * 24)
    assert (solved.ranks() == 2).all()
    assert scores([[0.1 + 0.2, 0.3, 0.30000001]]).ranks().tolist() == [[1.5, 1.5, 3]]
    assert mean_rank_comparison(solved).critical_difference is None
    assert pairwise(solved)[0].outcome == "undecided"


def test_rounding_decides_no_test() -> None:
    """Where all values are below the hardest target, signed ranks and rank sums treat them as equal."""
    rng = np.random.default_rng(1)
    low, lower = rng.uniform(5e-9, 1e-8, 20), rng.uniform(0, 1e-14, 20)
    assert signed_rank(low, lower).n == 0
    assert rank_sum(low, lower).reason == "all values are equal"
    assert signed_rank(low + 0.3, (low + 0.1) + 0.2).n == 0


def test_final_precisions_count_down_to_the_hardest_target(made) -> None:
    """Medians below 1e-8 are equal."""
    table = made(*[(name, "f", 2, 1, 1, 9, [(1, value)]) for name, value in (("a", 1e-12), ("b", 1e-9), ("c", 1.0))])
    assert final_scores(table).values.tolist() == [[1e-8, 1e-8, 1.0]]


def test_performance_profile_of_a_best_value_of_zero() -> None:
    """If the best value is 0, optimizers that also have 0 get the factor 1, and all others an infinite one."""
    curves = performance_profile(scores([[0.0, 0.0, 5.0], [2.0, 4.0, np.inf]]), x=np.array([1.0, 2.0, 1e9]))
    assert [curve.share.tolist() for curve in curves] == [[1, 1, 1], [0.5, 1, 1], [0, 0, 0]]
