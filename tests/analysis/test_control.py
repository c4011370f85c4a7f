from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchbook as bb
from benchbook.analysis import (
    RunTable,
    centre_bias,
    convergence,
    evaluations_to_targets,
    improvements_ratio,
    orders_of_magnitude_behind,
    paired_wins,
)
from benchbook.analysis.control import FLOOR, best_at, first_hit
from benchbook.errors import UsageError
from benchbook.records import RunRecord

MakeRun = Callable[..., RunRecord]


def test_the_best_so_far_is_a_staircase(make_run: MakeRun) -> None:
    """The best value is infinite before the first improvement, that of the last one later, and at least the floor."""
    run = make_run([2, 5, 9], [14.0, 11.0, 10.0])
    found = best_at(run, np.array([1, 2, 4, 5, 8, 9, 1000]))
    assert found.tolist() == [np.inf, 4.0, 4.0, 1.0, 1.0, FLOOR, FLOOR]


def test_the_first_hit_of_a_target(make_run: MakeRun) -> None:
    """A target is hit when the precision is at most the target, and never if the optimum is unknown."""
    run = make_run([2, 5, 9], [14.0, 11.0, 10.5])
    assert [first_hit(run, target) for target in (5.0, 4.0, 3.9, 1.0, 0.5, 0.4)] == [2, 2, 5, 5, 9, None]
    assert first_hit(make_run([1], [3.0], f_opt=None), 1e9) is None
    assert first_hit(make_run([], []), 1e9) is None


def test_convergence_takes_quartiles_of_runs(make_run: MakeRun) -> None:
    """Quartiles are values of actual runs; a run that ended early keeps its last value."""
    runs = RunTable(make_run([1, 10], [20.0 + k, 11.0 + k], seed=k, spent=10 + k) for k in range(4))
    curve = convergence(runs)
    assert (curve.runs, curve.evaluations[0], curve.evaluations[-1]) == (4, 1, 100)
    assert np.all(np.diff(curve.evaluations) > 0)
    assert (curve.low[0], curve.median[0], curve.high[0]) == (10.0, 11.0, 12.0)
    assert (curve.low[-1], curve.median[-1], curve.high[-1]) == (1.0, 2.0, 3.0)


def test_convergence_accepts_runs_without_a_value(make_run: MakeRun) -> None:
    """A run without a finite value counts as infinite, without warnings; the median may still be finite."""
    runs = RunTable([make_run([3], [11.0]), make_run([3], [12.0], seed=2), make_run([], [], seed=3)])
    curve = convergence(runs)
    assert curve.median[-1] == 2.0
    assert np.isinf(curve.high[-1])
    assert np.isinf(curve.low[0])


@pytest.mark.parametrize("budget", [1, 2, 7, 100, 12345])
def test_convergence_is_shown_up_to_the_budget(make_run: MakeRun, budget: int) -> None:
    """The grid begins at 1, ends at the largest budget, and contains no evaluation twice."""
    curve = convergence(RunTable([make_run([1], [11.0], budget=budget, spent=budget)]))
    assert (curve.evaluations[0], curve.evaluations[-1]) == (1, budget)
    assert len(set(curve.evaluations.tolist())) == len(curve.evaluations)


def test_an_empty_table_has_no_measures() -> None:
    """The message names the measure that was asked for."""
    for measure in (convergence, improvements_ratio):
        with pytest.raises(UsageError, match=f"{measure.__name__} needs at least one run"):
            measure(RunTable([]))


def test_ert_by_hand(make_run: MakeRun) -> None:
    """With hits at 20 and 40 and one failure of 100 evaluations, 160 evaluations for 2 successes are 80 each."""
    runs = RunTable([
        make_run([20], [10.5], seed=1),
        make_run([1, 40], [19.0, 10.5], seed=2),
        make_run([1], [19.0], seed=3),
    ])  # fmt: skip
    (row,) = evaluations_to_targets(runs, [1.0])
    assert (row.ert, row.successes, row.runs) == (80.0, 2, 3)
    assert (row.optimizer, row.function, row.dim, row.target) == ("mine", "f", 2, 1.0)


def test_ert_without_a_success_is_unknown(make_run: MakeRun) -> None:
    """An ERT without a success is None, not infinite and not the budget."""
    (row,) = evaluations_to_targets(RunTable([make_run([1], [19.0])]), [1.0])
    assert (row.ert, row.successes, row.runs) == (None, 0, 1)


def test_ert_counts_what_was_spent_not_the_budget(make_run: MakeRun) -> None:
    """A failed run that stopped after 30 of 100 evaluations costs 30."""
    runs = RunTable([make_run([10], [10.5]), make_run([1], [19.0], spent=30, seed=2)])
    assert evaluations_to_targets(runs, [1.0])[0].ert == 40.0


def test_ert_rows_are_the_cells_that_were_run(make_run: MakeRun) -> None:
    """There is one row per function, dimension, optimizer and target, and none for combinations that were not run."""
    runs = RunTable([
        make_run([1], [11.0], function="f", dim=2, optimizer="a"),
        make_run([1], [11.0], function="f", dim=5, optimizer="b"),
        make_run([1], [11.0], function="g", dim=2, optimizer="a"),
    ])  # fmt: skip
    rows = evaluations_to_targets(runs, [2.0, 0.5])
    assert [(r.function, r.dim, r.optimizer, r.target) for r in rows] == [
        ("f", 2, "a", 2.0), ("f", 2, "a", 0.5),
        ("f", 5, "b", 2.0), ("f", 5, "b", 0.5),
        ("g", 2, "a", 2.0), ("g", 2, "a", 0.5),
    ]  # fmt: skip


def test_wins_are_counted_in_pairs(make_run: MakeRun) -> None:
    """Only runs with the same problem and seed are compared; ties and missing partners do not count as wins."""
    mine = [make_run([1], [10.0 + k], seed=k) for k in range(1, 5)]
    values = {1: 12.0, 2: 12.0, 3: 12.0}
    control = [make_run([1], [value], seed=seed, optimizer="control") for seed, value in values.items()]
    assert paired_wins(RunTable([*mine, *control]), "mine", "control") == (1, 3)
    assert paired_wins(RunTable(mine), "mine", "control") == (0, 0)
    empty = make_run([], [], seed=1, optimizer="control")
    assert paired_wins(RunTable([*mine, empty]), "mine", "control") == (0, 0)


@pytest.mark.parametrize(("mine", "control"), [(1e-14, 1e-9), (0.3, 0.1 + 0.2)], ids=["both solved", "rounding"])
def test_negligible_differences_are_not_wins(mine: float, control: float, make_run: MakeRun) -> None:
    """Values below the hardest target, and values whose last bits differ, are ties."""
    runs = [
        make_run([1], [mine], seed=1, f_opt=0.0),
        make_run([1], [control], seed=1, optimizer="control", f_opt=0.0),
    ]
    assert paired_wins(RunTable(runs), "mine", "control") == (0, 1)


def test_centre_bias_in_orders_of_magnitude(make_run: MakeRun) -> None:
    """1e-6 on the textbook function and 1e-2 on the shifted one are four orders of magnitude; the median counts."""
    runs = RunTable([
        make_run([1], [1e-6], function="f", instance=0, f_opt=0.0),
        make_run([1], [1e-2], function="f", instance=1, f_opt=0.0),
        make_run([1], [1e-2], function="f", instance=2, f_opt=0.0),
        make_run([1], [0.0], function="g", instance=0, f_opt=0.0),
        make_run([1], [1e-2], function="g", instance=1, f_opt=0.0),
        make_run([1], [1.0], function="h", instance=0, f_opt=0.0),
        make_run([1], [1.0], function="h", instance=1, f_opt=0.0),
    ])  # fmt: skip
    assert centre_bias(runs, "mine", ["f"], 2) == pytest.approx(4.0)
    assert centre_bias(runs, "mine", ["g"], 2) == pytest.approx(10.0)
    assert centre_bias(runs, "mine", ["f", "g", "h"], 2) == pytest.approx(4.0)
    assert centre_bias(runs, "mine", ["f", "missing"], 2) is None
    assert centre_bias(runs, "mine", [], 2) is None
    assert centre_bias(runs, "mine", ["f"], 7) is None


def test_an_optimizer_that_asks_the_centre_is_biased() -> None:
    """Centre bias shows where it is built in, and not in random search."""

    class Centre:
        def __init__(self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator) -> None:
            self.point = (lower + upper) / 2

        def ask(self) -> np.ndarray:
            """Return the next points."""
            return self.point[None, :]

        def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
            """Learn the values."""

    runs = RunTable(
        bb.run(optimizer, "sphere", dim=2, instance=instance, seed=seed, budget=60)
        for optimizer in (Centre, "random_search")
        for instance in (0, 1, 2)
        for seed in (1, 2, 3)
    )
    assert centre_bias(runs, "Centre", ["sphere"], 2) > 10
    assert abs(centre_bias(runs, "random_search", ["sphere"], 2)) < 1


def test_random_draws_improve_as_often_as_they_should() -> None:
    """The control finds as many improvements as independent draws do in expectation."""
    runs = RunTable(bb.run("random_search", "ackley", dim=2, instance=1, seed=seed, budget=200) for seed in range(60))
    assert 0.85 < improvements_ratio(runs) < 1.15


def test_the_ratio_of_improvements_by_hand(make_run: MakeRun) -> None:
    """Two draws have 1.5 records in expectation."""
    assert improvements_ratio(RunTable([make_run([1, 2], [13.0, 12.0], spent=2)])) == pytest.approx(2 / 1.5)


@given(st.lists(st.floats(10, 1e6), min_size=1, max_size=8, unique=True), st.floats(1e-3, 1e6))
def test_a_hit_is_consistent_with_the_curve(make_run: MakeRun, values: list[float], target: float) -> None:
    """At the first hit the best value is at most the target, and just before it is not."""
    run = make_run(list(range(2, 2 + len(values))), sorted(values, reverse=True))
    hit = first_hit(run, target)
    if hit is None:
        assert best_at(run, np.array([100]))[0] > target
    else:
        before, after = best_at(run, np.array([hit - 1, hit]))
        assert after <= target < before


def test_orders_of_magnitude_behind_compares_medians_cell_by_cell(make_run: MakeRun) -> None:
    """The difference is positive where the reference ends lower, and values below the least precision count as that."""
    runs = RunTable(
        [
            make_run([1], [10.0 + precision], optimizer=name, function=function)
            for name, function, precision in [
                ("own", "sphere", 1e-2), ("other", "sphere", 1e-4), ("own", "ackley", 1e-1), ("other", "ackley", 1.0),
                ("own", "levy", 1.0),
            ]
        ]
    )  # fmt: skip
    behind, gaps = orders_of_magnitude_behind(runs, "own", "other")
    assert [(function, round(gap, 6)) for function, _, gap in gaps] == [("sphere", 2.0), ("ackley", -1.0)]
    assert behind == pytest.approx(0.5)
    assert orders_of_magnitude_behind(runs, "own", "other", least=1e-3)[1][0][2] == pytest.approx(1.0)
    assert orders_of_magnitude_behind(runs, "own", "nobody") == (None, [])
