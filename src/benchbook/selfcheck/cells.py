"""Runs of one optimizer on instances of one function, done in lockstep."""

from __future__ import annotations

from collections.abc import Iterable

from benchbook.optimizers import optimizer
from benchbook.problems import problem
from benchbook.records import RunRecord
from benchbook.studies.runs.cells import execute_cell
from benchbook.studies.runs.planned_run import planned_run


def runs_of_cell(
    name: str,
    function: str,
    *,
    dim: int,
    instances: Iterable[int],
    budget: int,
    seed: int = 1,
    target: float | None = None,
) -> list[RunRecord]:
    """Do one run on each instance, and return their records."""
    choice = optimizer(name)
    return execute_cell(
        [
            planned_run(choice, problem(function, dim=dim, instance=instance), seed=seed, budget=budget, target=target)
            for instance in instances
        ]
    )
