"""The claim that an optimizer draws independent uniform points: its best values follow a law that is known exactly."""

from __future__ import annotations

import math
from itertools import combinations
from statistics import NormalDist

import numpy as np

from benchbook.problems import problem
from benchbook.records import Claim
from benchbook.specs.claims import number, verdict_of
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.trials.planting import as_planted
from benchbook.specs.trials.published import POWER
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.planned_run import planned_run
from benchbook.typing import FloatArray
from benchbook.whole_numbers import check_whole

_FUNCTION = "bbob_f5"  # linear, with its optimum in a corner of the box, [-5, 5] in each variable
_SLOPES = (1.0, 10.0)  # of its two variables
_WIDTH = 10.0
_INSTANCES = (1, 2, 3, 4)  # with the optimum in different corners


def claim_uniform(spec: SpecBase, *, runs: int, evaluations: int) -> Claim:
    """Claim that the best values are those of as many independent uniform points, neither worse nor better.

    On a linear function the share P of the box with better values than a given one is known. For the best of n
    independent uniform points, -n ln(1 - P) has an exponential distribution with mean 1. Its mean over the runs says
    how many such points a run is worth.

    Args:
        spec: The spec.
        runs: New runs on each of four instances, with the optimum in different corners.
        evaluations: Evaluations of each.

    Raises:
        UsageError: A number is below 1.
    """
    check_whole("runs", runs, 1)
    check_whole("evaluations", evaluations, 1)
    made = [problem(_FUNCTION, dim=len(_SLOPES), instance=instance) for instance in _INSTANCES]
    planned = [
        planned_run(spec.optimizer, where, seed=seed, budget=evaluations)
        for where in made
        for seed in range(1, runs + 1)
    ]
    best = np.array([run.precision for run in execute_all(as_planted(planned))], dtype=float)
    with np.errstate(divide="ignore"):
        lot = -evaluations * np.log1p(-share_below(best, _SLOPES, _WIDTH))
    worth, count = float(1 / lot.mean()), len(best)

    def judged_at(level: float) -> Claim:
        low, high = _worth_of_uniform(count, level)
        return Claim(
            id="uniform",
            text=f"Its best of {evaluations:,} points is the best of as many independent uniform points.",
            measured=worth,
            relation=">=",
            threshold=low,
            upper=high,
            unit="points per evaluation",
            verdict=verdict_of(worth, ">=", low, high),
            detail=f"{count:,} runs on {_FUNCTION} in 2-D, each worth {number(worth * evaluations)} points",
            detectable=(high - low) / 2 + NormalDist().inv_cdf(POWER) / math.sqrt(count),
        )

    return spec.test("uniform", judged_at)


def share_below(values: FloatArray, slopes: tuple[float, ...], width: float) -> FloatArray:
    """Return the share of a cube in which a linear function is at most so far above its smallest value.

    Args:
        values: Differences from the smallest value, shape `(n,)`.
        slopes: Absolute slope along each variable.
        width: Width of the cube.

    Returns:
        The shares, shape `(n,)`: the volume of a simplex at the best corner, without its parts outside the cube.

    Examples:
        >>> share_below(np.array([0.0, 0.5, 1.0, 1.5, 2.0]), (1.0, 1.0), 1.0).tolist()
        [0.0, 0.125, 0.5, 0.875, 1.0]
    """
    dim, total = len(slopes), np.zeros(len(values))
    for size in range(dim + 1):
        for beyond in combinations(slopes, size):
            total += (-1) ** size * np.maximum(values - width * sum(beyond), 0.0) ** dim
    return np.minimum(total / (math.factorial(dim) * math.prod(slopes) * width**dim), 1.0)


def _worth_of_uniform(runs: int, level: float) -> tuple[float, float]:
    """Return between what a run is worth, in points per evaluation, if its points are uniform.

    The mean of exponential variables has a chi-square distribution; its quantiles are Wilson and Hilferty's.
    """
    freedom = 2 * runs
    z = NormalDist().inv_cdf(1 - level / 2)
    least, most = ((1 - 2 / (9 * freedom) + side * z * math.sqrt(2 / (9 * freedom))) ** 3 for side in (-1, 1))
    return 1 / most, 1 / least
