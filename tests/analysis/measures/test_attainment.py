"""Empirical attainment of evaluations and precision, and the difference of two optimizers."""

from __future__ import annotations

import numpy as np
import pytest

from benchbook.analysis.measures.anytime import precisions_at
from benchbook.analysis.measures.attainment import attainment, attainment_difference
from benchbook.errors import UsageError

pytest.importorskip("moocore")


def some(made, name: str, seeds: int, *, scale: float = 1.0):
    """Return rows of runs that improve at random."""
    rng = np.random.default_rng(len(name) + seeds)
    rows = []
    for seed in range(seeds):
        at = np.cumsum(rng.integers(1, 20, 6))
        values = scale * 10.0 ** -np.cumsum(rng.uniform(0, 1, 6))
        rows.append((name, "f", 2, 1, seed, 200, list(zip(at.tolist(), values.tolist(), strict=True))))
    return rows


def test_a_level_is_the_order_statistic_of_the_best_so_far(made) -> None:
    """At each evaluation, the boundary of level 0.5 is the precision that half of the runs have reached."""
    table = made(*some(made, "a", 8))
    found = attainment(table, "a", levels=(0.5,))
    (surface,) = found.surfaces
    budgets = np.arange(1, 200)
    reached = np.sort(precisions_at(table, budgets), axis=0)[3]
    place = np.searchsorted(surface[:, 0], budgets, side="right") - 1
    boundary = np.where(place >= 0, surface[np.maximum(place, 0), 1], np.inf)
    assert np.array_equal(boundary, reached)
    assert (found.runs, found.end) == (8, 200)


def test_a_difference_is_that_of_the_shares_of_runs(made) -> None:
    """At any point of a rectangle the difference is that of the shares, also for unequal numbers of runs."""
    table = made(*some(made, "a", 4, scale=0.1), *some(made, "bb", 6))
    found = attainment_difference(table, "a", "bb")
    rng = np.random.default_rng(1)
    for row in rng.integers(len(found.rectangles), size=20):
        x, y = found.rectangles[row, :2]
        share = [(precisions_at(table, np.array([int(x)]))[table.optimizer == code, 0] <= y).mean() for code in (0, 1)]
        assert found.difference[row] == pytest.approx(share[0] - share[1])


def test_runs_without_a_value_attain_nothing(made) -> None:
    """If one of two runs finds nothing, half of the runs attain what the other does, and level 1 has no surface."""
    table = made(("a", "f", 2, 1, 1, 9, [(3, 1.0)]), ("a", "f", 2, 1, 2, 9, []))
    found = attainment(table, "a", levels=(0.5, 1.0))
    assert [surface.tolist() for surface in found.surfaces] == [[[3.0, 1.0]], []]
    with pytest.raises(UsageError, match="no runs of 'b'"):
        attainment(table, "b")
