"""The leaderboard of a published summary: ranks over problems, and other key figures of each optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.measures.profiles import group_of
from benchbook.analysis.statistics.friedman import RankComparison, mean_rank_comparison
from benchbook.analysis.statistics.rankings import Scores
from benchbook.records.published import CellSummary, StudySummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One optimizer on the leaderboard; missing values are None.

    Attributes:
        optimizer: Its label.
        rank: Mean rank over the problems on which all have a value; 1 is best.
        aocc: Mean area over the convergence curve, with equal weight for functions and dimensions.
        reached: Share of targets reached at the end, with the same weights.
        solved: Share of runs that reached the hardest target, with the same weights.
        us_per_evaluation: Median microseconds per evaluation.
    """

    optimizer: str
    rank: float | None
    aocc: float | None
    reached: float | None
    solved: float | None
    us_per_evaluation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaderboard:
    """Standings, best first, and the comparison of their ranks; its cliques are positions in the standings."""

    standings: tuple[Standing, ...]
    comparison: RankComparison


def dims_of(summary: StudySummary) -> list[int]:
    """Return the dimensions of a summary in ascending order."""
    return sorted({cell.dim for cell in summary.cells.values()})


def groups_of(summary: StudySummary) -> list[str]:
    """Return the groups of its functions, in order of appearance."""
    return list(dict.fromkeys(group_of(name) for name in functions_of(summary)))


def functions_of(summary: StudySummary) -> list[str]:
    """Return its functions; those with numbers are sorted by number."""
    names = {cell.function for cell in summary.cells.values()}
    return sorted(names, key=lambda name: (name.rstrip("0123456789"), _number(name), name))


def optimizers_of(summary: StudySummary) -> list[str]:
    """Return its optimizers, by name."""
    return sorted({cell.optimizer for cell in summary.cells.values()})


def leaderboard(summary: StudySummary, *, dim: int | None = None, group: str | None = None) -> Leaderboard:
    """Return the standings on all problems, or on those of one dimension, one group of functions, or both.

    Optimizers are ranked on each problem, a function in one dimension, by their mean AOCC.

    Args:
        summary: The published summary.
        dim: Only this dimension.
        group: Only this group of functions; see `group_of`.
    """
    cells = [
        cell for cell in summary.cells.values() if dim in (None, cell.dim) and group in (None, group_of(cell.function))
    ]
    measured = _scores(cells, optimizers_of(summary))
    comparison = mean_rank_comparison(measured)
    ranks = dict(zip(comparison.optimizers, comparison.mean_ranks, strict=True))
    targets = 0 if summary.targets is None else len(summary.targets)
    order = sorted(measured.optimizers, key=lambda name: _or_last(ranks.get(name)))
    standings = [_standing(name, ranks.get(name), [c for c in cells if c.optimizer == name], targets) for name in order]
    return Leaderboard(standings=tuple(standings), comparison=comparison)


def _standing(name: str, rank: float | None, cells: Sequence[CellSummary], targets: int) -> Standing:
    times = np.concatenate([np.empty(0), *(cell.us_per_evaluation for cell in cells)])
    times = times[~np.isnan(times)]
    hits = [cell.first_hits for cell in cells]
    shares = [[len(run) / targets for run in runs] for runs in hits if runs is not None] if targets else []
    return Standing(
        optimizer=name,
        rank=None if rank is None or np.isnan(rank) else rank,
        aocc=_mean(float(cell.aocc.mean()) for cell in cells if cell.aocc is not None),
        reached=_mean(float(np.mean(share)) for share in shares),
        solved=_mean(float(np.mean(np.array(share) == 1)) for share in shares),
        us_per_evaluation=float(np.median(times)) if len(times) else None,
    )


def _scores(cells: Sequence[CellSummary], optimizers: Sequence[str]) -> Scores:
    problems = list(dict.fromkeys((cell.function, cell.dim) for cell in cells))
    row = {problem: k for k, problem in enumerate(problems)}
    column = {name: k for k, name in enumerate(optimizers)}
    values = np.full((len(problems), len(optimizers)), np.nan)
    for cell in cells:
        if cell.aocc is not None:
            values[row[cell.function, cell.dim], column[cell.optimizer]] = cell.aocc.mean()
    return Scores(problems=tuple(problems), optimizers=tuple(optimizers), values=values, lower_is_better=False)


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return float(np.mean(known)) if known else None


def _or_last(rank: float | None) -> float:
    return np.inf if rank is None or np.isnan(rank) else rank


def _number(name: str) -> int:
    digits = name[len(name.rstrip("0123456789")) :]
    return int(digits) if digits else -1
