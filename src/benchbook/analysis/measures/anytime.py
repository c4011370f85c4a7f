"""Anytime measures: precision at fixed budgets, evaluations at fixed targets, area over the convergence curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchbook.analysis.cells import Cells
from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.first_hits import FirstHits
from benchbook.typing import FloatArray, IntArray

# Bounds of log10 precision for AOCC; fixed, never taken from the data.
AOCC_LOG_LOW = -8.0
AOCC_LOG_HIGH = 2.0
QUANTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Quantiles over the runs of each cell.

    Attributes:
        cells: The cells.
        x: Budgets, or targets, shape `(points,)`.
        levels: Which quantiles.
        quantiles: Shape `(levels, cells, points)`; infinite if that share of runs has no value.
    """

    cells: Cells
    x: FloatArray
    levels: tuple[float, ...]
    quantiles: FloatArray


def precisions_at(table: Columns, budgets: IntArray) -> FloatArray:
    """Return the best precision after each budget, shape `(runs, budgets)`; infinite before the first value.

    A run that ended before keeps its last value.

    Args:
        table: The runs.
        budgets: Evaluations, rising, shape `(budgets,)`.
    """
    found = np.full((len(table), len(budgets) + 1), np.inf)
    column = np.searchsorted(budgets, table.at, side="left")  # the first budget that includes the improvement
    run = np.repeat(np.arange(len(table)), np.diff(table.offsets))
    # Of several improvements between two budgets the last one, the best, is kept.
    found[run, column] = np.where(np.isnan(table.precisions), np.inf, table.precisions)
    best: FloatArray = np.minimum.accumulate(found[:, :-1], axis=1)
    return best


def fixed_budget(table: Columns, groups: Cells, budgets: IntArray, levels: tuple[float, ...] = QUANTILES) -> Curves:
    """Return quantiles of the best precision at given budgets."""
    values = precisions_at(table, budgets)
    return Curves(
        cells=groups, x=budgets.astype(np.float64), levels=levels, quantiles=_quantiles(values, groups, levels)
    )


def fixed_target(hits: FirstHits, groups: Cells, levels: tuple[float, ...] = QUANTILES) -> Curves:
    """Return quantiles of the evaluations to each target: how long a run takes to become this good."""
    return Curves(cells=groups, x=hits.targets, levels=levels, quantiles=_quantiles(hits.evaluations, groups, levels))


def aocc(table: Columns, budget: int | None = None) -> FloatArray:
    """Return the normalised area over the convergence curve of each run, shape `(runs,)`, from 0 to 1; more is better.

    The mean over the evaluations 1 to budget of 1 - (clip(log10 precision, -8, 2) + 8) / 10, with the best precision
    after that evaluation (van Stein & Bäck 2025, LLaMEA, https://doi.org/10.1109/TEVC.2024.3497793, with the bounds
    of COCO's targets): the first evaluation counts with the value that it found, and the last one too. iohinspector
    holds each value from one evaluation to the next, from 0 to the budget, so that the first value counts twice and the
    last one not at all; the two differ by less than 1 / budget. Evaluations before the first value count 0; a run that
    ended early keeps its last value. The bounds are fixed: an area with bounds from the data would depend on the other
    runs.

    Args:
        table: The runs.
        budget: Evaluations that the mean goes over; default: each run's own budget.
    """
    span = table.budget if budget is None else np.full(len(table), budget)
    known = np.maximum(np.where(np.isnan(table.precisions), np.inf, table.precisions), 10.0**AOCC_LOG_LOW)
    worth = 1 - (np.minimum(np.log10(known), AOCC_LOG_HIGH) - AOCC_LOG_LOW) / (AOCC_LOG_HIGH - AOCC_LOG_LOW)
    run = np.repeat(np.arange(len(table)), np.diff(table.offsets))
    until = np.append(table.at[1:], 0)
    last = table.offsets[1:][np.diff(table.offsets) > 0] - 1
    until[last] = span[run[last]] + 1
    lasting = np.maximum(np.minimum(until, span[run] + 1) - table.at, 0)
    area = np.bincount(run, weights=worth * lasting, minlength=len(table))
    mean: FloatArray = area / np.maximum(span, 1)
    return mean


def _quantiles(values: FloatArray, groups: Cells, levels: tuple[float, ...]) -> FloatArray:
    """Return order statistics over the runs of each cell: `(runs, points)` to `(levels, cells, points)`."""
    found = np.empty((len(levels), len(groups), values.shape[1]))
    for cell in range(len(groups)):
        # no interpolation, because entries may be infinite
        found[:, cell] = np.quantile(values[groups.runs(cell)], levels, axis=0, method="inverted_cdf")
    return found
