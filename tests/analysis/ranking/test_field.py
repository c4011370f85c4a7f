"""A candidate's runs next to published ones, and the plan that makes them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from benchbook.analysis.measures.references import Reference, reference
from benchbook.analysis.ranking.field import field_of
from benchbook.analysis.ranking.fixed_budgets import fixed_budgets
from benchbook.analysis.ranking.plan import candidate_plan
from benchbook.analysis.ranking.running_times import expected_times, field_profiles, running_times
from benchbook.errors import UnknownNameError, UsageError
from benchbook.records import ErrorRecord, Status

NEVER = float("inf")


def test_runs_are_paired_by_instance(make_cell, make_summary, make_run) -> None:
    """Runs are paired by instance, in whatever order the candidate's runs come."""
    summary = make_summary(make_cell("a", "f", 2, [[1], [2, 5], [3, 6, 9]]))
    records = [make_run([instance], [10.0 + 0.5], instance=instance, spent=200, budget=200) for instance in (3, 1, 2)]
    field = field_of(summary, records, "mine")
    assert field.optimizers == ("mine", "a")
    assert field.problems == (("f", 2),)
    assert field.hits[0][0].tolist() == [[1, 1, NEVER], [2, 2, NEVER], [3, 3, NEVER]]
    assert field.hits[0][1].tolist() == [[1, NEVER, NEVER], [2, 5, NEVER], [3, 6, 9]]
    assert field.budgets.tolist() == [100, 100]


def test_several_runs_of_an_instance_are_paired_by_the_order_of_their_seeds(make_cell, make_summary, make_run) -> None:
    """Seeds may differ, since random numbers of two optimizers are unrelated anyway."""
    cell = make_cell("a", "f", 2, [[1], [2]], instances=np.array([4, 4]), seeds=np.array([7, 9]))
    records = [make_run([seed], [10.5], instance=4, seed=seed) for seed in (2, 1)]
    field = field_of(make_summary(cell), records, "mine")
    assert field.hits[0][:, :, 0].tolist() == [[1, 2], [1, 2]]


def test_an_optimizer_that_lacks_a_run_is_left_out_with_a_note(make_cell, make_summary, make_run) -> None:
    """An optimizer without runs on a problem is left out, since its mean over fewer problems is not comparable."""
    summary = make_summary(make_cell("a", "f", 2, [[1], [2]]), make_cell("b", "f", 2, [[1]]))
    field = field_of(summary, [make_run([1], [10.5], instance=instance) for instance in (1, 2)], "mine")
    assert field.optimizers == ("mine", "a")
    assert field.notes == ("b is left out: the baseline lacks runs of it, as on f in 2-D",)
    with pytest.raises(UsageError, match="no optimizer with first hits of all runs"):
        field_of(summary, [make_run([1], [10.5], instance=3)], "mine")


def test_a_failed_run_has_reached_nothing_and_spent_its_budget(make_cell, make_summary, make_run) -> None:
    """A failed run counts as a miss even if it found something first, and its first error is reported."""
    run = make_run([1, 2], [10.5, 10.05], spent=7, budget=200)
    error = ErrorRecord(type="ValueError", message="too many", where="optimizer", evaluations=7, traceback="")
    bad = dataclasses.replace(run, status=Status.FAILED, error=error)
    field = field_of(make_summary(make_cell("a", "f", 2, [[1]])), [bad], "mine")
    assert field.hits[0][0].tolist() == [[NEVER] * 3]
    assert field.spent[0][0].tolist() == [200]
    (failure,) = field.failures
    assert (failure.function, failure.dim, failure.failed, failure.runs) == ("f", 2, 1, 1)
    assert failure.error == "ValueError: too many"


def test_targets_below_the_one_at_which_runs_stop_are_not_counted(make_cell, make_summary, make_run) -> None:
    """A run that stops at 1 cannot reach 0.1."""
    summary = make_summary(make_cell("a", "f", 2, [[1, 4]], stop_target=1.0))
    plan = candidate_plan(summary)
    assert plan.target == 1.0
    field = field_of(summary, [make_run([1], [10.05])], "mine", hardest=plan.target)
    assert field.targets.tolist() == [10.0, 1.0]
    assert field.hits[0].shape == (2, 1, 2)


def test_the_plan_is_that_of_the_baseline(make_cell, make_summary) -> None:
    """The plan has the functions in order, the instances and seeds of most cells, and the largest budget."""
    summary = make_summary(
        make_cell("a", "bbob_f10", 2, [[1], [2]]),
        make_cell("a", "bbob_f2", 2, [[1], [2]]),
        make_cell("b", "bbob_f2", 2, [[1], [2]], budget=20),
        make_cell("c", "bbob_f2", 2, [[1]], seeds=np.array([5])),
        make_cell("a", "bbob_f2", 5, [[1], [2]]),
    )
    plan = candidate_plan(summary, dims=[2, 5])
    assert plan.functions == ("bbob_f2", "bbob_f10")
    assert plan.dims == (2, 5)
    assert plan.instances == {"bbob_f2": (1, 2), "bbob_f10": (1, 2)}
    assert plan.seeds == (1,)
    assert (plan.budget_per_dim, plan.budget) == (100, None)
    assert candidate_plan(summary, dims=[5]).functions == ("bbob_f2",)
    assert candidate_plan(summary, budget_per_dim=7).budget_per_dim == 7


def test_without_a_choice_the_dimensions_are_those_of_most_optimizers(make_cell, make_summary) -> None:
    """Dimensions in which most optimizers have no runs are planned only when they are asked for."""
    summary = make_summary(
        make_cell("a", "f", 2, [[1]]), make_cell("a", "f", 20, [[1]]), make_cell("b", "f", 2, [[1]]),
        make_cell("a", "f", 5, [[1]]), make_cell("b", "f", 5, [[1]]),
    )  # fmt: skip
    assert candidate_plan(summary).dims == (2, 5)
    assert candidate_plan(summary, dims=[2, 20]).dims == (2, 20)


def test_unknown_seeds_are_counted_and_equal_budgets_are_kept(make_cell, make_summary) -> None:
    """Imported runs have no seeds, and may have the same budget in all dimensions."""
    twice = {"instances": np.array([1, 1, 2, 2]), "seeds": np.full(4, -1), "budget": 500}
    summary = make_summary(make_cell("a", "f", 2, [[1]] * 4, **twice), make_cell("a", "f", 5, [[1]] * 4, **twice))
    plan = candidate_plan(summary)
    assert plan.seeds == (1, 2)
    assert (plan.budget_per_dim, plan.budget) == (None, 500)


def test_what_the_baseline_lacks_is_refused(make_cell, make_summary) -> None:
    """The message says what the baseline has."""
    summary = make_summary(make_cell("a", "f", 2, [[1]]))
    with pytest.raises(UnknownNameError, match="unknown function of the baseline"):
        candidate_plan(summary, functions=["g"])
    with pytest.raises(UsageError, match="no runs in 3-D, only in 2-D"):
        candidate_plan(summary, dims=[3])
    old = make_summary(make_cell("a", "f", 2, [[1]], first_hits=None))
    with pytest.raises(UsageError, match="no first hits"):
        candidate_plan(old)


def test_expected_times_count_the_evaluations_of_failures() -> None:
    """Hits at 10 and 30 and a failure of 100 give (10 + 30 + 100) / 2."""
    hits = np.array([[[10.0], [30.0], [NEVER]], [[NEVER], [NEVER], [NEVER]]])
    assert expected_times(hits, np.full((2, 3), 100.0)).tolist() == [[70.0], [NEVER]]


def test_the_virtual_best_takes_for_each_target_the_quickest_published_optimizer(make_field) -> None:
    """The virtual best has a's first hit after 2 evaluations and b's second after 8; the candidate does not count."""
    field = make_field({("f", 2): [[[1, 1, 1]], [[2, 20, NEVER]], [[10, 8, NEVER]]]})
    (profile,) = field_profiles(field, [], "a")
    curve = next(curve for curve in profile.curves if curve.role == "virtual best")
    x = np.array(profile.x)
    for per_dim, share in [(0.99, 0), (1.1, 1 / 3), (3.9, 1 / 3), (4.3, 2 / 3), (100, 2 / 3)]:
        assert curve.share[np.searchsorted(x, per_dim, side="right") - 1] == pytest.approx(share, abs=1e-4)
    assert [(item.name, item.role) for item in profile.curves] == [
        ("mine", "candidate"), ("a", "single best"), ("b", "published"), ("virtual best", "virtual best"),
    ]  # fmt: skip


def test_both_references_are_drawn_where_they_have_all_functions(make_field) -> None:
    """On a BBOB function both portfolios are drawn, on a function of another suite neither."""
    references = [reference("best-2009"), reference("best-2009-16")]
    for function, drawn in [("bbob_f1", ["best-2009", "best-2009-16"]), ("sphere", [])]:
        field = make_field({(function, 5): [[[4, 9, 24]], [[1, 2, 3]]]})
        (profile,) = field_profiles(field, references, "a")
        assert [curve.name for curve in profile.curves if curve.role == "reference"] == drawn


def test_running_times_are_divided_by_those_of_the_reference(make_field) -> None:
    """The ratios are those to best-2009, which reaches 0.1 on the sphere in 5-D after 12 evaluations."""
    best = reference("best-2009")
    field = make_field({("bbob_f1", 5): [[[4, 9, 24]], [[1, 2, 3]]]})
    times = running_times(field, best)
    found = {time.target: time for time in times if time.run_length is None}
    known = dict(zip(best.targets.round(9).tolist(), best.evaluations["bbob_f1", 5].tolist(), strict=True))
    assert set(found) == {10.0, 1.0, 0.1}
    assert (found[0.1].ert, found[0.1].successes, found[0.1].runs) == (24.0, 1, 1)
    assert found[0.1].ratio == pytest.approx(24 / known[0.1])
    assert all(time.ratio is None for time in running_times(field, None))


def test_a_run_without_success_counts_ten_budgets(make_field) -> None:
    """PAR10 of a success after 24 evaluations is 24; with a failed run of 100 x 5 it is (24 + 5000) / 2."""
    for hits, expected in [([[4, 9, 24]], 24.0), ([[4, 9, 24], [4, 9, np.inf]], 2512.0)]:
        field = make_field({("bbob_f1", 5): [hits, hits]}, budgets=[100.0, 100.0])
        found = {time.target: time.par10 for time in running_times(field, None)}
        assert found[0.1] == expected


def test_the_median_target_after_a_fixed_budget_is_shown(make_field) -> None:
    """Two of three runs reach 1 within 2 x 5 evaluations; the published optimizer reaches 0.1 on its second run."""
    field = make_field({("bbob_f1", 5): [[[4, 9, 24], [4, 9, 9], [9, 19, 24]], [[4, 11, 24], [4, 9, 9], [4, 11, 24]]]})
    found = fixed_budgets(field, [0.1, 2.0])
    assert [(item.per_dim, item.precision, item.best, item.best_precision) for item in found] == [
        (0.1, None, field.optimizers[1], None),
        (2.0, 1.0, field.optimizers[1], 10.0),
    ]


def test_the_expensive_setting_has_targets_of_the_reference(make_field) -> None:
    """The reference reaches 10, 10, 10, 1 and 0.1 within 1, 2.4, 6, 20 and 100 evaluations; a run took 4, 9 and 24."""
    best = Reference(name="r", citation="", licence="", targets=np.array([10.0, 1.0, 0.1]),
                     evaluations={("f", 2): np.array([1.0, 10.0, 100.0])}, algorithms={})  # fmt: skip
    field = make_field({("f", 2): [[[4, 9, 24]], [[1, 2, 3]]]})
    found = [time for time in running_times(field, best) if time.run_length is not None]
    assert [(time.run_length, time.target, time.ratio) for time in found] == [
        (0.5, 10.0, 4.0), (1.2, 10.0, 4.0), (3.0, 10.0, 4.0), (10.0, 1.0, 0.9), (50.0, 0.1, 0.24),
    ]  # fmt: skip
