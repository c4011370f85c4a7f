"""Mean ranks, their intervals, and tests of differences, on fields small enough to check on paper."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchbook.analysis.ranking.standing import (
    contenders,
    difference_p_values,
    parts,
    problem_ranks,
    resampled_mean_ranks,
    standings,
)

NEVER = float("inf")


def test_mean_ranks_are_means_over_problems_of_ranks_by_targets_reached(make_field) -> None:
    """On f the order is a (3 targets), mine (2), b (1); on g, mine and a share the first two ranks."""
    field = make_field({
        ("f", 2): [[[2, 10, NEVER]], [[2, 10, 20]], [[2, NEVER, NEVER]]],
        ("g", 2): [[[2, 10, NEVER]], [[5, 7, NEVER]], [[2, NEVER, NEVER]]],
    })  # fmt: skip
    (found,) = standings(field, [100.0])
    assert {place.optimizer: place.mean_rank for place in found.places} == {"a": 1.25, "mine": 1.75, "b": 3.0}
    assert [place.optimizer for place in found.places] == ["a", "mine", "b"]
    assert found.of("mine").reached == pytest.approx((2 + 2) / 6)
    assert found.of("a").difference == pytest.approx(-1 / 6)


def test_only_what_was_reached_by_then_counts(make_field) -> None:
    """After 5 evaluations per variable in 2-D, a hit at 10 counts and one at 11 does not."""
    field = make_field({("f", 2): [[[10, NEVER, NEVER]], [[11, 12, 13]]]})
    early, late = standings(field, [5.0, 100.0])
    assert [place.optimizer for place in early.places] == ["mine", "a"]
    assert [place.optimizer for place in late.places] == ["a", "mine"]


def test_ranks_are_those_of_scipy() -> None:
    """Ties share the mean of their ranks, also on random counts with many ties."""
    rng = np.random.default_rng(1)
    counts = [rng.integers(0, 5, size=(7, 3)).astype(float) for _ in range(40)]
    expected = stats.rankdata([-values.sum(axis=1) for values in counts], axis=1)
    assert np.array_equal(problem_ranks(counts), expected)


def test_optimizers_with_smaller_budgets_are_left_out(make_field) -> None:
    """An optimizer whose runs ended before that number of evaluations is left out."""
    field = make_field({("f", 2): [[[2, NEVER, NEVER]], [[3, 4, NEVER]], [[1, 2, 3]]]}, budgets=[100, 100, 20])
    assert contenders(field, 20).tolist() == [0, 1, 2]
    assert contenders(field, 100).tolist() == [0, 1]
    early, late = standings(field, [10, 100])
    assert (len(early.places), len(late.places)) == (3, 2)


def test_the_interval_is_the_estimate_where_nothing_varies(make_field) -> None:
    """If the order is the same on all functions and runs, the intervals have no width."""
    one = [[[2, 3, 4]] * 5, [[2, 3, NEVER]] * 5, [[2, NEVER, NEVER]] * 5]
    (found,) = standings(make_field({("f", 2): one, ("g", 2): one, ("h", 2): one}), [100.0])
    assert [(place.low, place.mean_rank, place.high) for place in found.places] == [(1, 1, 1), (2, 2, 2), (3, 3, 3)]


def test_functions_are_drawn_with_all_their_dimensions() -> None:
    """Two functions with opposite orders give mean ranks of 1, 1.5 and 2 in proportion 1 : 2 : 1."""
    first, second = np.array([[3.0], [1.0]]), np.array([[1.0], [3.0]])
    problems = [("f", 2), ("f", 5), ("g", 2), ("g", 5)]
    drawn = resampled_mean_ranks([first, first, second, second], problems, samples=4000)[:, 0]
    shares = {rank: float((drawn == rank).mean()) for rank in (1.0, 1.5, 2.0)}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares == pytest.approx({1.0: 0.25, 1.5: 0.5, 2.0: 0.25}, abs=0.03)


def test_runs_are_drawn_within_a_problem() -> None:
    """Of two runs with opposite orders, half of the samples contain both and tie; a quarter each contain one."""
    counts = np.array([[3.0, 1.0], [1.0, 3.0]])
    drawn = resampled_mean_ranks([counts], [("f", 2)], samples=4000)[:, 0]
    shares = [float((drawn == rank).mean()) for rank in (1.0, 1.5, 2.0)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_the_p_value_is_that_of_all_exchanges() -> None:
    """With six pairs whose differences have one sign, two of 64 exchanges are as extreme."""
    counts = np.array([[4.0] * 6, [1.0] * 6])
    (p,) = difference_p_values([counts])
    assert p == pytest.approx(2 / 64, abs=0.004)


def test_the_p_value_of_unequal_differences_is_that_of_an_enumeration() -> None:
    """Two problems with different numbers of runs have equal weight, checked over all 2**7 sign patterns."""
    one, other = np.array([[5.0, 3.0, 4.0], [2.0, 4.0, 3.0]]), np.array([[1.0, 9.0, 2.0, 2.0], [0.0, 4.0, 4.0, 1.0]])
    differences = np.concatenate([(one[0] - one[1]) / 3, (other[0] - other[1]) / 4])
    signs = np.array(np.meshgrid(*[[-1, 1]] * 7)).reshape(7, -1)
    sums = np.abs(differences @ signs)
    expected = float((sums >= abs(differences.sum()) - 1e-9).mean())
    assert difference_p_values([one, other]) == [pytest.approx(expected, abs=0.015)]


def test_equal_runs_are_undecided_whatever_their_number(make_field) -> None:
    """The same optimizer under another name is neither better nor worse."""
    runs = [[2.0, 3.0, 4.0], [2.0, NEVER, NEVER], [1.0, 9.0, NEVER]] * 5
    (found,) = standings(make_field({("f", 2): [runs, runs]}), [100.0])
    assert found.of("a").p == 1.0
    assert found.of("a").verdict == "undecided"
    assert found.of("mine").verdict is None


def test_verdicts_are_those_of_the_candidate_and_adjusted_for_all_tests(make_field) -> None:
    """The candidate beats one that reaches less and loses to one that reaches more; p grows up to sixfold."""
    good, middle, bad = ([[1.0, 2.0, 3.0]] * 15, [[1.0, 2.0, NEVER]] * 15, [[1.0, NEVER, NEVER]] * 15)
    field = make_field({("f", 2): [middle, good, bad]})
    found = standings(field, [10, 50, 100])
    assert [(item.names("better"), item.names("worse")) for item in found] == [(["b"], ["a"])] * 3
    raw = difference_p_values(field.reached(10, np.arange(3)))
    assert found[0].of("a").p == pytest.approx(min(1, 6 * raw[0]))


def test_few_false_alarms_among_equal_optimizers() -> None:
    """Of 60 rankings of ten equal optimizers, at most a tenth find a difference at the level of 5 %."""
    from benchbook.analysis.statistics.tests import holm

    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(60):
        counts = [rng.integers(0, 20, size=(10, 15)).astype(float) for _ in range(4)]
        alarms += min(holm(difference_p_values(counts, exchanges=2000))) < 0.05
    assert alarms <= 6


def test_parts_are_groups_in_dimensions_the_best_first(make_field) -> None:
    """The candidate is first on separable functions and last on moderate ones."""
    win, lose = [[[1, 2, 3]], [[1, NEVER, NEVER]]], [[[1, NEVER, NEVER]], [[1, 2, 3]]]
    field = make_field({("bbob_f1", 2): win, ("bbob_f2", 2): win, ("bbob_f1", 5): lose, ("bbob_f6", 2): lose})
    found = parts(field, 100.0)
    assert [(part.group, part.dim, part.functions, part.mean_rank, part.best) for part in found] == [
        ("separable", 2, 2, 1.0, "a"),
        ("moderate", 2, 1, 2.0, "a"),
        ("separable", 5, 1, 2.0, "a"),
    ]
