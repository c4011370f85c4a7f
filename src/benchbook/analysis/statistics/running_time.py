"""A conservative interval of the expected running time, from the runs of one cell with the same budget."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def running_time_interval(hits: Sequence[int | None], budget: int, *, level: float) -> tuple[float, float]:
    """Return an interval of the expected running time (ERT) that is valid for any distribution of running times.

    Let F(t) be the probability of success within t evaluations. The ERT of runs that restart after `budget` evaluations
    is the sum of 1 - F(t) over t from 0 to budget - 1, divided by F(budget). It decreases as F increases, so a band
    that contains F everywhere gives both ends. The band is that of Dvoretzky, Kiefer and Wolfowitz with Massart's
    constant, which is valid for any number of runs; at the budget, where only one probability matters, it is
    conservative.

    Args:
        hits: First evaluation within the target for each run, from 1 to the budget; None if there was none.
        budget: Budget of each run.
        level: Largest probability that the interval misses the true value.

    Returns:
        Both ends; the upper one is infinite if the runs do not exclude that no run ever succeeds.

    References:
        Massart, P. (1990). The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality. The Annals of Probability
        18(3), 1269-1283. https://doi.org/10.1214/aop/1176990746

    Examples:
        >>> low, high = running_time_interval([40, 50, 60, None] * 10, 100, level=0.05)
        >>> round(low), round(high)
        (43, 141)
        >>> running_time_interval([None, None], 100, level=0.05)[1]
        inf
    """
    runs = len(hits)
    times = np.sort([hit for hit in hits if hit is not None])
    apart = math.sqrt(math.log(2 / level) / (2 * runs))
    # Between two hits, the share of successful runs is constant.
    steps = np.diff(np.concatenate([[0], times, [budget]]))
    share = np.arange(len(times) + 1) / runs
    ends = []
    for shift in (apart, -apart):
        chance = np.clip(share + shift, 0.0, 1.0)
        # No run succeeds before its first evaluation.
        spent = 1.0 + float(((1.0 - chance) * steps).sum() - (1.0 - chance[0]))
        ends.append(spent / chance[-1] if chance[-1] > 0 else math.inf)
    return ends[0], ends[1]
