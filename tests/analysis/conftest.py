import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest

import benchbook as bb
from benchbook.records import History, RunRecord

MakeRun = Callable[..., RunRecord]


@pytest.fixture(scope="session")
def make_run() -> MakeRun:
    """Return a function that makes a run with a history that was written by hand."""
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
