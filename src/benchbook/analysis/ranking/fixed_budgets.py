"""What a field has reached after fixed numbers of evaluations, problem by problem."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.analysis.ranking.field import Field
from benchbook.analysis.ranking.standing import contenders
from benchbook.records.ranking import FixedBudget
from benchbook.typing import FloatArray


def fixed_budgets(field: Field, checkpoints: Sequence[float]) -> tuple[FixedBudget, ...]:
    """Return the hardest target that at least half of the runs have reached: the candidate's, and the best published.

    First hits are all that a baseline has of its runs, so that a precision is known up to the grid of targets.

    Args:
        field: The field.
        checkpoints: Evaluations per variable; those whose budget ends earlier are left out.
    """
    counts = [(per_dim, which := contenders(field, per_dim), field.reached(per_dim, which)) for per_dim in checkpoints]
    made = []
    for row, (function, dim) in enumerate(field.problems):
        for per_dim, which, reached in counts:
            best = 1 + int(reached[row][1:].mean(axis=1).argmax())
            made.append(
                FixedBudget(
                    function=function,
                    dim=dim,
                    per_dim=per_dim,
                    precision=_median_target(reached[row][0], field.targets),
                    best=field.optimizers[which[best]],
                    best_precision=_median_target(reached[row][best], field.targets),
                )
            )
    return tuple(made)


def _median_target(counts: FloatArray, targets: FloatArray) -> float | None:
    """Return the hardest target that at least half of the runs have reached, by the number that each has reached."""
    half = int(np.sort(counts)[::-1][(len(counts) - 1) // 2])
    return float(targets[half - 1]) if half else None
