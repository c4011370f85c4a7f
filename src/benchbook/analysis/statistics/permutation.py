"""Permutation tests: how often a difference this large occurs when the labels of the two sides are exchanged.

They keep their level for samples of any size and shape, which a bootstrap of 15 runs does not.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from benchbook.typing import FloatArray

EXCHANGES = 20_000
_EXACT = 14  # up to this number of pairs, all 2**14 exchanges are used
_ENOUGH = 10  # number of equally extreme ones after which no more exchanges are needed


@lru_cache(maxsize=16)
def exchanges(n: int, m: int, *, paired: bool, count: int = EXCHANGES, seed: int = 1) -> FloatArray:
    """Return which of n + m pooled values form the first side, shape `(exchanges, n + m)`; row 0 is as given.

    Few pairs are exchanged in every possible way, more at random; made once for each shape of the data.

    Args:
        n: Values of the first side.
        m: Values of the second side; m = n where paired.
        paired: Whether the partners of a pair change sides together.
        count: How many exchanges where they are random.
        seed: Decides them.
    """
    rng = np.random.default_rng([seed, n, m, int(paired)])
    made = _paired(n, count, rng) if paired else _unpaired(n, m, count, rng)
    made[0] = np.arange(n + m) < n
    made.flags.writeable = False
    return made


def exchanged_means(a: FloatArray, b: FloatArray, members: FloatArray) -> FloatArray:
    """Return mean(a) - mean(b) under each exchange, shape `(exchanges,)`; the first is the observed one."""
    pooled = np.concatenate((a, b))
    first = members @ pooled
    difference: FloatArray = first / len(a) - (pooled.sum() - first) / len(b)
    return difference


def exchanged_log_ert_ratios(
    a: tuple[FloatArray, FloatArray], b: tuple[FloatArray, FloatArray], members: FloatArray
) -> FloatArray:
    """Return log(ERT(a) / ERT(b)) under each exchange; a side without a success counts half a success.

    Args:
        a: Evaluations until hit or end, and whether the target was hit (1 or 0), each of shape `(n,)`.
        b: The same of the other side, shape `(m,)`.
        members: As `exchanges` gives them.
    """
    spent, successes = (np.concatenate((a[k], b[k])) for k in (0, 1))
    first_spent, first_successes = members @ spent, members @ successes
    one = first_spent / np.maximum(first_successes, 0.5)
    other = (spent.sum() - first_spent) / np.maximum(successes.sum() - first_successes, 0.5)
    found: FloatArray = np.log(np.maximum(one, 1e-12) / np.maximum(other, 1e-12))
    return found


def exchanged_medians(a: FloatArray, b: FloatArray, members: FloatArray) -> FloatArray:
    """Return median(a) - median(b) under each exchange, shape `(exchanges,)`; lower medians, without averaging."""
    pooled = np.concatenate((a, b))
    order = np.argsort(pooled, kind="stable")
    inside = members[:, order] > 0
    ordered = pooled[order]
    one = ordered[(np.cumsum(inside, axis=1) > (len(a) - 1) // 2).argmax(axis=1)]
    other = ordered[(np.cumsum(~inside, axis=1) > (len(b) - 1) // 2).argmax(axis=1)]
    difference: FloatArray = one - other
    return difference


def p_value(statistics: FloatArray) -> float:
    """Return the two-sided p-value of the first of exchanged statistics: the share that is at least as far from 0."""
    return _extreme(statistics, statistics[0]) / len(statistics)


def sequential_p_value(lots: Callable[[int], FloatArray], most: int) -> float:
    """Return the two-sided p-value, with more exchanges for smaller p-values.

    Where few of the first lot are as far from 0 as the observed statistic, further lots are drawn, until enough of
    them are or `most` exchanges were made (Besag and Clifford, Biometrika 78, 1991). A p-value that is corrected for
    thousands of tests needs that: one of 20,000 exchanges is never below 1 / 20,000.

    Args:
        lots: Gives exchanged statistics for a seed (1, 2, ...), the observed one first in each.
        most: Exchanges after which no more lots are drawn.
    """
    lot = lots(1)
    extreme, drawn = _extreme(lot, lot[0]), len(lot)
    seed = 1
    while len(lot) >= EXCHANGES and extreme < _ENOUGH and drawn < most:
        seed += 1
        lot = lots(seed)
        extreme += _extreme(lot[1:], lot[0])
        drawn += len(lot) - 1
    return extreme / drawn


def _extreme(statistics: FloatArray, observed: float) -> int:
    return int(np.count_nonzero(np.abs(statistics) >= abs(observed) * (1 - 1e-9) - 1e-15))


def shuffled(statistics: FloatArray, number: int, seed: int) -> FloatArray:
    """Return exchanged statistics in another order, the observed one still first: independent of other cells' ones.

    Those of few pairs, which are gone through one by one, are drawn from, so that all cells have as many.
    """
    rng = np.random.default_rng([seed, number])
    few = len(statistics) < EXCHANGES
    others = rng.choice(statistics, EXCHANGES - 1) if few else rng.permutation(statistics[1:])
    return np.concatenate((statistics[:1], others))


def _paired(n: int, count: int, rng: np.random.Generator) -> FloatArray:
    if n <= _EXACT:
        swapped = np.array(list(itertools.product((0.0, 1.0), repeat=n))).reshape(-1, n)
    else:
        swapped = rng.integers(0, 2, size=(count, n)).astype(np.float64)
    return np.hstack((1 - swapped, swapped))


def _unpaired(n: int, m: int, count: int, rng: np.random.Generator) -> FloatArray:
    ranks = rng.random((count, n + m)).argsort(axis=1)
    return (ranks < n).astype(np.float64)
