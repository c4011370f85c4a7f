"""What the leaderboard computes with in the browser: counts of targets, packed, so that 50 optimizers fit in one page.

A count is written in base 64, with one or two digits. Curves are sums over the runs of a cell at points of a grid;
counts of single runs, which the resampling needs, are there at the numbers of evaluations that can be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchbook.analysis.measures.references import BEST, ROUNDING, Reference, reference
from benchbook.analysis.ranking.published import NEVER, PublishedHits, library_of, published_hits
from benchbook.analysis.ranking.running_times import expected_times
from benchbook.analysis.statistics.friedman import critical_factors
from benchbook.records.published import StudySummary
from benchbook.site.pages.published.baseline_data import (
    BaselineView,
    as_json,
    file_name,
    function_data,
    rounded_time,
    verify_command,
)
from benchbook.typing import FloatArray, IntArray

_DIGITS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8)
_PER_POWER = 16
_MARKS = (1, 3)


def board_script(view: BaselineView) -> str:
    """Return the leaderboard's data of a baseline as a script, which pages opened as files may load."""
    if view.baseline is None:
        return ""
    summary = view.baseline.summary
    published = published_hits(summary)
    grid, marks = grid_of(published), marks_of(published)
    sums = np.stack([published.reached(point).sum(axis=-1, dtype=np.int64) for point in grid])
    counts = [published.reached(mark) for mark in marks]
    times = published.us_per_evaluation
    data = {
        "name": view.name,
        "artifact": view.artifact,
        "href": f"_static/{view.artifact}",
        "verify": verify_command(view),
        "published": view.baseline.created_at[:10],
        "targets": published.targets,
        "runs": published.hits.shape[3],
        "functions": [function_data(name) for name in published.functions],
        "dims": published.dims,
        "grid": grid,
        "marks": marks,
        "critical": [round(value, 4) for value in critical_factors(len(published.optimizers))],
        "optimizers": [
            {
                "name": name,
                "library": library_of(name),
                "us": rounded_time(times[k]),
                "budgets": published.budgets[k].max(axis=0).tolist(),
                "curves": _cells(published, k, sums[:, k]),
                "counts": _counts(published, k, dict(zip(marks, counts, strict=True))),
            }
            for k, name in enumerate(published.optimizers)
        ],
        "best": _virtual_best(published, grid),
        "reference": _reference(published, summary, grid),
    }
    begin = (
        "window.benchbook = window.benchbook || { data: {} };\nwindow.benchbook.boards = window.benchbook.boards || {};"
    )
    return f"{begin}\nwindow.benchbook.boards[{as_json(view.name)}] = {as_json(data)};\n"


def board_name(view: BaselineView) -> str:
    """Return the path of that script in the pages' static folder."""
    return f"data/{file_name(view)}.board.js"


def grid_of(published: PublishedHits) -> list[float]:
    """Return evaluations per variable at which curves are known, from 1 to the largest budget."""
    most = float(published.budgets.max(initial=1.0))
    steps = int(np.floor(np.log10(most) * _PER_POWER + 1e-9))
    grid = [float(f"{10 ** (step / _PER_POWER):.5g}") for step in range(steps + 1)]
    return grid if np.isclose(grid[-1], most) else [*grid, most]


def marks_of(published: PublishedHits) -> list[float]:
    """Return evaluations per variable at which optimizers can be ranked: 10, 30, 100 and so on, and the largest."""
    most = float(published.budgets.max(initial=1.0)) * ROUNDING
    powers = range(1, int(np.log10(most)) + 1)
    marks = [float(step * 10**power) for power in powers for step in _MARKS if step * 10**power <= most]
    return marks if marks and np.isclose(marks[-1], most) else [*marks, most / ROUNDING]


def packed(values: IntArray, width: int) -> str:
    """Return numbers in base 64, each with so many digits.

    Examples:
        >>> packed(np.array([0, 63, 64]), 2)
        'AAA_BA'
    """
    flat = values.reshape(-1).astype(np.int64)
    digits = np.stack([flat >> (6 * place) & 63 for place in reversed(range(width))], axis=1)
    return _DIGITS[digits].tobytes().decode()


def _width(most: int) -> int:
    return 1 if most < 64 else 2


def _cells(published: PublishedHits, k: int, curves: IntArray) -> str:
    """Return the curves of an optimizer, cell by cell: the dimensions of the first function, then of the next."""
    width = _width(published.hits.shape[3] * published.targets)
    return ",".join(
        packed(curves[:, fn, dim], width) if published.budgets[k, fn, dim] else ""
        for fn in range(len(published.functions))
        for dim in range(len(published.dims))
    )


def _counts(published: PublishedHits, k: int, reached: Mapping[float, IntArray]) -> str:
    """Return the counts of single runs at each mark within the budget, in the same order."""
    width = _width(published.targets)
    return ",".join(
        "".join(
            packed(found[k, fn, dim], width)
            for mark, found in reached.items()
            if mark <= published.budgets[k, fn, dim] * ROUNDING
        )
        for fn in range(len(published.functions))
        for dim in range(len(published.dims))
    )


def _virtual_best(published: PublishedHits, grid: list[float]) -> str:
    """Return how many targets the virtual best has reached: of each target, the shortest expected running time."""
    hits = np.where(published.hits == NEVER, np.inf, published.hits)
    made = []
    for fn in range(len(published.functions)):
        for place, dim in enumerate(published.dims):
            own = published.budgets[:, fn, place] > 0
            times = expected_times(hits[own, fn, place], published.spent[own, fn, place].astype(np.float64))
            made.append(_counted(times.min(axis=0, initial=np.inf), grid, dim))
    return ",".join(made)


def _reference(published: PublishedHits, summary: StudySummary, grid: list[float]) -> dict[str, str] | None:
    """Return the counts of best-2009, where it has a problem; None if its targets are others."""
    best: Reference = reference(BEST)
    if summary.targets is None or len(summary.targets) != len(best.targets):
        return None
    if not np.allclose(summary.targets, best.targets, rtol=ROUNDING - 1):
        return None
    cells = [
        _counted(best.evaluations[name, dim], grid, dim) if (name, dim) in best.evaluations else ""
        for name in published.functions
        for dim in published.dims
    ]
    return {"name": best.name, "cells": ",".join(cells)} if any(cells) else None


def _counted(times: FloatArray, grid: list[float], dim: int) -> str:
    within = np.array(grid) * dim * ROUNDING
    return packed(np.searchsorted(np.sort(times), within, side="right"), _width(len(times)))
