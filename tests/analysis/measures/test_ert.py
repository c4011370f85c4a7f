"""Expected running times."""

from __future__ import annotations

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis import RunTable, evaluations_to_targets
from benchbook.analysis.cells import cells
from benchbook.analysis.measures.ert import dispersion, ert_interval, expected_running_times, simulated_restarts
from benchbook.analysis.measures.first_hits import first_hits


@pytest.fixture
def half(made):
    """Return two runs that hit 1 after 10 and 30 evaluations, and two that fail after 100."""
    return made(
        ("a", "f", 2, 1, 1, 50, [(10, 1.0)]),
        ("a", "f", 2, 2, 1, 50, [(30, 1.0)]),
        ("a", "f", 2, 3, 1, 100, [(1, 9.0)]),
        ("a", "f", 2, 4, 1, 100, []),
    )


def test_ert_counts_the_evaluations_of_failed_runs(half) -> None:
    """(10 + 30 + 100 + 100) / 2 successes = 120; without a success the ERT is infinite."""
    times = expected_running_times(first_hits(half, np.array([1.0, 0.1])), cells(half))
    assert times.ert.tolist() == [[120.0, np.inf]]
    assert times.successes.tolist() == [[2, 0]]
    assert times.success_rate.tolist() == [[0.5, 0.0]]


def test_cells_are_function_dimension_and_optimizer(made) -> None:
    """Cells are sorted by function, dimension and optimizer, in whatever order their runs are."""
    table = made(
        ("a", "f", 3, 1, 1, 10, [(1, 1.0)]),
        ("b", "f", 2, 1, 1, 10, [(2, 1.0)]),
        ("a", "f", 2, 1, 1, 10, [(3, 1.0)]),
        ("a", "f", 3, 2, 1, 10, [(5, 1.0)]),
    )
    times = expected_running_times(first_hits(table, np.array([1.0])), cells(table))
    assert times.cells.names == [("a", "f", 2), ("b", "f", 2), ("a", "f", 3)]
    assert times.ert.ravel().tolist() == [3.0, 2.0, 3.0]
    assert times.cells.of_runs().tolist() == [2, 1, 0, 2]


def test_interval_of_equal_runs_is_a_point(made) -> None:
    """Where all runs are equal, the interval has no width."""
    table = made(*[("a", "f", 2, s, 1, 50, [(10, 1.0)]) for s in range(5)])
    interval = ert_interval(first_hits(table, np.array([1.0])), cells(table))
    assert interval.low == pytest.approx(10.0)
    assert interval.high == pytest.approx(10.0)


def test_interval_holds_the_ert_and_is_open_above_without_a_success(half, made) -> None:
    """If two of four runs fail the interval is wide; four failures of 50 evaluations bound the ERT from below."""
    interval = ert_interval(first_hits(half, np.array([1.0])), cells(half))
    assert interval.low[0, 0] < 120 / 2 < 120 * 2 < interval.high[0, 0] < np.inf
    table = made(*[("a", "f", 2, s, 1, 50, []) for s in range(4)])
    interval = ert_interval(first_hits(table, np.array([1.0])), cells(table))
    most = 1 - 0.025**0.25  # success rate at which four failures have a probability of 0.025
    assert interval.low[0, 0] == pytest.approx(50 * (1 - most) / most)
    assert interval.high[0, 0] == np.inf


def test_a_single_run_gives_no_interval(made) -> None:
    """The interval of a single run goes from one evaluation, the least that a target takes, to infinity."""
    table = made(("a", "f", 2, 1, 1, 50, [(10, 1.0)]))
    interval = ert_interval(first_hits(table, np.array([1.0])), cells(table))
    assert (interval.low[0, 0], interval.high[0, 0]) == (1.0, np.inf)


def test_balanced_instances_have_equal_weight(made) -> None:
    """Three runs of instance 1 need 10 evaluations and one of instance 2 needs 50: 20 by runs, 30 by instances."""
    runs = [("a", "f", 2, 1, seed, 99, [(10, 1.0)]) for seed in (1, 2, 3)] + [("a", "f", 2, 2, 1, 99, [(50, 1.0)])]
    table = made(*runs)
    hits, groups = first_hits(table, np.array([1.0])), cells(table)
    assert expected_running_times(hits, groups).ert.tolist() == [[20.0]]
    assert expected_running_times(hits, groups, balance=True).ert == pytest.approx(30.0)


def test_simulated_restarts_add_failures_until_a_success() -> None:
    """With a success after 10 and failures of 100 every draw is 10 + 100 k; k has mean 1 at a success rate of 1/2."""
    lots = simulated_restarts(np.array([10.0, np.inf]), np.array([20.0, 100.0]), samples=20_000)
    assert set(lots % 100) == {10.0}
    assert lots.mean() == pytest.approx(110, rel=0.03)
    assert (lots[0::2] == 10).all()  # each run is the first draw equally often
    assert (lots[1::2] >= 110).all()


def test_mean_of_simulated_restarts_is_the_ert(half) -> None:
    """The mean of the simulated run lengths is the ERT, 120."""
    hits = first_hits(half, np.array([1.0]))
    lots = simulated_restarts(hits.evaluations[:, 0], half.evaluations.astype(float), samples=40_000)
    assert lots.mean() == pytest.approx(120, rel=0.03)


def test_simulated_restarts_without_success_never_end() -> None:
    """If all runs fail, the simulated run length is infinite."""
    assert np.isinf(simulated_restarts(np.array([np.inf]), np.array([5.0]), samples=3)).all()


def test_dispersion_is_half_the_range_from_10_to_90_percent(made) -> None:
    """For run lengths 1 to 10 without failures, the quantiles are 1 and 9, and half of the range is 4."""
    table = made(*[("a", "f", 2, s, 1, 50, [(s, 1.0)]) for s in range(1, 11)])
    found = dispersion(first_hits(table, np.array([1.0, 1e-3])), cells(table), samples=1000)
    assert found[0, 0] == 4.0
    assert np.isnan(found[0, 1])


def test_table_method_agrees_with_the_loop_over_cells() -> None:
    """The labelled series of `runs.ert` agrees with `evaluations_to_targets`."""
    runs = RunTable(
        bb.run(name, "sphere", dim=d, instance=1, seed=s, budget=100)
        for name in ("random_search", "manta_ray_foraging")
        for d in (2, 3)
        for s in range(4)
    )
    series = runs.ert(target=1.0)
    assert series.index.names == ["optimizer", "function", "dim"]
    for row in evaluations_to_targets(runs, [1.0]):
        found = series[row.optimizer, row.function, row.dim]
        assert found == (np.inf if row.ert is None else row.ert)
        assert runs.success_rate(1.0)[row.optimizer, row.function, row.dim] == row.successes / row.runs


def test_empty_table_gives_empty_answers() -> None:
    """An empty table gives no rows, and no exception."""
    assert len(RunTable([]).ert()) == 0
    assert len(RunTable([]).aocc()) == 0
    assert RunTable([]).ert_table().shape == (0, 51)
