"""Runtime profiles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchbook.analysis import RunTable
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.measures.profiles import group_of, runtime_profiles
from benchbook.errors import UsageError

GRID = np.array([0.5, 1.0, 5.0, 50.0])


def test_profile_is_the_share_of_targets_and_runs_reached(made) -> None:
    """Hits at 2, 10 and 2 of two runs and two targets in 2-D: 1/2 of the pairs after 1 x dim, 3/4 after 5 x dim."""
    table = made(("a", "f", 2, 1, 1, 100, [(2, 1.0), (10, 0.1)]), ("a", "f", 2, 2, 1, 60, [(2, 1.0)]))
    (profile,) = runtime_profiles(first_hits(table, np.array([1.0, 0.1])), x=GRID)
    assert profile.share.tolist() == [0.0, 0.5, 0.75, 0.75]
    assert profile.end == 40.0  # the median of 100/2 and 60/2
    assert (profile.functions, profile.targets, profile.label, profile.dim) == (1, 2, "all", 2)
    assert profile.at(4.9) == 0.5


def test_functions_have_equal_weight_for_any_number_of_runs(made) -> None:
    """Three runs that fail on one function and one that succeeds on another give a half, not a quarter."""
    fails = [("a", "f", 2, s, 1, 10, []) for s in (1, 2, 3)]
    table = made(*fails, ("a", "g", 2, 1, 1, 10, [(1, 0.1)]))
    (profile,) = runtime_profiles(first_hits(table, np.array([1.0])), x=GRID)
    assert profile.share[-1] == 0.5


def test_profiles_come_by_function_group_dimension_and_of_all(made) -> None:
    """Each way of pooling gives its own list of profiles."""
    names = ("bbob_f1", "bbob_f2", "bbob_f20")
    table = made(*[("a", f, d, 1, 1, 10, [(1, 0.1)]) for f in names for d in (2, 3)])
    hits = first_hits(table, np.array([1.0]))
    labels = {by: [(p.label, p.dim) for p in runtime_profiles(hits, by=by)] for by in ("function", "group", "all")}
    assert len(labels["function"]) == 6
    assert ("separable", 2) in labels["group"]
    assert ("weakly structured", 3) in labels["group"]
    assert labels["all"] == [("all", None)]
    assert [p.dim for p in runtime_profiles(hits, by="dim")] == [2, 3]


@pytest.mark.parametrize(("number", "group"), [(1, "separable"), (9, "moderate"), (14, "ill-conditioned")])
def test_groups_are_those_of_bbob(number: int, group: str) -> None:
    """Functions have the five groups of the suite; functions of other suites have none."""
    assert group_of(f"bbob_f{number}") == group
    assert group_of("bbob_f25") == "other"


def test_band_holds_the_profile_and_is_deterministic(made) -> None:
    """The band contains the share, has a width where runs differ, and is the same each time."""
    table = made(*[("a", "f", 2, s, 1, 100, [(s * 9, 1.0)]) for s in range(1, 11)])
    hits = first_hits(table, np.array([1.0]))
    (first,), (again,) = (runtime_profiles(hits, band=0.9, x=np.array([1.0, 25.0, 50.0])) for _ in range(2))
    assert (first.low <= first.share).all()
    assert (first.share <= first.high).all()
    assert 0.2 < first.high[1] - first.low[1] < 0.8
    assert np.array_equal(first.low, again.low)
    # all ten runs succeed: a share that ten runs reach with a probability of 0.05 is possible
    assert (first.low[2], first.high[2]) == pytest.approx((0.05 ** (1 / 10), 1.0))


def test_band_draws_within_instances_where_they_repeat(made) -> None:
    """With two instances whose runs are equal inside and different between them, the band has no width."""
    table = made(*[("a", "f", 2, i, s, 100, [(10 if i == 1 else 90, 1.0)]) for i in (1, 2) for s in (1, 2, 3)])
    (profile,) = runtime_profiles(first_hits(table, np.array([1.0])), band=0.95, x=np.array([10.0]))
    assert profile.low == profile.high == profile.share == 0.5


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_a_band_of_15_instances_keeps_its_level(made, seeds: int) -> None:
    """The 95 % band contains the true share in at least 92 of 100 studies, also where a stratum has two runs."""
    rng = np.random.default_rng(seeds)
    grid = np.geomspace(20.0, 400.0, 5)
    half = np.log(grid * 2)  # dimension 2
    truth = np.array([0.5 + 0.5 * math.erf((value - 5.0) / 2**0.5) for value in half])
    held = []
    for _ in range(150):
        at = np.exp(rng.normal(5.0, 1.0, 15 * seeds))
        runs = [("a", "f", 2, k // seeds, k % seeds, 10_000, [(1 + int(e), 1.0)]) for k, e in enumerate(at)]
        (profile,) = runtime_profiles(first_hits(made(*runs), np.array([1.0])), x=grid, band=0.95)
        held.append((profile.low <= truth + 0.01) & (truth - 0.01 <= profile.high))
    assert np.mean(held) >= 0.92


def test_a_single_run_gives_no_band(made) -> None:
    """The band of a single run goes from 0 to 1."""
    table = made(("a", "f", 2, 1, 1, 10, [(4, 1.0)]))
    (profile,) = runtime_profiles(first_hits(table, np.array([1.0])), x=np.array([9.0]), band=0.95)
    assert (profile.low[0], profile.share[0], profile.high[0]) == (0.0, 1.0, 1.0)


def test_restarts_carry_the_profile_beyond_the_end_of_data(made) -> None:
    """With simulated restarts, every target that one run reached is reached in the end."""
    table = made(("a", "f", 2, 1, 1, 10, [(4, 1.0)]), ("a", "f", 2, 2, 1, 10, []))
    hits = first_hits(table, np.array([1.0]))
    grid = np.array([2.0, 7.0, 1e4])
    (plain,) = runtime_profiles(hits, x=grid)
    (restarted,) = runtime_profiles(hits, x=grid, restarts=1000)
    assert plain.share.tolist() == [0.5, 0.5, 0.5]
    assert restarted.share == pytest.approx([0.5, 0.75, 1.0], abs=0.02)  # 4; 10 + 4; and so on


def test_profile_of_nothing_and_by_nothing_is_refused(made) -> None:
    """An empty table and an unknown way of pooling are usage errors."""
    with pytest.raises(UsageError, match="empty"):
        RunTable([]).profile()
    table = made(("a", "f", 2, 1, 1, 10, []))
    with pytest.raises(UsageError, match="by is 'size'"):
        runtime_profiles(first_hits(table, np.array([1.0])), by="size")  # type: ignore[arg-type]
