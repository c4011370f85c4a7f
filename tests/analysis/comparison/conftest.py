"""A pool of real runs, from which studies under different seeds are drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.records import RunRecord

CELLS = (("sphere", 2), ("rastrigin", 2), ("rosenbrock", 2), ("ackley", 3))
OPTIMIZERS = ("differential_evolution", "particle_swarm")
SETTINGS: dict[str, dict[str, Any]] = {"differential_evolution": {"population": 10}, "particle_swarm": {}}
BUDGET_PER_DIM = 500
Pool = dict[str, list[list[RunRecord]]]


def runs_of(optimizer: str, seeds: Sequence[int], settings: dict[str, Any]) -> list[list[RunRecord]]:
    """Return, for each cell, the runs of one optimizer with these seeds."""
    return [
        [
            bb.run(optimizer, function, dim=dim, instance=1, seed=seed, budget=BUDGET_PER_DIM * dim, settings=settings)
            for seed in seeds
        ]
        for function, dim in CELLS
    ]


@pytest.fixture(scope="session")
def plant() -> Callable[..., list[list[RunRecord]]]:
    """Return a function that runs one optimizer under other settings."""
    return runs_of


@pytest.fixture(scope="session")
def pool() -> Pool:
    """Ninety runs of each cell, by optimizer."""
    return {name: runs_of(name, range(90), SETTINGS[name]) for name in OPTIMIZERS}


@pytest.fixture
def study(pool: Pool) -> Callable[[Sequence[int]], RunTable]:
    """Return a function that makes a study from the pool's runs with these seeds."""
    return lambda seeds: RunTable(runs[seed] for cells in pool.values() for runs in cells for seed in seeds)
