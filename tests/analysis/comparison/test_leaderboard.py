from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import studentized_range

import benchbook as bb
from benchbook.analysis.comparison.leaderboard import dims_of, functions_of, groups_of, leaderboard, optimizers_of
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.statistics.friedman import _range_quantile, friedman_nemenyi, mean_rank_comparison
from benchbook.analysis.statistics.rankings import Scores
from benchbook.records.published import StudySummary


@pytest.fixture(scope="module")
def summary() -> StudySummary:
    """Three optimizers on three functions of two groups, in two dimensions."""
    return summarise(
        bb.run(name, function, dim=dim, instance=1, seed=seed, budget=120)
        for name in ("random_search", "cma_es", "whale")
        for function in ("bbob_f1", "bbob_f2", "bbob_f15")
        for dim in (2, 3)
        for seed in (1, 2)
    )


def test_the_board_agrees_with_the_runs(summary: StudySummary) -> None:
    """AOCC and shares are means over cells of means over runs, and ranks those of the AOCC on each problem."""
    board = leaderboard(summary)
    assert [s.rank for s in board.standings] == sorted(s.rank or 0.0 for s in board.standings)
    assert board.comparison.problems == 6
    best = board.standings[0]
    cells = [cell for cell in summary.cells.values() if cell.optimizer == best.optimizer]
    assert best.aocc == pytest.approx(np.mean([cell.aocc.mean() for cell in cells if cell.aocc is not None]))
    reached = [len(run) / 51 for cell in cells for run in cell.first_hits or ()]
    assert best.reached == pytest.approx(np.mean(reached))
    assert best.solved == np.mean([share == 1 for share in reached])


def test_a_dimension_and_a_group_choose_the_problems(summary: StudySummary) -> None:
    """Selecting a dimension and a group gives what a summary of those runs alone gives."""
    assert (dims_of(summary), groups_of(summary)) == ([2, 3], ["separable", "multi-modal"])
    assert functions_of(summary) == ["bbob_f1", "bbob_f2", "bbob_f15"]
    board = leaderboard(summary, dim=2, group="separable")
    chosen = {key: cell for key, cell in summary.cells.items() if key[2] == 2 and key[1] != "bbob_f15"}
    assert board == leaderboard(replace(summary, cells=chosen))
    assert board.comparison.problems == 2
    assert "at least 5" in board.comparison.reason


def test_what_is_not_known_is_none(summary: StudySummary) -> None:
    """Without first hits and optimum values, shares, areas and ranks are None, not zero."""
    cells = {key: replace(cell, aocc=None, first_hits=None) for key, cell in summary.cells.items()}
    board = leaderboard(replace(summary, cells=cells, targets=None))
    assert len(board.standings) == len(optimizers_of(summary))
    for s in board.standings:
        assert (s.rank, s.aocc, s.reached, s.solved) == (None, None, None, None)


@pytest.mark.parametrize("k", [2, 3, 9, 30])
def test_the_quantile_of_the_range_is_that_of_scipy(k: int) -> None:
    """The quantile agrees with SciPy, which integrates differently and over another variable."""
    assert _range_quantile(0.05, k) == pytest.approx(studentized_range.ppf(0.95, k, np.inf), rel=1e-9)


def test_the_comparison_without_friedman_is_the_same_but_for_p(summary: StudySummary) -> None:
    """Ranks, critical difference and cliques do not depend on the p-value."""
    values = np.random.default_rng(1).random((20, 4)) + np.array([0.0, 0.5, 0.6, 1.5])
    measured = Scores(
        problems=tuple((f"f{k}", 2) for k in range(20)), optimizers=tuple("abcd"), values=values, lower_is_better=True
    )
    whole: Any = friedman_nemenyi(measured)
    assert whole.p < 0.05
    assert mean_rank_comparison(measured) == replace(whole, p=None)
