"""Empirical attainment of (evaluations, precision): the share of runs that had reached a precision by then.

moocore computes it (Fonseca et al. 2011, https://doi.org/10.1007/978-3-642-19893-9_8); it comes with
`benchbook[analysis]`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.moocore_library import load_moocore
from benchbook.errors import UsageError
from benchbook.typing import FloatArray, IntArray

LEVELS = (0.25, 0.5, 0.75)
FLOOR = 1e-8  # the hardest target: below it, runs count as equal
_NEVER = 1e300  # position of a run that found no value, far outside the shown range
_MOST_COPIES = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attainment:
    """What shares of the runs of one optimizer have attained.

    Attributes:
        optimizer: Label of the optimizer.
        levels: Shares of runs.
        surfaces: For each level the corners of its boundary: (evaluations, precision), shape `(corners, 2)`, with
            evaluations rising; a point at or above and to the right of a corner was attained by that share of runs.
        end: Evaluations that the longest run spent.
        runs: Number of runs.
    """

    optimizer: str
    levels: tuple[float, ...]
    surfaces: tuple[FloatArray, ...]
    end: int
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AttainmentDifference:
    """Where one optimizer attains more often than another.

    Attributes:
        a: Label of the one.
        b: Label of the other.
        rectangles: Shape `(n, 4)`: least evaluations and precision, and largest ones, which may be infinite.
        difference: Share of a's runs that attain each rectangle minus that of b's, from -1 to 1, shape `(n,)`.
        end: Evaluations that the longest run spent.
    """

    a: str
    b: str
    rectangles: FloatArray
    difference: FloatArray
    end: int


def attainment(table: Columns, optimizer: str, levels: tuple[float, ...] = LEVELS) -> Attainment:
    """Return what shares of an optimizer's runs attain.

    Args:
        table: Runs on one function in one dimension, of one or more optimizers.
        optimizer: Label of the optimizer.
        levels: Shares of runs, above 0 and at most 1.

    Raises:
        UsageError: The optimizer has no runs.
        MissingExtraError: moocore is not installed.
    """
    runs = _runs(table, optimizer)
    points = _points(table, runs)
    found = load_moocore("attainment").eaf(points[:, :2], points[:, 2], percentiles=[100 * level for level in levels])
    surfaces = []
    for level in levels:
        own = found[np.isclose(found[:, 2], 100 * level)][:, :2]
        own = own[own[:, 0] < _NEVER]
        surfaces.append(own[np.argsort(own[:, 0])])
    return Attainment(
        optimizer=optimizer,
        levels=levels,
        surfaces=tuple(surfaces),
        end=int(table.evaluations[runs].max()),
        runs=len(runs),
    )


def attainment_difference(table: Columns, a: str, b: str) -> AttainmentDifference:
    """Return where the runs of one optimizer attain more often than those of another.

    Args:
        table: Runs on one function in one dimension.
        a: Label of the one.
        b: Label of the other.

    Raises:
        UsageError: One has no runs, or their numbers have too large a common multiple.
        MissingExtraError: moocore is not installed.
    """
    sides = [_runs(table, name) for name in (a, b)]
    copies = math.lcm(*(len(runs) for runs in sides))
    if copies > _MOST_COPIES:
        raise UsageError(f"{a} has {len(sides[0])} runs and {b} {len(sides[1])}, expected equal numbers of both")
    # moocore counts runs: those of the smaller side are repeated until both sides have as many.
    one, other = (_points(table, np.repeat(runs, copies // len(runs))) for runs in sides)
    found = load_moocore("attainment").eafdiff(one, other, intervals=copies, rectangles=True)
    inside = found[(found[:, 0] < _NEVER) & (found[:, 1] < _NEVER)]
    corners = np.where(inside[:, :4] >= _NEVER, np.inf, inside[:, :4])
    return AttainmentDifference(
        a=a,
        b=b,
        rectangles=corners,
        difference=inside[:, 4] / copies,
        end=int(table.evaluations[np.concatenate(sides)].max()),
    )


def _runs(table: Columns, optimizer: str) -> IntArray:
    code = table.optimizers.index(optimizer) if optimizer in table.optimizers else -1
    found: IntArray = np.flatnonzero(table.optimizer == code)
    if not len(found):
        raise UsageError(f"there are no runs of {optimizer!r}, expected one of {', '.join(table.optimizers)}")
    return found


def _points(table: Columns, runs: IntArray) -> FloatArray:
    """Return (evaluations, precision, run) of all improvements, shape `(points, 3)`."""
    rows: list[FloatArray] = []
    for number, run in enumerate(runs.tolist(), start=1):
        place = slice(table.offsets[run], table.offsets[run + 1])
        values = np.where(np.isnan(table.precisions[place]), _NEVER, np.maximum(table.precisions[place], FLOOR))
        at = np.append(table.at[place].astype(np.float64), _NEVER)
        rows.append(np.column_stack((at, np.append(values, _NEVER), np.full(len(at), float(number)))))
    return np.concatenate(rows)
