"""The gate: how often it raises a false alarm, and whether it finds planted losses."""

from __future__ import annotations

import numpy as np
import pytest

from benchbook.analysis import RunTable
from benchbook.analysis.comparison.compare import compare
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.comparison.verdicts import Verdict

REPEATS = 12
pytestmark = pytest.mark.slow


def test_a_study_compared_with_itself_under_other_seeds_rarely_alarms(study) -> None:
    """Of 200 comparisons between studies that differ only in their seeds, at most 5 % find something worse."""
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(200):
        seeds = rng.permutation(90)
        alarms += bool(compare(summarise(study(seeds[:15])), study(seeds[15:30])).worse)
    assert alarms <= 10


@pytest.mark.parametrize(
    ("optimizer", "settings"),
    [
        ("differential_evolution", {"population": 5}),
        ("differential_evolution", {"population": 10, "weight": 1.5}),
        ("particle_swarm", {"clamp": 0.005}),
    ],
    ids=["population halved", "step size too large", "step size too small"],
)
def test_a_planted_degradation_is_found_with_the_stated_power(pool, plant, optimizer, settings) -> None:
    """Where the true loss of mean AOCC is at least what the report calls detectable, 80 % of comparisons find it."""
    spoiled = plant(optimizer, range(100, 145), settings)
    rng = np.random.default_rng(2)
    found, stated, losses = 0, [], []
    for _ in range(REPEATS):
        one, other = rng.permutation(90)[:15], rng.permutation(45)[:15]
        baseline = summarise(runs[seed] for runs in pool[optimizer] for seed in one)
        result = compare(baseline, RunTable(runs[seed] for runs in spoiled for seed in other))
        overall = next(row for row in result.rows if row.function == "all" and row.lane == "quality")
        found += overall.verdict is Verdict.WORSE
        stated.append(result.detectable[optimizer])
        losses.append(-overall.delta)
    assert np.mean(losses) > np.mean(stated), "the planted loss is too small for this test"
    assert found >= 0.8 * REPEATS


def test_the_detectable_loss_is_found_about_as_often_as_stated(pool) -> None:
    """A loss of AOCC of exactly the stated size, planted in the numbers, is found in at least 7 of 10 comparisons."""
    from dataclasses import replace

    rng = np.random.default_rng(3)
    found = tries = 0
    for _ in range(20):
        seeds = rng.permutation(90)
        one, other = (
            summarise(runs[seed] for runs in pool["particle_swarm"] for seed in part)
            for part in (seeds[:15], seeds[15:30])
        )
        loss = compare(one, other).detectable["particle_swarm"]
        worse = {key: replace(cell, aocc=np.maximum(cell.aocc - loss, 0)) for key, cell in other.cells.items()}
        result = compare(one, replace(other, cells=worse))
        overall = next(row for row in result.rows if row.function == "all" and row.lane == "quality")
        found += overall.verdict is Verdict.WORSE
        tries += 1
    assert found / tries >= 0.7
