"""Expected running times, success rates, their intervals, and the spread of simulated restarts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.analysis.cells import Cells
from benchbook.analysis.measures.first_hits import FirstHits
from benchbook.analysis.student import t_quantile
from benchbook.typing import FloatArray, IntArray

SAMPLES = 1000
_MOST_DRAWS = 100_000  # most failed runs before a success; only reached if successes are extremely rare


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunningTimes:
    """Expected running times of cells.

    Attributes:
        cells: The cells.
        targets: Shape `(targets,)`, or `(runs, targets)` where each problem has its own.
        ert: Evaluations spent by all runs until the target or their end, over the number of successes, shape
            `(cells, targets)`; infinite without a success.
        successes: Runs that reached the target, shape `(cells, targets)`.
        runs: All runs, shape `(cells,)`.
    """

    cells: Cells
    targets: FloatArray
    ert: FloatArray
    successes: IntArray
    runs: IntArray

    @property
    def success_rate(self) -> FloatArray:
        """Share of runs that reached the target, shape `(cells, targets)`."""
        return self.successes / self.runs[:, np.newaxis]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interval:
    """A confidence interval for each cell and target; both of shape `(cells, targets)`."""

    low: FloatArray
    high: FloatArray


def expected_running_times(hits: FirstHits, groups: Cells, *, balance: bool = False) -> RunningTimes:
    """Return the ERT of each cell and target: all evaluations spent, over the number of successes.

    Evaluations of runs without success count (Hansen et al. 2009; Auger & Hansen 2005, the success performance SP2).

    Args:
        hits: First hits.
        groups: The cells.
        balance: Give instances with unequal numbers of runs equal weight, as cocopp does by default; otherwise runs
            have equal weight. Numbers of successes and runs are never weighted.
    """
    reached = hits.reached.astype(np.float64)
    successes = groups.sums(reached)
    weight = balanced_weights(hits, groups)[:, np.newaxis] if balance else np.ones((1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        ert = np.where(successes > 0, groups.sums(hits.spent() * weight) / groups.sums(reached * weight), np.inf)
    return RunningTimes(
        cells=groups, targets=hits.targets, ert=ert, successes=successes.astype(np.int64), runs=groups.counts
    )


def penalized_running_times(hits: FirstHits, groups: Cells, *, factor: float = 10.0) -> FloatArray:
    """Return the penalized average running time of each cell and target, shape `(cells, targets)`; PAR10 by default.

    A run that does not reach the target counts `factor` times its budget, so that the mean is always finite (Bischl et
    al. 2016, https://doi.org/10.1016/j.artint.2016.04.003).

    Args:
        hits: First hits.
        groups: The cells.
        factor: How many budgets a failure counts.
    """
    penalty = factor * hits.table.budget[:, np.newaxis].astype(np.float64)
    counted = np.where(hits.reached, hits.evaluations, penalty)
    return groups.sums(counted) / groups.counts[:, np.newaxis]


def balanced_weights(hits: FirstHits, groups: Cells) -> FloatArray:
    """Return weights of the runs, with mean 1 in each cell, that give the instances of a cell equal weight.

    All are exactly 1 if the instances of a cell have equal numbers of runs.
    """
    weights = np.empty(len(hits.table))
    for cell in range(len(groups)):
        runs = groups.runs(cell)
        _, instance, counts = np.unique(hits.table.instance[runs], return_inverse=True, return_counts=True)
        weights[runs] = len(runs) / (len(counts) * counts[instance.ravel()])
    return weights


def ert_interval(hits: FirstHits, groups: Cells, *, level: float = 0.95) -> Interval:
    """Return intervals of the ERT of each cell and target, that of Student's t for the logarithm of the ERT.

    Without a success the upper end is infinite and the lower one what the most frequent success that n failures allow
    would give; a single run gives no information. A rare failure that was not observed is not in the interval.

    Args:
        hits: First hits.
        groups: The cells.
        level: Confidence.
    """
    spent, reached = hits.spent(), hits.reached.astype(np.float64)
    low = np.empty((len(groups), spent.shape[1]))
    high = np.empty_like(low)
    tail = (1 - level) / 2
    for cell in range(len(groups)):
        runs = groups.runs(cell)
        low[cell], high[cell] = ert_limits(spent[runs], reached[runs], tail)
    return Interval(low=low, high=high)


def ert_limits(spent: FloatArray, reached: FloatArray, tail: float) -> tuple[FloatArray, FloatArray]:
    """Return lower and upper limits of the ERT to each target, each exceeded with probability `tail`.

    Args:
        spent: Evaluations until the target or the end, shape `(runs, targets)`.
        reached: Whether the target was reached (1 or 0), shape `(runs, targets)`.
        tail: Probability beyond each limit.
    """
    n = len(spent)
    if n < 2:
        return np.ones(spent.shape[1]), np.full(spent.shape[1], np.inf)
    successes, total = reached.sum(axis=0), spent.sum(axis=0)
    factor = np.exp(t_quantile(1 - tail, n - 1) * log_ert_error(spent, reached))
    most = 1 - tail ** (1 / n)  # success rate that fails n times with probability `tail`
    ert = total / np.maximum(successes, 1)
    low = np.where(successes > 0, ert / factor, total / n * (1 - most) / most)
    return np.maximum(low, 1.0), np.where(successes > 0, ert * factor, np.inf)


def log_ert_error(spent: FloatArray, reached: FloatArray) -> FloatArray:
    """Return the jackknife's standard error of log ERT for each target (Efron & Tibshirani 1993, chapter 11).

    If one run has all successes, half a success is counted when it is left out.

    Args:
        spent: Evaluations until the target or the end, shape `(runs, targets)`, of at least two runs.
        reached: Whether the target was reached (1 or 0), shape `(runs, targets)`.
    """
    n = len(spent)
    without = np.log((spent.sum(axis=0) - spent) / np.maximum(reached.sum(axis=0) - reached, 0.5))
    error: FloatArray = np.sqrt((n - 1) / n * np.square(without - without.mean(axis=0)).sum(axis=0))
    return error


def draws(n: int, samples: int, seed: int) -> FloatArray:
    """Return how often each of n runs is drawn in each bootstrap sample, shape `(samples, n)`."""
    rng = np.random.default_rng([seed, n])
    return rng.multinomial(n, np.full(n, 1 / n), size=samples).astype(np.float64)


def simulated_restarts(hit: FloatArray, lengths: FloatArray, *, samples: int = SAMPLES, seed: int = 1) -> FloatArray:
    """Draw run lengths of an optimizer that is restarted until it succeeds.

    Draw a run; while it failed, add its length and draw again with replacement; at a success add its time to the
    target (COCO; Efron & Tibshirani 1993). As in cocopp, each run is the first draw equally often.

    Args:
        hit: Evaluations to the target, shape `(runs,)`; infinite for failures.
        lengths: Evaluations that each run spent, shape `(runs,)`.
        samples: Number of draws.
        seed: Decides the draws.

    Returns:
        Evaluations, shape `(samples,)`; all infinite if no run succeeds.

    Examples:
        >>> simulated_restarts(np.array([7.0, np.inf]), np.array([9.0, 10.0]), samples=4).tolist()[0]
        7.0
    """
    if not np.isfinite(hit).any():
        return np.full(samples, np.inf)
    rng = np.random.default_rng([seed, len(hit)])
    total = np.zeros(samples)
    drawn = np.arange(samples) % len(hit)
    waiting = np.arange(samples)
    for _ in range(_MOST_DRAWS):
        failed = ~np.isfinite(hit[drawn])
        total[waiting] += np.where(failed, lengths[drawn], hit[drawn])
        waiting = waiting[failed]
        if not len(waiting):
            return total
        drawn = rng.integers(len(hit), size=len(waiting))
    total[waiting] = np.inf
    return total


def restart_quantiles(
    hits: FirstHits,
    groups: Cells,
    *,
    levels: tuple[float, ...] = (0.1, 0.5, 0.9),
    samples: int = SAMPLES,
    seed: int = 1,
) -> FloatArray:
    """Return quantiles of simulated restarts, shape `(levels, cells, targets)`."""
    lengths = hits.table.evaluations.astype(np.float64)
    found = np.empty((len(levels), len(groups), hits.evaluations.shape[1]))
    for cell in range(len(groups)):
        runs = groups.runs(cell)
        for target in range(found.shape[2]):
            lots = simulated_restarts(hits.evaluations[runs, target], lengths[runs], samples=samples, seed=seed)
            found[:, cell, target] = np.quantile(lots, levels, method="inverted_cdf")
    return found


def dispersion(hits: FirstHits, groups: Cells, *, samples: int = SAMPLES, seed: int = 1) -> FloatArray:
    """Return half the range between the 10 % and the 90 % quantile of simulated restarts, shape `(cells, targets)`.

    COCO's tables show it in brackets, divided by the ERT of a reference. NaN without a success.
    """
    low, high = restart_quantiles(hits, groups, levels=(0.1, 0.9), samples=samples, seed=seed)
    with np.errstate(invalid="ignore"):
        half: FloatArray = (high - low) / 2
    return half
