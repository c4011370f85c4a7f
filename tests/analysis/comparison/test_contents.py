from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis.comparison.contents import dims_of, functions_of, optimizers_of, us_per_evaluation
from benchbook.analysis.comparison.summary import summarise
from benchbook.records.published import StudySummary


@pytest.fixture(scope="module")
def summary() -> StudySummary:
    """Two optimizers on three functions in two dimensions."""
    return summarise(
        bb.run(name, function, dim=dim, instance=1, seed=1, budget=20)
        for name in ("whale", "cma_es")
        for function in ("bbob_f15", "bbob_f2", "bbob_f1")
        for dim in (3, 2)
    )


def test_contents_are_sorted_and_functions_by_number(summary: StudySummary) -> None:
    """The order does not depend on that of the runs."""
    assert optimizers_of(summary) == ["cma_es", "whale"]
    assert functions_of(summary) == ["bbob_f1", "bbob_f2", "bbob_f15"]
    assert dims_of(summary) == [2, 3]


def test_a_time_is_the_median_over_runs_and_unknown_ones_do_not_count(summary: StudySummary) -> None:
    """A time is NaN if all runs' times are unknown, never zero."""
    cell = next(iter(summary.cells.values()))
    cells = [replace(cell, us_per_evaluation=np.array(values)) for values in ([1.0, np.nan], [3.0, 11.0])]
    assert us_per_evaluation(cells) == pytest.approx(3.0)
    assert np.isnan(us_per_evaluation([]))
