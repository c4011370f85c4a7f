"""The table of a report on problems with two objectives: measures of the fronts that were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchbook.analysis.measures.front_measures import front_measures, reference_front
from benchbook.analysis.measures.moocore_library import load_moocore
from benchbook.analysis.report.tables import ReportTable
from benchbook.errors import MissingExtraError

_NAMES = ("hypervolume", "epsilon", "IGD+")


def front_tables(records: Sequence[Any]) -> list[ReportTable]:
    """Return the medians of hypervolume, additive epsilon and IGD+ at the end of the runs; none without archives.

    On each instance, the reference front is what none of the runs dominates. Nothing without moocore.
    """
    kept = [record for record in records if getattr(record, "archive", None) is not None]
    try:
        load_moocore("measures of fronts")
    except MissingExtraError:
        return []
    if not kept:
        return []
    problems: dict[tuple[str, int, int], list[Any]] = {}
    for record in kept:
        problem = record.problem
        problems.setdefault((problem.name, problem.dim, problem.instance), []).append(record)
    measured: dict[tuple[str, int, str], list[tuple[float, ...]]] = {}
    for (function, dim, _), runs in problems.items():
        reference = reference_front(runs)
        for run in runs:
            measured.setdefault((function, dim, run.optimizer.name), []).append(_measures(run, reference))
    place = {name: k for k, name in enumerate(dict.fromkeys(record.problem.name for record in kept))}

    def in_order(item: tuple[tuple[str, int, str], Any]) -> tuple[int, int]:
        function, dim, _ = item[0]
        return place[function], dim

    rows = [
        (function, str(dim), optimizer, str(len(values)), *(f"{value:.4g}" for value in np.median(values, axis=0)))
        for (function, dim, optimizer), values in sorted(measured.items(), key=in_order)
    ]
    caption = (
        "Fronts at the end of the runs, objectives scaled to the box from ideal to nadir point: median hypervolume "
        "(higher is better), additive epsilon and IGD+ (lower is better) relative to what none of the runs on the same "
        "instance dominates"
    )
    return [ReportTable(caption=caption, headers=("function", "dim", "optimizer", "runs", *_NAMES), rows=tuple(rows))]


def _measures(run: Any, reference: Any) -> tuple[float, ...]:
    found = front_measures(run, reference=reference)
    ends = (found.hypervolume, found.epsilon, found.igd_plus)
    return tuple(float(values[-1]) for values in ends if values is not None)
