"""Runtime profiles: shares of (function, target, run) triples reached within a number of evaluations per dimension."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchbook.analysis.cells import Cells, cells
from benchbook.analysis.measures.ert import draws, simulated_restarts
from benchbook.analysis.measures.first_hits import FirstHits
from benchbook.analysis.student import t_over_normal
from benchbook.errors import UsageError
from benchbook.problems.suites.biobj import BIOBJ
from benchbook.problems.suites.constrained import CONSTRAINED
from benchbook.problems.suites.pairs import PAIRS
from benchbook.typing import FloatArray, IntArray

By = Literal["function", "group", "dim", "all"]
GROUPS = {
    "separable": range(1, 6),
    "moderate": range(6, 10),
    "ill-conditioned": range(10, 15),
    "multi-modal": range(15, 20),
    "weakly structured": range(20, 25),
}
_POINTS = 121
_BAND_SAMPLES = 400


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """The runtime profile (ECDF of run lengths) of one optimizer on some functions.

    Attributes:
        optimizer: Label of the optimizer.
        label: The functions: a function, a group, or `all`.
        dim: Dimension; None if all are pooled.
        x: Evaluations divided by dimension, rising, shape `(points,)`.
        share: Share of (function, target, run) triples reached by then, shape `(points,)`; functions have equal weight.
        low: Lower end of the confidence band, shape `(points,)`; the share itself without a band.
        high: Upper end, shape `(points,)`.
        end: Where the data end, the cross: the median of evaluations over dimension that the runs spent.
        functions: Number of functions.
        targets: Number of targets.
        is_reference: Whether it is that of published algorithms instead of runs, so that no data end.
    """

    optimizer: str
    label: str
    dim: int | None
    x: FloatArray
    share: FloatArray
    low: FloatArray
    high: FloatArray
    end: float
    functions: int
    targets: int
    is_reference: bool = False

    def at(self, x: float) -> float:
        """Return the share at the last grid point that is not beyond x evaluations per dimension."""
        before = int(np.searchsorted(self.x, x, side="right"))
        return float(self.share[before - 1]) if before else 0.0


def group_of(function: str) -> str:
    """Return the group of a function: one of the five of BBOB, that within its suite, or `other`.

    The functions of bbob-constrained are grouped by their objective, those of bbob-biobj by the groups of both.

    Examples:
        >>> group_of("bbob_f8"), group_of("rastrigin"), group_of("bbob_biobj_f2")
        ('moderate', 'other', 'separable')
    """
    if function in CONSTRAINED:
        return CONSTRAINED[function].group or "other"
    if function in BIOBJ:
        pair = PAIRS[int(function.rpartition("_f")[2]) - 1]
        return " and ".join(dict.fromkeys(group_of(f"bbob_f{number}") for number in pair))
    found = re.fullmatch(r"bbob_f(\d+)", function)
    number = int(found.group(1)) if found else 0
    return next((name for name, numbers in GROUPS.items() if number in numbers), "other")


def runtime_profiles(
    hits: FirstHits,
    *,
    by: By = "dim",
    band: float | None = None,
    restarts: int = 0,
    x: FloatArray | None = None,
    seed: int = 1,
) -> list[Profile]:
    """Return runtime profiles (Hansen et al. 2016, https://arxiv.org/abs/1605.03560; failures are at infinity).

    Args:
        hits: First hits.
        by: One profile a function and dimension, a group and dimension, a dimension, or one of all.
        band: Confidence of a band by resampling the runs within each function and dimension, and within each instance
            where every instance has several runs; from 0 to 1 where there is a single run. None: no band.
        restarts: Number of simulated restarts to draw for each function and target instead of using each run once.
        x: Evaluations per dimension; default: log-spaced up to the longest run.
        seed: Decides the draws of bands and restarts.

    Raises:
        UsageError: The table is empty, or `by` is none of the four.
    """
    if by not in ("function", "group", "dim", "all"):
        raise UsageError(f"by is {by!r}, expected function, group, dim or all")
    if not len(hits.table):
        raise UsageError("a runtime profile needs at least one run, the table is empty")
    grid = _grid(hits) if x is None else np.asarray(x, dtype=np.float64)
    groups = cells(hits.table)
    shares = _restarted(hits, groups, grid, restarts, seed) if restarts else cell_curves(hits, groups, grid)
    curves = run_curves(hits, grid) if band is not None and not restarts else np.empty((0, 0))
    ends = hits.table.evaluations / hits.table.dim
    made = []
    for (optimizer, label, dim), members in _members(groups, by).items():
        share: FloatArray = shares[members].mean(axis=0)
        runs = np.concatenate([groups.runs(cell) for cell in members])
        low, high = share, share
        if band is not None and not restarts:
            around = _band(hits, groups, members, curves, band, seed)
            low, high = _limits(share, around, len(runs), (1 - band) / 2)
        made.append(
            Profile(
                optimizer=optimizer,
                label=label,
                dim=dim,
                x=grid,
                share=share,
                low=low,
                high=high,
                end=float(np.median(ends[runs])),
                functions=len({int(groups.function[cell]) for cell in members}),
                targets=hits.evaluations.shape[1],
            )
        )
    return made


def _limits(
    share: FloatArray, around: tuple[FloatArray, FloatArray] | None, runs: int, tail: float
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of a band around a share.

    If no run has reached anything, or all have reached everything, nothing varies; the end is then what n runs
    alike leave possible, 1 - tail^(1/n) away. As true shares rise, an end holds for all earlier, or later, points too.
    """
    if around is None:
        return np.zeros_like(share), np.ones_like(share)
    possible = 1 - tail ** (1 / runs)
    low = np.where(share >= 1, 1 - possible, np.maximum(share + around[0], 0.0))
    high = np.where(share <= 0, possible, np.minimum(share + around[1], 1.0))
    return np.maximum.accumulate(low), np.minimum.accumulate(high[::-1])[::-1]


def cell_curves(hits: FirstHits, groups: Cells, grid: FloatArray) -> FloatArray:
    """Return for each cell the share of (target, run) reached within each x, shape `(cells, points)`."""
    counted = _counted(hits, grid, groups.of_runs(), len(groups))
    shares: FloatArray = counted / (hits.evaluations.shape[1] * groups.counts[:, np.newaxis])
    return shares


def run_curves(hits: FirstHits, grid: FloatArray) -> FloatArray:
    """Return for each run the share of targets reached within each x of the grid, shape `(runs, points)`."""
    runs, targets = hits.evaluations.shape
    shares: FloatArray = _counted(hits, grid, np.arange(runs), runs) / targets
    return shares


def _counted(hits: FirstHits, grid: FloatArray, row: IntArray, rows: int) -> IntArray:
    """Count the hits within each x, of the runs that belong to each row, shape `(rows, points)`."""
    points = len(grid)
    place = np.searchsorted(grid, hits.evaluations / hits.table.dim[:, np.newaxis], side="left")
    place += (row * (points + 1))[:, np.newaxis]
    counts = np.bincount(place.ravel(), minlength=rows * (points + 1)).reshape(rows, points + 1)
    counted: IntArray = np.cumsum(counts[:, :points], axis=1)
    return counted


def restart_curve(hits: FirstHits, runs: IntArray, grid: FloatArray, samples: int, seed: int) -> FloatArray:
    """Return the share of (target, simulated restart) reached within each x, shape `(points,)`."""
    lengths = hits.table.evaluations[runs].astype(np.float64)
    dim = float(hits.table.dim[runs[0]])
    drawn = [
        simulated_restarts(hits.evaluations[runs, target], lengths, samples=samples, seed=seed)
        for target in range(hits.evaluations.shape[1])
    ]
    reached = np.sort(np.concatenate(drawn)) / dim
    share: FloatArray = np.searchsorted(reached, grid, side="right") / len(reached)
    return share


def _members(groups: Cells, by: By) -> dict[tuple[str, str, int | None], list[int]]:
    """Return the cells of each profile, by (optimizer, label, dimension)."""
    members: dict[tuple[str, str, int | None], list[int]] = {}
    for cell, (optimizer, function, dim) in enumerate(groups.names):
        label = {"function": function, "group": group_of(function)}.get(by, "all")
        members.setdefault((optimizer, label, None if by == "all" else dim), []).append(cell)
    return members


def _restarted(hits: FirstHits, groups: Cells, grid: FloatArray, restarts: int, seed: int) -> FloatArray:
    """Return the curve of each cell's simulated restarts, shape `(cells, points)`."""
    return np.array([restart_curve(hits, groups.runs(cell), grid, restarts, seed) for cell in range(len(groups))])


def _band(
    hits: FirstHits, groups: Cells, members: Sequence[int], curves: FloatArray, level: float, seed: int
) -> tuple[FloatArray, FloatArray] | None:
    """Return how far below and above the share the band ends, shape `(points,)` each; None if nothing tells it.

    Each stratum is resampled independently of the others. A bootstrap of n runs has (n - 1) / n of the variance, a
    half for 2 seeds, so that deviations are stretched by sqrt(n / (n - 1)) (Rao & Wu 1988); and the variance itself is
    estimated from few runs, so that they are stretched as a t quantile is beyond a normal one, with the degrees of
    freedom of Satterthwaite (1946).
    """
    rng = np.random.default_rng([seed, len(members)])
    deviation = np.zeros((_BAND_SAMPLES, curves.shape[1]))
    variance, freedom = np.zeros(curves.shape[1]), np.zeros(curves.shape[1])
    for weight, runs in _strata(hits, groups, members):
        n = len(runs)
        if n < 2:
            return None
        own = curves[runs] - curves[runs].mean(axis=0)
        drawn = draws(n, _BAND_SAMPLES, int(rng.integers(2**62)))
        deviation += (weight * math.sqrt(n / (n - 1)) / n) * (drawn @ own)
        part = weight**2 * (own**2).sum(axis=0) / (n * (n - 1))
        variance += part
        freedom += part**2 / (n - 1)
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        stretched = t_over_normal(1 - tail, np.where(freedom > 0, variance**2 / freedom, np.inf))
    ends: FloatArray = np.quantile(deviation, [tail, 1 - tail], axis=0) * stretched
    return ends[0], ends[1]


def _strata(hits: FirstHits, groups: Cells, members: Sequence[int]) -> Iterator[tuple[float, IntArray]]:
    """Yield weight and runs of each stratum: an instance, or a cell where instances have one run.

    Cells of a single run form one stratum, which makes the band wider than it need be.
    """
    single: list[IntArray] = []
    for cell in members:
        runs = groups.runs(cell)
        values, counts = np.unique(hits.table.instance[runs], return_counts=True)
        if len(runs) < 2:
            single.append(runs)
        elif counts.min() < 2:
            yield 1 / len(members), runs
        else:
            for value, count in zip(values, counts, strict=True):
                own: IntArray = runs[hits.table.instance[runs] == value]
                yield float(count) / (len(runs) * len(members)), own
    if single:
        yield len(single) / len(members), np.concatenate(single)


def _grid(hits: FirstHits) -> FloatArray:
    """Return log-spaced evaluations per dimension, from the first evaluation to the end of the longest run."""
    per_dim = hits.table.evaluations / hits.table.dim
    last = max(float(per_dim.max()), 1.0)
    grid = np.geomspace(1 / float(hits.table.dim.max()), last, _POINTS)
    grid[-1] = last
    return grid
