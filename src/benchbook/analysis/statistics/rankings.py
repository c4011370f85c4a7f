"""Rankings of a set of optimizers: performance profiles, data profiles, ranks. They depend on the set: it is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.analysis.cells import cells
from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.anytime import aocc
from benchbook.analysis.measures.ert import RunningTimes
from benchbook.analysis.statistics.ties import HARDEST_TARGET, tied
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """One number for each problem and optimizer.

    Attributes:
        problems: (function, dim), in order.
        optimizers: The compared set.
        values: Shape `(problems, optimizers)`; NaN where runs are missing.
        lower_is_better: Whether less is better.
    """

    problems: tuple[tuple[str, int], ...]
    optimizers: tuple[str, ...]
    values: FloatArray
    lower_is_better: bool

    def complete(self) -> Scores:
        """Return the problems on which every optimizer has a value."""
        rows = [not np.isnan(row).any() for row in self.values]
        return Scores(
            problems=tuple(problem for problem, row in zip(self.problems, rows, strict=True) if row),
            optimizers=self.optimizers,
            values=self.values[np.array(rows, dtype=bool)],
            lower_is_better=self.lower_is_better,
        )

    def ranks(self) -> FloatArray:
        """Return the rank of each optimizer on each problem, 1 for the best; equal ones share the mean of their ranks.

        Values that differ by rounding only are equal (`ties.tied`). Shape `(problems, optimizers)`; NaN where there is
        no value.
        """
        values = np.array([tied(row) for row in self.values]).reshape(self.values.shape)
        signed = values if self.lower_is_better else -values
        below = (signed[:, :, np.newaxis] > signed[:, np.newaxis, :]).sum(axis=2)
        equal = (signed[:, :, np.newaxis] == signed[:, np.newaxis, :]).sum(axis=2)
        ranks: FloatArray = np.where(np.isnan(signed), np.nan, below + (equal + 1) / 2)
        return ranks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShareCurve:
    """Share of problems that an optimizer solves within a factor or a number of evaluations.

    Attributes:
        optimizer: Label of the optimizer.
        optimizers: The compared set.
        x: Rising, shape `(points,)`.
        share: Shape `(points,)`.
        problems: Number of problems.
        tolerance: The tau of a data profile; None for a performance profile.
    """

    optimizer: str
    optimizers: tuple[str, ...]
    x: FloatArray
    share: FloatArray
    problems: int
    tolerance: float | None = None


def scores(table: Columns, per_run: FloatArray, *, lower_is_better: bool, statistic: str = "median") -> Scores:
    """Return a statistic over runs of a number a run, for each problem and optimizer.

    Args:
        table: The runs.
        per_run: One number a run, shape `(runs,)`.
        lower_is_better: Whether less is better.
        statistic: `median` (an order statistic: infinite values may stand among them) or `mean`.
    """
    groups = cells(table)
    if statistic == "mean":
        values = groups.means(per_run)
    else:
        chosen = [np.quantile(per_run[groups.runs(c)], 0.5, method="inverted_cdf") for c in range(len(groups))]
        values = np.array(chosen)
    return _pivot(groups.names, table.optimizers, values, lower_is_better)


def final_scores(table: Columns) -> Scores:
    """Return the median final precision of each optimizer on each problem, that of the hardest target at least.

    Below it nothing is measured: differences there are those of rounding and of when a run happened to stop.
    """
    return scores(table, np.maximum(table.final(), HARDEST_TARGET), lower_is_better=True)


def aocc_scores(table: Columns) -> Scores:
    """Return the mean AOCC of each optimizer on each problem."""
    return scores(table, aocc(table), lower_is_better=False, statistic="mean")


def ert_scores(times: RunningTimes, target: int = -1) -> Scores:
    """Return the ERT of each optimizer on each problem, for the target at this position."""
    return _pivot(times.cells.names, times.cells.optimizers, times.ert[:, target], lower_is_better=True)


def performance_profile(measured: Scores, x: FloatArray | None = None) -> list[ShareCurve]:
    """Return the share of problems on which an optimizer needs at most x times what the best of the set needs.

    Dolan & Moré (2002), https://doi.org/10.1007/s101070100263. A problem that no optimizer solves counts against all.
    Where the best needs 0, those that need 0 as well have the factor 1, and all others an infinite one.

    Args:
        measured: What each needs, for instance ERTs, >= 0; infinite if it fails.
        x: Factors >= 1; default: log-spaced up to the largest.
    """
    values = np.where(np.isnan(measured.values), np.inf, measured.values)
    best = values.min(axis=1, keepdims=True, initial=np.inf)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.where(values == best, 1.0, values / best)
    ratios[~np.isfinite(values)] = np.inf
    finite = ratios[np.isfinite(ratios)]
    grid = np.geomspace(1, max(2.0, finite.max(initial=1.0)), 101) if x is None else np.asarray(x, dtype=np.float64)
    return [
        ShareCurve(
            optimizer=name,
            optimizers=measured.optimizers,
            x=grid,
            share=_shares(ratios[:, column], grid),
            problems=len(ratios),
        )
        for column, name in enumerate(measured.optimizers)
    ]


def data_profile(table: Columns, tolerance: float, x: FloatArray | None = None) -> list[ShareCurve]:
    """Return the share of problems that an optimizer solves within x simplex gradients, x (dim + 1) evaluations.

    Moré & Wild (2009), https://doi.org/10.1137/080724083: solved means f(x0) - f >= (1 - tolerance) (f(x0) - f_L),
    with f_L the best value that any optimizer of the set found on the problem. A problem is a function, dimension,
    instance and seed. Where optimizers start from points of their own, f(x0) is the worst of their first values.
    """
    keys = np.stack((table.function, table.dim, table.instance, table.seed))
    _, problem = np.unique(keys, axis=1, return_inverse=True)
    problem = problem.ravel()
    number = int(problem.max(initial=-1)) + 1
    some = np.diff(table.offsets) > 0
    first = np.full(len(table), -np.inf)
    first[some] = table.precisions[table.offsets[:-1][some]]
    worst, best = np.full(number, -np.inf), np.full(number, np.inf)
    np.maximum.at(worst, problem, first)
    np.minimum.at(best, problem, table.final())
    limit = worst - (1 - tolerance) * (worst - best)
    needed = _first_at_or_below(table, limit[problem]) / (table.dim + 1)
    finite = needed[np.isfinite(needed)]
    grid = np.geomspace(0.1, max(1.0, finite.max(initial=1.0)), 101) if x is None else np.asarray(x, dtype=np.float64)
    curves = []
    for code, name in enumerate(table.optimizers):
        own = table.optimizer == code
        share = _shares(needed[own], grid)
        problems = int(own.sum())
        curves.append(
            ShareCurve(
                optimizer=name,
                optimizers=table.optimizers,
                x=grid,
                share=share,
                problems=problems,
                tolerance=tolerance,
            )
        )
    return curves


def _first_at_or_below(table: Columns, limits: FloatArray) -> FloatArray:
    """Return the first evaluation with a precision at or below each run's own limit, shape `(runs,)`."""
    run = np.repeat(np.arange(len(table)), np.diff(table.offsets))
    within = np.where(table.precisions <= limits[run], table.at, np.inf)
    needed = np.full(len(table), np.inf)
    np.minimum.at(needed, run, within)
    return needed


def _shares(needed: FloatArray, grid: FloatArray) -> FloatArray:
    share: FloatArray = np.searchsorted(np.sort(needed), grid * (1 + 1e-12), side="right") / max(len(needed), 1)
    return share


def _pivot(
    names: list[tuple[str, str, int]], optimizers: tuple[str, ...], values: FloatArray, lower_is_better: bool
) -> Scores:
    problems = list(dict.fromkeys((function, dim) for _, function, dim in names))
    row = {problem: k for k, problem in enumerate(problems)}
    column = {name: k for k, name in enumerate(optimizers)}
    grid = np.full((len(problems), len(optimizers)), np.nan)
    for (optimizer, function, dim), value in zip(names, values, strict=True):
        grid[row[function, dim], column[optimizer]] = value
    return Scores(problems=tuple(problems), optimizers=optimizers, values=grid, lower_is_better=lower_is_better)
