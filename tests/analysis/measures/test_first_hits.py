"""First hits and targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.columns import Columns, columns
from benchbook.analysis.control import first_hit
from benchbook.analysis.measures import first_hits as hits_module
from benchbook.analysis.measures.first_hits import first_hits, first_hits_by_problem
from benchbook.analysis.measures.targets import STANDARD_TARGETS, as_targets, run_length_targets
from benchbook.errors import UsageError


def test_standard_targets_are_51_from_100_to_1e_8_five_per_power_of_ten() -> None:
    """The 51 targets equal those of COCO, to the last bit of each power of ten."""
    assert len(STANDARD_TARGETS) == 51
    assert STANDARD_TARGETS[[0, 5, 50]].tolist() == [100.0, 10.0, 1e-8]
    assert np.allclose(STANDARD_TARGETS, 10 ** np.arange(2, -8.1, -0.2))


def test_first_hit_is_the_first_improvement_at_or_below_the_target(made) -> None:
    """A target that is met exactly counts, one that is never met is infinite, and targets may be in any order."""
    table = made(("a", "f", 2, 1, 1, 100, [(1, 50.0), (7, 1.0), (30, 0.1)]), ("a", "f", 2, 1, 2, 100, []))
    hits = first_hits(table, np.array([1.0, 1e-3, 60.0, 0.5]))
    assert hits.evaluations.tolist() == [[7, np.inf, 1, 30], [np.inf] * 4]
    assert hits.spent().tolist() == [[7, 100, 1, 30], [100] * 4]


def test_unknown_optimum_never_hits(made) -> None:
    """A run whose f_opt is unknown hits no target."""
    table = made(("a", "f", 2, 1, 1, 10, [(1, np.nan), (3, np.nan)]), ("a", "f", 2, 1, 2, 10, [(4, 0.5)]))
    assert first_hits(table, np.array([1.0])).evaluations.tolist() == [[np.inf], [4]]


def test_blocks_change_nothing(made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processing the table in small blocks gives the same result as one block."""
    runs = [("a", "f", 2, 1, s, 99, [(k + 1, 100.0 / (s + k) ** 2) for k in range(s % 4)]) for s in range(1, 20)]
    table = made(*runs)
    whole = first_hits(table, STANDARD_TARGETS).evaluations
    for size in (1, 2, 5):
        monkeypatch.setattr(hits_module, "_MOST_AT_ONCE", size)
        assert np.array_equal(first_hits(table, STANDARD_TARGETS).evaluations, whole)


runs_strategy = st.lists(
    st.lists(st.tuples(st.integers(1, 5), st.floats(0.01, 3.0)), max_size=8), min_size=1, max_size=6
)


@given(runs_strategy, st.lists(st.floats(1e-9, 1e3), min_size=1, max_size=6))
def test_vectorised_hits_equal_a_loop_over_runs(steps: list, targets: list[float]) -> None:
    """For any improvements and targets the vectorised table equals the result of a loop."""
    offsets, at, precisions = [0], [], []
    for run in steps:
        evaluation, value = 0, 1e4
        for ahead, orders in run:
            evaluation, value = evaluation + ahead, value * 10**-orders
            at.append(evaluation)
            precisions.append(value)
        offsets.append(len(at))
    n = len(steps)
    codes = np.zeros(n, dtype=np.int64)
    table = Columns(
        optimizers=("a",), functions=("f",), optimizer=codes, function=codes, dim=codes + 2, instance=codes,
        seed=np.arange(n), budget=codes + 50, evaluations=codes + 50, offsets=np.array(offsets),
        at=np.array(at, dtype=np.int64), precisions=np.array(precisions),
    )  # fmt: skip
    got = first_hits(table, np.array(targets)).evaluations
    for row in range(n):
        own = list(zip(at[offsets[row] : offsets[row + 1]], precisions[offsets[row] : offsets[row + 1]], strict=True))
        for column, target in enumerate(targets):
            assert got[row, column] == next((float(e) for e, p in own if p <= target), np.inf)


def test_real_runs_have_the_hits_of_the_single_run_function() -> None:
    """On real runs the table agrees with `first_hit`, run by run."""
    runs = RunTable(bb.run("random_search", "sphere", dim=2, instance=1, seed=s, budget=80) for s in range(4))
    targets = [30.0, 3.0, 0.3, 1e-8]
    for run, row in zip(runs, runs.first_hits(targets).evaluations, strict=True):
        expected = [np.inf if first_hit(run, t) is None else first_hit(run, t) for t in targets]
        assert row.tolist() == expected


@pytest.mark.parametrize("wrong", [[], [0.0], [-1.0], [np.inf], [[1.0]], ["x"]])
def test_targets_are_positive_numbers(wrong: list[Any]) -> None:
    """Other values are refused, and the message quotes them."""
    with pytest.raises(UsageError, match="targets are"):
        as_targets(wrong)


def test_run_length_targets_are_what_the_reference_reaches_in_time(made) -> None:
    """The targets 10 and 0.1, in steps of 10**0.2, are reached within 0.5 x dim and 3 x dim evaluations."""
    table = made(*[("ref", "f", 2, 1, s, 200, [(1, 10.0), (6, 0.1), (150, 1e-9)]) for s in (1, 2)])
    found = run_length_targets(table, (0.5, 3, 100))["f", 2]
    assert np.allclose(found, [10.0, 0.1, 1e-8])


def test_run_length_targets_need_one_reference(made) -> None:
    """Runs of two optimizers are refused as a reference."""
    table = made(("a", "f", 2, 1, 1, 9, [(1, 1.0)]), ("b", "f", 2, 1, 1, 9, [(1, 1.0)]))
    with pytest.raises(UsageError, match="2 optimizers"):
        run_length_targets(table)


def test_each_problem_may_have_its_own_targets(made) -> None:
    """Targets of one problem apply only to the runs on it, and a problem without targets is named."""
    table = made(("a", "f", 2, 1, 1, 9, [(1, 5.0), (4, 0.5)]), ("a", "g", 3, 1, 1, 9, [(2, 5.0), (5, 0.5)]))
    targets = {("f", 2): np.array([5.0]), ("g", 3): np.array([1.0])}
    assert first_hits_by_problem(table, targets).evaluations.tolist() == [[1], [5]]
    with pytest.raises(UsageError, match="no targets for g in dimension 3"):
        first_hits_by_problem(table, {("f", 2): np.array([5.0])})


def test_variants_of_an_optimizer_are_distinguished() -> None:
    """One optimizer under two settings makes two cells, labelled by the setting that differs."""
    runs = [
        bb.run("manta_ray_foraging", "sphere", dim=2, seed=1, budget=30, settings={"population": p}) for p in (5, 10)
    ]
    assert columns(runs).optimizers == ("manta_ray_foraging[population=5]", "manta_ray_foraging[population=10]")


def test_picked_runs_keep_their_improvements(made) -> None:
    """`pick` reorders and repeats runs together with all their data."""
    table = made(("a", "f", 2, 1, 1, 9, [(1, 5.0), (4, 0.5)]), ("b", "f", 2, 1, 1, 8, [(2, 3.0)]))
    picked = table.pick(np.array([1, 0, 1]))
    assert picked.at.tolist() == [2, 1, 4, 2]
    assert picked.offsets.tolist() == [0, 1, 3, 4]
    assert picked.final().tolist() == [3.0, 0.5, 3.0]
