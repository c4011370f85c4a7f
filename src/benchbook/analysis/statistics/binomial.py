"""Exact intervals of a share: what a number of successes says about the chance of one."""

from __future__ import annotations

import math
from collections.abc import Callable

_HALVINGS = 60


def exact_interval(successes: int, trials: int, *, level: float) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson (1934) for the chance of a success.

    Args:
        successes: How many there were.
        trials: Of how many.
        level: Chance that the interval misses the true one, at most.

    References:
        Clopper, C. J., & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of
        the binomial. Biometrika 26(4), 404-413. https://doi.org/10.1093/biomet/26.4.404

    Examples:
        >>> [round(bound, 3) for bound in exact_interval(15, 15, level=0.05)]
        [0.782, 1.0]
        >>> [round(bound, 3) for bound in exact_interval(3, 10, level=0.05)]
        [0.067, 0.652]
    """
    low = 0.0 if successes == 0 else _where(lambda p: at_least(successes, trials, p), level / 2)
    high = 1.0 if successes == trials else 1 - _where(lambda p: at_least(trials - successes, trials, p), level / 2)
    return low, high


def at_least(successes: int, trials: int, chance: float) -> float:
    """Return the probability of at least so many successes.

    Examples:
        >>> at_least(1, 2, 0.5)
        0.75
    """
    return math.fsum(
        math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(successes, trials + 1)
    )


def _where(rising: Callable[[float], float], probability: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < probability else (low, middle)
    return low
