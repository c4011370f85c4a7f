"""Fixed budgets, fixed targets, and the area over the convergence curve."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchbook.analysis.cells import cells
from benchbook.analysis.measures.anytime import aocc, fixed_budget, fixed_target, precisions_at
from benchbook.analysis.measures.first_hits import first_hits


def test_precision_at_a_budget_is_the_best_so_far(made) -> None:
    """The precision is infinite before the first value, then that of the last improvement, also after the end."""
    table = made(("a", "f", 2, 1, 1, 20, [(2, 5.0), (3, 4.0), (10, 1.0)]), ("a", "f", 2, 1, 2, 20, []))
    found = precisions_at(table, np.array([1, 2, 9, 10, 100]))
    assert found.tolist() == [[np.inf, 5.0, 4.0, 1.0, 1.0], [np.inf] * 5]


def test_aocc_is_the_mean_logarithmic_distance_to_the_floor(made) -> None:
    """10 evaluations at 100 (worth 0) and 10 at 1e-3 (half-way: 0.5) have mean 0.25; 1e-8 or below is worth 1."""
    table = made(
        ("a", "f", 2, 1, 1, 20, [(1, 100.0), (11, 1e-3)]),
        ("a", "f", 2, 1, 2, 20, [(1, 1e-12)]),
        ("a", "f", 2, 1, 3, 20, [(1, 1e9)]),
        ("a", "f", 2, 1, 4, 20, []),
    )
    assert aocc(table) == pytest.approx([0.25, 1.0, 0.0, 0.0])


def test_aocc_of_a_run_that_stopped_early_keeps_its_last_value(made) -> None:
    """A run that reached 1e-8 after 5 of 10 evaluations is worth 1 from then on: 6 of 10."""
    table = made(("a", "f", 2, 1, 1, 5, [(1, 100.0), (5, 1e-8)]))
    assert aocc(table, budget=10) == pytest.approx([0.6])


def test_aocc_ignores_what_happened_after_the_budget(made) -> None:
    """With a budget of 4, an improvement at evaluation 5 does not count."""
    table = made(("a", "f", 2, 1, 1, 9, [(1, 1e-3), (5, 1e-8)]))
    assert aocc(table, budget=4) == pytest.approx([0.5])


def test_aocc_differs_from_iohinspectors_by_less_than_one_evaluation(made) -> None:
    """The only difference is that iohinspector counts the first value twice and the last one not at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pl, metrics = pytest.importorskip("polars"), pytest.importorskip("iohinspector.metrics")
    points = [(1, 10.0), (4, 1e-2), (20, 1e-5)]
    table = made(("a", "f", 2, 1, 1, 20, points))
    worth = [1 - (np.log10(value) + 8) / 10 for _, value in points]
    frame = pl.DataFrame({"data_id": [1] * 3, "algorithm_name": ["a"] * 3, "function_name": ["f"] * 3,
                          "evaluations": [at for at, _ in points], "eaf": worth})  # fmt: skip
    theirs = float(metrics.get_aocc(frame, 20)["AOCC"][0])
    assert aocc(table)[0] - theirs == pytest.approx((worth[-1] - worth[0]) / 20)


@given(st.lists(st.tuples(st.integers(1, 9), st.floats(0.1, 4.0)), min_size=1, max_size=9), st.integers(1, 40))
def test_aocc_equals_the_mean_over_every_evaluation(steps: list[tuple[int, float]], budget: int) -> None:
    """The sum over improvements is the mean over evaluations, for any history and budget."""
    from benchbook.analysis.columns import Columns

    at = np.cumsum([step[0] for step in steps])
    precisions = 1e4 * 10 ** -np.cumsum([step[1] for step in steps])
    zero = np.zeros(1, dtype=np.int64)
    table = Columns(
        optimizers=("a",), functions=("f",), optimizer=zero, function=zero, dim=zero + 2, instance=zero, seed=zero,
        budget=zero + 99, evaluations=zero + 99, offsets=np.array([0, len(at)]), at=at, precisions=precisions,
    )  # fmt: skip
    best = precisions_at(table, np.arange(1, budget + 1))[0]
    slow = np.mean(1 - (np.clip(np.log10(best), -8, 2) + 8) / 10)
    assert aocc(table, budget=budget)[0] == pytest.approx(slow, abs=1e-12)
    assert 0 <= slow <= 1


def test_fixed_budget_gives_quantiles_over_the_runs_of_a_cell(made) -> None:
    """Of final values 1, 2, 3, 4 the lower quartile is 1, the median 2 and the upper quartile 3 (order statistics)."""
    table = made(*[("a", "f", 2, s, 1, 10, [(s, float(s))]) for s in (1, 2, 3, 4)])
    curves = fixed_budget(table, cells(table), np.array([2, 10]))
    assert curves.quantiles[:, 0, 1].tolist() == [1.0, 2.0, 3.0]
    assert curves.quantiles[:, 0, 0].tolist() == [1.0, 2.0, np.inf]


def test_fixed_target_gives_quantiles_of_evaluations(made) -> None:
    """Where half of the runs fail, the median is the last success and the upper quartile infinite."""
    table = made(*[("a", "f", 2, s, 1, 10, [(s, 1.0 if s < 3 else 2.0)]) for s in (1, 2, 3, 4)])
    curves = fixed_target(first_hits(table, np.array([1.0])), cells(table))
    assert curves.quantiles[:, 0, 0].tolist() == [1.0, 2.0, np.inf]
