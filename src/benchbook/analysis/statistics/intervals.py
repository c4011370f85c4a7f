"""Intervals of ERT ratios and of differences of means that keep their level even for five runs.

`python -m benchmarks coverage` simulates how often they contain the true value; the reference has the table.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.analysis.measures.ert import ert_limits, log_ert_error
from benchbook.analysis.student import t_quantile
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its confidence interval; the ends are None if there are too few data, and so is it without data.

    Attributes:
        value: The estimate; may be infinite.
        low: Lower end.
        high: Upper end.
    """

    value: float | None
    low: float | None
    high: float | None


def ert_ratio(a: tuple[FloatArray, FloatArray], b: tuple[FloatArray, FloatArray], *, level: float = 0.95) -> Estimate:
    """Return ERT(a) / ERT(b) with an interval; below 1 where the first needs fewer evaluations.

    The logarithm of the ratio has the interval of Student's t, with the jackknife's standard errors and the degrees of
    freedom of the smaller side, which keeps the level whatever the two variances are (Mickey & Brown 1966). Where one
    side has no success, the limits of both sides bound the ratio. A rare failure that was not observed is not in the
    interval.

    Args:
        a: Evaluations to the target (infinite for failures) and evaluations spent, each of shape `(n,)`.
        b: The same of the other.
        level: Confidence.
    """
    if not len(a[0]) or not len(b[0]):
        return Estimate(value=None, low=None, high=None)
    value = float(ratio(ert_of(*a), ert_of(*b)))
    if np.isnan(value):
        return Estimate(value=None, low=None, high=None)
    if min(len(a[0]), len(b[0])) < 2:
        return Estimate(value=value, low=None, high=None)
    sides = [
        (np.where(np.isfinite(hit), hit, spent)[:, np.newaxis], np.isfinite(hit).astype(np.float64)[:, np.newaxis])
        for hit, spent in (a, b)
    ]
    tail = (1 - level) / 2
    if not 0 < value < np.inf:
        (low_a, high_a), (low_b, high_b) = (ert_limits(*side, tail) for side in sides)
        return Estimate(value=value, low=float(low_a[0] / high_b[0]), high=float(high_a[0] / low_b[0]))
    error = float(np.hypot(*(log_ert_error(*side)[0] for side in sides)))
    factor = float(np.exp(t_quantile(1 - tail, min(len(a[0]), len(b[0])) - 1) * error))
    return Estimate(value=value, low=value / factor, high=value * factor)


def mean_difference(a: FloatArray, b: FloatArray, *, paired: bool, level: float = 0.95) -> Estimate:
    """Return mean(a) - mean(b) with the interval of Student's t.

    Unpaired, each side has its own variance, and the degrees of freedom are those of the smaller side, which
    keeps the level whatever the two variances are (Mickey & Brown 1966).

    Args:
        a: Values, shape `(n,)`.
        b: Values, shape `(m,)`; m = n where paired.
        paired: Whether values at the same position belong together.
        level: Confidence.
    """
    if not len(a) or not len(b):
        return Estimate(value=None, low=None, high=None)
    value = float(a.mean() - b.mean())
    if min(len(a), len(b)) < 2:
        return Estimate(value=value, low=None, high=None)
    if paired:
        error = float((a - b).std(ddof=1)) / len(a) ** 0.5
    else:
        error = float(np.hypot(a.std(ddof=1) / len(a) ** 0.5, b.std(ddof=1) / len(b) ** 0.5))
    reach = t_quantile((1 + level) / 2, min(len(a), len(b)) - 1) * error
    return Estimate(value=value, low=value - reach, high=value + reach)


def ert_of(hit: FloatArray, spent: FloatArray) -> float:
    """Return the ERT of some runs; infinite without a success.

    Examples:
        >>> ert_of(np.array([10.0, np.inf]), np.array([10.0, 50.0]))
        60.0
    """
    successes = np.isfinite(hit).sum()
    used = np.where(np.isfinite(hit), hit, spent).sum()
    return float(used / successes) if successes else float("inf")


def ratio(a: FloatArray | float, b: FloatArray | float) -> FloatArray:
    """Return a / b; NaN where both are infinite."""
    with np.errstate(invalid="ignore"):
        found: FloatArray = np.divide(a, b)
    return found
