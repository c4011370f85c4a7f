"""Running times and runtime profiles of a field, compared with a reference curve and the virtual best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchbook.analysis.measures.references import ROUNDING, Reference
from benchbook.analysis.measures.targets import RUN_LENGTHS
from benchbook.analysis.ranking.field import Field
from benchbook.analysis.statistics.intervals import ert_of
from benchbook.records.ranking import ProfileCurve, RankingProfile, RunningTime
from benchbook.typing import FloatArray

TARGETS = (1e1, 1e0, 1e-1, 1e-3, 1e-5, 1e-8)
VIRTUAL_BEST = "virtual best"
PENALTY = 10
_POINTS = 61


def running_times(field: Field, best: Reference | None) -> tuple[RunningTime, ...]:
    """Return the candidate's running times, problem by problem.

    First come the usual targets of the field, then those that the reference reaches within a few evaluations per
    variable (the expensive setting).

    Args:
        field: The field.
        best: The reference that they are compared with; with None there is no expensive setting.
    """
    usual = [(target, None) for target in TARGETS]
    made = []
    for row, (function, dim) in enumerate(field.problems):
        wanted: list[tuple[float, float | None]] = [*usual]
        if best is not None and (function, dim) in best.evaluations:
            places = best.run_length_places(function, dim, RUN_LENGTHS)
            wanted += [
                (float(best.targets[place]), length)
                for place, length in zip(places, RUN_LENGTHS, strict=True)
                if place is not None
            ]
        for target, length in wanted:
            column = _place(field.targets, target)
            if column is not None:
                made.append(_running_time(field, row, target, column, best, length))
    return tuple(made)


def _running_time(
    field: Field, row: int, target: float, column: int, best: Reference | None, length: float | None
) -> RunningTime:
    problem, hits = field.problems[row], field.hits[row][0, :, column]
    ert = ert_of(hits, field.spent[row][0])
    penalty = PENALTY * float(field.budgets[0]) * problem[1]
    known = None if best is None else best.evaluations.get(problem)
    place = None if best is None else _place(best.targets, target)
    least = np.inf if known is None or place is None else float(known[place])
    return RunningTime(
        function=problem[0],
        dim=problem[1],
        target=target,
        ert=ert,
        successes=int(np.isfinite(hits).sum()),
        runs=len(hits),
        ratio=ert / least if np.isfinite(ert) and np.isfinite(least) else None,
        run_length=length,
        par10=float(np.where(np.isfinite(hits), hits, penalty).mean()),
    )


def expected_times(hits: FloatArray, spent: FloatArray) -> FloatArray:
    """Return the expected running time of each optimizer to each target, shape `(optimizers, targets)`.

    Args:
        hits: First hits, shape `(optimizers, runs, targets)`; infinite without a hit.
        spent: Evaluations of each run, shape `(optimizers, runs)`.
    """
    reached = np.isfinite(hits)
    successes = reached.sum(axis=1)
    total = np.where(reached, hits, spent[:, :, np.newaxis]).sum(axis=1)
    found: FloatArray = np.where(successes > 0, total / np.maximum(successes, 1), np.inf)
    return found


def field_profiles(field: Field, references: Sequence[Reference], single_best: str) -> tuple[RankingProfile, ...]:
    """Return the runtime profiles of the field, one set for each dimension.

    Args:
        field: The field.
        references: Each is drawn with them in dimensions in which it has all functions.
        single_best: The published optimizer that is marked as the best.
    """
    longest = float(max(field.budgets.max(), 1.0))
    made = []
    for dim in sorted({dim for _, dim in field.problems}):
        rows = [row for row, problem in enumerate(field.problems) if problem[1] == dim]
        # All optimizers can be compared up to the end of the candidate's budget.
        grid = np.unique(np.append(np.geomspace(1 / dim, longest, _POINTS), field.budgets[0]))
        names = [field.problems[row][0] for row in rows]
        curves = []
        for position, name in enumerate(field.optimizers):
            share = np.mean([_shares(field.hits[row][position], grid * dim) for row in rows], axis=0)
            role = "candidate" if position == 0 else "single best" if name == single_best else "published"
            curves.append(_curve(name, role, min(float(field.budgets[position]), longest), share))
        ideal = [expected_times(field.hits[row][1:], field.spent[row][1:]).min(axis=0) for row in rows]
        share = np.mean([_shares(times, grid * dim) for times in ideal], axis=0)
        curves.append(_curve(VIRTUAL_BEST, "virtual best", float(field.budgets[1:].max()), share))
        curves += [
            _curve(best.name, "reference", longest, best.profile(dim, names, grid).share)
            for best in references
            if all((name, dim) in best.evaluations for name in names)
        ]
        made.append(RankingProfile(dim=dim, x=tuple(grid.tolist()), curves=tuple(curves)))
    return tuple(made)


def _curve(name: str, role: str, end: float, share: FloatArray) -> ProfileCurve:
    return ProfileCurve(name=name, role=role, end=end, share=tuple(round(float(value), 4) for value in share))


def _shares(hits: FloatArray, within: FloatArray) -> FloatArray:
    """Return the share of hits within each number of evaluations."""
    share: FloatArray = np.searchsorted(np.sort(hits, axis=None), within * ROUNDING, side="right") / hits.size
    return share


def _place(targets: Sequence[float] | FloatArray, target: float) -> int | None:
    """Return the position of a target, up to rounding; None if it is not there."""
    found = np.flatnonzero(np.abs(np.log(np.asarray(targets) / target)) < np.log(ROUNDING))
    return int(found[0]) if len(found) else None
