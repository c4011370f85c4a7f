"""Performance profiles, data profiles and ranks."""

from __future__ import annotations

import numpy as np
import pytest

from benchbook.analysis.cells import cells
from benchbook.analysis.measures.ert import expected_running_times
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.statistics.rankings import (
    Scores,
    aocc_scores,
    data_profile,
    ert_scores,
    final_scores,
    performance_profile,
)


def scores(values: list[list[float]], *, lower: bool = True) -> Scores:
    """Return scores of optimizers a, b, c on as many problems as there are rows."""
    grid = np.array(values, dtype=np.float64)
    problems = tuple((f"f{k}", 2) for k in range(len(grid)))
    return Scores(problems=problems, optimizers=tuple("abc"[: grid.shape[1]]), values=grid, lower_is_better=lower)


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    """Ranks are 1 for the best; two equal ones behind it have 2.5 each; infinite ones are last, together."""
    assert scores([[1, 2, 2], [np.inf, 1, np.inf]]).ranks().tolist() == [[1, 2.5, 2.5], [2.5, 1, 2.5]]
    assert scores([[1, 2, 3]], lower=False).ranks().tolist() == [[3, 2, 1]]


def test_problems_with_missing_values_are_left_out() -> None:
    """Only problems on which all have a value can be ranked."""
    whole = scores([[1, np.nan, 2], [1, 2, np.inf]]).complete()
    assert whole.problems == (("f1", 2),)


def test_performance_profile_is_the_share_within_a_factor_of_the_best() -> None:
    """Needs 10 and 20, then 30 and 10: a is best once and within 3 always, b within 2 always."""
    a, b = performance_profile(scores([[10, 20], [30, 10]]), np.array([1.0, 2.0, 3.0]))
    assert a.share.tolist() == [0.5, 0.5, 1.0]
    assert b.share.tolist() == [0.5, 1.0, 1.0]
    assert a.optimizers == ("a", "b")


def test_performance_profile_counts_what_nobody_solves() -> None:
    """A problem that all fail on keeps every curve below 1."""
    a, b = performance_profile(scores([[10, 10], [np.inf, np.inf]]))
    assert a.share.max() == b.share.max() == 0.5


def test_data_profile_counts_simplex_gradients_to_a_share_of_the_best_decrease(made) -> None:
    """From 100 to the best, 0: a tolerance of 0.1 needs 10, which a has after 6 = 2 (dim + 1) evaluations, b never."""
    table = made(
        ("a", "f", 2, 1, 1, 50, [(1, 100.0), (6, 10.0), (9, 0.0)]),
        ("b", "f", 2, 1, 1, 50, [(1, 80.0), (6, 11.0)]),
    )
    a, b = data_profile(table, 0.1, np.array([1.9, 2.0, 10.0]))
    assert a.share.tolist() == [0.0, 1.0, 1.0]
    assert b.share.tolist() == [0.0, 0.0, 0.0]
    assert a.tolerance == 0.1


def test_scores_come_from_runs(made) -> None:
    """Median final precision, mean AOCC and ERT, a row a problem and a column an optimizer; missing is NaN."""
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
