"""Mean ranks in a field with bootstrap intervals, and tests of the candidate against each of the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.analysis.measures.ert import draws
from benchbook.analysis.measures.profiles import group_of
from benchbook.analysis.ranking.field import Field, Problem
from benchbook.analysis.statistics.permutation import EXCHANGES, p_value
from benchbook.analysis.statistics.tests import ALPHA, holm
from benchbook.records.ranking import Part, Place, Standing
from benchbook.typing import FloatArray, IntArray

SAMPLES = 1000
_LOT = 2000  # exchanges made together; bounds the memory


def standings(field: Field, checkpoints: Sequence[float], *, alpha: float = ALPHA) -> tuple[Standing, ...]:
    """Return where all stand after each number of evaluations per variable.

    Optimizers are ranked on each problem by the mean number of targets reached by then. Those whose budget ends
    earlier are left out.

    Args:
        field: The field.
        checkpoints: Evaluations per variable; at each, at least one published optimizer is left.
        alpha: Chance of any false alarm among all tests.
    """
    measured = []
    for per_dim in checkpoints:
        which = contenders(field, per_dim)
        measured.append((per_dim, which, field.reached(per_dim, which)))
    raw = [difference_p_values(counts) for _, _, counts in measured]
    adjusted = iter(holm([p for values in raw for p in values]))
    return tuple(
        _standing(field, per_dim, which, counts, [next(adjusted) for _ in values], alpha)
        for (per_dim, which, counts), values in zip(measured, raw, strict=True)
    )


def contenders(field: Field, per_dim: float) -> IntArray:
    """Return the positions of the candidate and of all whose budget is not smaller."""
    enough = field.budgets >= per_dim * (1 - 1e-9)
    enough[0] = True
    return np.flatnonzero(enough)


def problem_ranks(counts: Sequence[FloatArray]) -> FloatArray:
    """Return ranks by mean count, 1 for the best, shape `(problems, optimizers)`; ties share the mean of their ranks.

    Examples:
        >>> problem_ranks([np.array([[5.0, 7.0], [6.0, 6.0], [9.0, 9.0]])]).tolist()
        [[2.5, 2.5, 1.0]]
    """
    return ranks_of(np.array([values.mean(axis=1) for values in counts]))


def resampled_mean_ranks(
    counts: Sequence[FloatArray], problems: Sequence[Problem], *, samples: int = SAMPLES, seed: int = 1
) -> FloatArray:
    """Return mean ranks in bootstrap samples of functions, and of the runs on each problem, `(samples, optimizers)`.

    A function is drawn with all of its dimensions, a run with its partners of all optimizers.
    """
    functions = list(dict.fromkeys(function for function, _ in problems))
    weights = draws(len(functions), samples, seed)
    total = np.zeros((samples, len(counts[0])))
    weight = np.zeros((samples, 1))
    for number, (values, (function, _)) in enumerate(zip(counts, problems, strict=True)):
        own = weights[:, [functions.index(function)]]
        drawn = draws(values.shape[1], samples, seed + 1 + number) @ np.ascontiguousarray(values.T) / values.shape[1]
        total += own * ranks_of(drawn)
        weight += own
    found: FloatArray = total / weight
    return found


def mean_rank_intervals(
    counts: Sequence[FloatArray], problems: Sequence[Problem], *, seed: int = 1
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return mean ranks, and the lower and upper ends of their 95 % intervals, shape `(optimizers,)` each.

    Percentiles of resampled ranks lean towards the middle of the field: an interval is widened to hold the estimate.

    Args:
        counts: Targets reached, one array for each problem, shape `(optimizers, runs)`.
        problems: (function, dim) of each.
        seed: Decides the samples.
    """
    ranks: FloatArray = problem_ranks(counts).mean(axis=0)
    low, high = np.quantile(resampled_mean_ranks(counts, problems, seed=seed), [0.025, 0.975], axis=0)
    return ranks, np.minimum(low, ranks), np.maximum(high, ranks)


def parts(field: Field, per_dim: float) -> tuple[Part, ...]:
    """Return the candidate's mean rank by group of functions and dimension, the best first."""
    which = contenders(field, per_dim)
    ranks = problem_ranks(field.reached(per_dim, which))
    members: dict[tuple[str, int], list[int]] = {}
    for row, (function, dim) in enumerate(field.problems):
        members.setdefault((group_of(function), dim), []).append(row)
    made = []
    for (group, dim), rows in members.items():
        means = ranks[rows].mean(axis=0)
        made.append(
            Part(
                group=group,
                dim=dim,
                functions=len(rows),
                mean_rank=float(means[0]),
                optimizers=len(which),
                best=field.optimizers[which[1 + int(np.argmin(means[1:]))]],
            )
        )
    return tuple(sorted(made, key=lambda part: (part.mean_rank, part.dim)))


def difference_p_values(counts: Sequence[FloatArray], *, exchanges: int = EXCHANGES, seed: int = 1) -> list[float]:
    """Return the two-sided p-value of the candidate's mean difference from each of the others.

    The two runs of a pair, on one instance, change sides at random. Problems have equal weight.

    Args:
        counts: Targets reached, one array for each problem, shape `(optimizers, runs)`; the candidate comes first.
        exchanges: Number of random exchanges.
        seed: Decides them.
    """
    pairs = np.concatenate([((values[0] - values[1:]) / values.shape[1]).T for values in counts])
    rng = np.random.default_rng([seed, len(pairs)])
    lots = [pairs.sum(axis=0, keepdims=True)]
    for start in range(0, exchanges - 1, _LOT):
        lot = min(_LOT, exchanges - 1 - start)
        signs = rng.integers(0, 2, size=(lot, len(pairs)), dtype=np.int8).astype(np.float64) * 2 - 1
        lots.append(signs @ pairs)
    statistics = np.round(np.concatenate(lots), 9)  # sums that differ by rounding only are equal
    return [p_value(column) for column in statistics.T]


def _standing(
    field: Field, per_dim: float, which: IntArray, counts: list[FloatArray], adjusted: list[float], alpha: float
) -> Standing:
    ranks, low, high = mean_rank_intervals(counts, field.problems)
    reached = np.mean([values.mean(axis=1) for values in counts], axis=0) / len(field.targets)
    made = []
    for row, position in enumerate(which.tolist()):
        p = None if row == 0 else adjusted[row - 1]
        difference = float(reached[0] - reached[row])
        made.append(
            Place(
                optimizer=field.optimizers[position],
                mean_rank=float(ranks[row]),
                low=float(low[row]),
                high=float(high[row]),
                reached=float(reached[row]),
                difference=None if p is None else difference,
                p=p,
                verdict=None if p is None else _verdict(p, difference, alpha),
            )
        )
    return Standing(per_dim=per_dim, places=tuple(sorted(made, key=lambda place: place.mean_rank)))


def _verdict(p: float, difference: float, alpha: float) -> str:
    if p >= alpha or difference == 0:
        return "undecided"
    return "better" if difference > 0 else "worse"


def ranks_of(values: FloatArray) -> FloatArray:
    """Return the rank of each value in its row, 1 for the largest; equal ones share the mean of their ranks.

    Examples:
        >>> ranks_of(np.array([[5.0, 7.0, 7.0]])).tolist()
        [[3.0, 1.5, 1.5]]
    """
    falling = -np.round(values, 9)  # means that differ by rounding only are equal
    order = np.argsort(falling, axis=1, kind="stable")
    ordered = np.take_along_axis(falling, order, axis=1)
    places = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    edge = np.diff(ordered, axis=1) > 0
    ones = np.ones((len(values), 1), dtype=bool)
    first = np.maximum.accumulate(np.where(np.hstack((ones, edge)), places, 0), axis=1)
    last = np.where(np.hstack((edge, ones)), places, values.shape[1])
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=1)
    return ranks
