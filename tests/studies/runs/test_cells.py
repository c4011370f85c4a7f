"""Cells: runs in lockstep are byte-equal to the same runs alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from benchbook.clock import ManualClock
from benchbook.optimizers import optimizer
from benchbook.optimizers.catalog import _CATALOG
from benchbook.optimizers.native.parts.base import NativeOptimizer
from benchbook.problems import from_callable, problem
from benchbook.records import Status, Stop
from benchbook.studies import execute
from benchbook.studies.runs.cells import cells_of, execute_cell
from benchbook.studies.runs.planned_run import PlannedRun, plan, planned_run

NATIVE = sorted(
    name for name, factory in _CATALOG.items() if isinstance(factory, type) and issubclass(factory, NativeOptimizer)
)


def digests(records: Sequence[Any]) -> list[str]:
    """Return the content digests of records."""
    return [record.content_digest for record in records]


def cell(name: str, function: str, dim: int, *, runs: int = 5, **options: Any) -> list[PlannedRun]:
    """Return runs of one cell, on shifted instances with several seeds."""
    return [
        planned_run(optimizer(name), problem(function, dim=dim, instance=1 + k % 3), seed=k, **options)
        for k in range(runs)
    ]


@pytest.mark.parametrize("name", NATIVE)
@pytest.mark.parametrize(("function", "dim"), [("rastrigin", 3), ("sphere", 1), ("bbob_f8", 5), ("bbob_f21", 2)])
def test_runs_in_lockstep_are_byte_equal_to_the_same_runs_alone(name: str, function: str, dim: int) -> None:
    """History, solution, counts and stop agree to the last bit, also if the budget cuts the last batch."""
    runs = cell(name, function, dim, budget=433)
    assert digests(execute_cell(runs)) == digests([execute(item) for item in runs])


@pytest.mark.parametrize("name", NATIVE)
def test_runs_that_end_early_leave_the_others_as_they_are(name: str) -> None:
    """Targets reached at different evaluations do not change other runs."""
    runs = cell(name, "sphere", 2, runs=9, budget=1000, target=0.05)
    together, alone = execute_cell(runs), [execute(item) for item in runs]
    assert digests(together) == digests(alone)
    assert len({record.evaluations for record in together}) > 1


@pytest.mark.parametrize(
    "rule", [{"stagnation": 150}, {"stagnation": 40, "target": 1e-2}, {"target": 1e9}, {"budget": 1}]
)
def test_every_stop_rule_ends_a_run_as_it_would_alone(rule: dict[str, Any]) -> None:
    """Stagnation, target and budget are checked in the same order."""
    runs = cell("manta_ray_foraging", "ackley", 2, **{"budget": 700, **rule})
    together, alone = execute_cell(runs), [execute(item) for item in runs]
    assert digests(together) == digests(alone)
    assert [record.stop for record in together] == [record.stop for record in alone]


def test_values_that_are_not_finite_are_counted_in_the_run_they_belong_to() -> None:
    """NaN in one run does not count for another."""

    def sometimes(x: np.ndarray) -> np.ndarray:
        return np.where(x[:, 0] > 2, np.nan, ((x - 1) ** 2).sum(axis=1))

    runs = [
        planned_run(
            optimizer("random_search"),
            from_callable(sometimes, bounds=(-5, 5), dim=2, vectorized=True, instance=k),
            seed=k,
            budget=250,
        )
        for k in range(3)
    ]
    together, alone = execute_cell(runs), [execute(item) for item in runs]
    assert digests(together) == digests(alone)
    assert [r.invalid_evaluations for r in together] == [r.invalid_evaluations for r in alone]
    assert all(0 < r.invalid_evaluations < 250 for r in together)


def test_an_objective_that_raises_fails_its_own_run_only(caplog: pytest.LogCaptureFixture) -> None:
    """The others of its cell are done one by one, and their records are those of single runs."""

    def failing(x: np.ndarray) -> float:
        raise OSError("disk on fire")

    def fine(x: np.ndarray) -> float:
        return float(((x - 1) ** 2).sum())

    runs = [
        planned_run(optimizer("random_search"), from_callable(f, bounds=(-5, 5), dim=2, name="f"), seed=1, budget=20)
        for f in (fine, failing, fine)
    ]
    with caplog.at_level(logging.WARNING):
        records = execute_cell(runs)
    assert [record.status for record in records] == [Status.DONE, Status.FAILED, Status.DONE]
    assert records[1].stop is Stop.ERROR
    assert "disk on fire" in caplog.text
    assert digests(records)[0] == execute(runs[0]).content_digest


def test_an_optimizer_with_only_ask_and_tell_works() -> None:
    """A user's own class is run one run at a time, with the same results."""

    class Walker:
        def __init__(self, lower: np.ndarray, upper: np.ndarray, rng: np.random.Generator) -> None:
            self.lower, self.upper, self.rng = lower, upper, rng

        def ask(self) -> np.ndarray:
            return self.rng.uniform(self.lower, self.upper, (3, len(self.lower)))

        def tell(self, x: np.ndarray, fx: np.ndarray) -> None:
            pass

    runs = [planned_run(optimizer(Walker), problem("ackley", dim=2, instance=1), seed=k, budget=50) for k in range(3)]
    assert digests(execute_cell(runs)) == digests([execute(item) for item in runs])


def test_cells_hold_what_differs_in_instance_and_seed_only() -> None:
    """The plan is split by optimizer, settings, function, dimension and budget, and its order is kept."""
    choices = [
        optimizer("random_search"),
        optimizer("manta_ray_foraging"),
        optimizer("manta_ray_foraging", population=9),
    ]
    problems = [problem("sphere", dim=d, instance=i) for d in (2, 3) for i in (0, 1)]
    cells = cells_of(plan(choices, problems, seeds=[1, 2], budget_per_dim=10))
    assert len(cells) == 3 * 2
    assert all(len(runs) == 4 for runs in cells)
    assert [(r.spec.instance, r.spec.seed) for r in cells[0]] == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_the_seconds_of_a_cell_are_shared_by_its_runs() -> None:
    """The runs' times add up to the time of the cell."""

    class Ticking(ManualClock):
        def monotonic_s(self) -> float:
            self.advance(1.0)
            return super().monotonic_s()

    clock = Ticking()
    records = execute_cell(cell("random_search", "sphere", 2, runs=4, budget=300), clock=clock)
    totals = [record.timing.total_s for record in records]
    # Three rounds of 100 evaluations; from the start of each round to the end of its observers the clock ticks thrice.
    assert sum(totals) == pytest.approx(9.0)
    for record in records:
        t = record.timing
        assert t.total_s == pytest.approx(t.objective_s + t.optimizer_s + t.observer_s)
