"""Runs and run tables made up for tests, with numbers that can be worked out by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest

import benchbook as bb
from benchbook.analysis.columns import Columns
from benchbook.records import History, RunRecord

MakeRun = Callable[..., RunRecord]


@pytest.fixture(scope="session")
def make_run() -> MakeRun:
    """Return a function that makes a run with a history written by hand."""
    template = bb.run("random_search", "sphere", dim=2, instance=1, seed=1, budget=5)

    def make(
        evaluations: Sequence[int],
        values: Sequence[float],
        *,
        spent: int = 100,
        budget: int = 100,
        optimizer: str = "mine",
        function: str = "f",
        dim: int = 2,
        instance: int = 1,
        seed: int = 1,
        f_opt: float | None = 10.0,
    ) -> RunRecord:
        problem = dataclasses.replace(template.problem, name=function, dim=dim, instance=instance, f_opt=f_opt)
        return dataclasses.replace(
            template,
            problem=problem,
            optimizer=dataclasses.replace(template.optimizer, name=optimizer),
            seed=seed,
            budget=budget,
            evaluations=spent,
            best_value=values[-1] if values else None,
            history=History(
                evaluations=np.array(evaluations, dtype=np.int64), best_values=np.array(values, dtype=float)
            ),
        )

    return make


RunTuple = tuple[str, str, int, int, int, int, Sequence[tuple[int, float]]]


@pytest.fixture
def made() -> Callable[..., Columns]:
    """Return a function that makes runs from (optimizer, function, dim, instance, seed, evaluations, improvements)."""
    return made_columns


def made_columns(*runs: RunTuple) -> Columns:
    """Return the columns of runs written as tuples."""
    optimizers = tuple(dict.fromkeys(run[0] for run in runs))
    functions = tuple(dict.fromkeys(run[1] for run in runs))
    numbers = np.array([run[2:6] for run in runs], dtype=np.int64).reshape(-1, 4).T
    steps = [step for run in runs for step in run[6]]
    return Columns(
        optimizers=optimizers,
        functions=functions,
        optimizer=np.array([optimizers.index(run[0]) for run in runs], dtype=np.int64),
        function=np.array([functions.index(run[1]) for run in runs], dtype=np.int64),
        dim=numbers[0],
        instance=numbers[1],
        seed=numbers[2],
        budget=numbers[3],
        evaluations=numbers[3],
        offsets=np.cumsum([0, *(len(run[6]) for run in runs)]),
        at=np.array([step[0] for step in steps], dtype=np.int64),
        precisions=np.array([step[1] for step in steps], dtype=np.float64),
    )
