"""Run tables made up for tests, with numbers that can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from benchbook.analysis.columns import Columns

RunTuple = tuple[str, str, int, int, int, int, Sequence[tuple[int, float]]]


@pytest.fixture
def made() -> Callable[..., Columns]:
    """What makes columns of runs, each (optimizer, function, dim, instance, seed, evaluations, improvements)."""
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
