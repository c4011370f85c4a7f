"""The figure of a report on problems with two objectives: what the runs of each optimizer attain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchbook.analysis.fronts import FrontAttainment, front_at, front_attainment

if TYPE_CHECKING:
    from benchbook.analysis.plots.drawing.picture import Picture

_MOST_PROBLEMS = 4
_MOST_OPTIMIZERS = 3


def front_figures(records: Sequence[Any]) -> list[tuple[str, Picture]]:
    """Return fronts attained on some problems in the largest dimension, with a caption; none without archives.

    The first functions are shown, each in the instance with the most runs.
    """
    kept = [record for record in records if getattr(record, "archive", None) is not None]
    if not kept:
        return []
    from benchbook.analysis.plots.drawing.picture import Picture
    from benchbook.analysis.plots.fronts import front_attainment_grid

    dim = max(record.problem.dim for record in kept)
    optimizers = list(dict.fromkeys(record.optimizer.name for record in kept))[:_MOST_OPTIMIZERS]
    own = [record for record in kept if record.problem.dim == dim and record.optimizer.name in optimizers]
    problems: dict[tuple[str, int], list[Any]] = {}
    for record in own:
        problems.setdefault((record.problem.name, record.problem.instance), []).append(record)
    chosen: dict[str, tuple[int, list[Any]]] = {}
    for (function, instance), runs in problems.items():
        if function not in chosen or len(runs) > len(chosen[function][1]):
            chosen[function] = (instance, runs)
    panels = [
        (f"{function}, instance {instance}", _attained(runs, optimizers))
        for function, (instance, runs) in list(chosen.items())[:_MOST_PROBLEMS]
    ]
    left = len(chosen) - len(panels)
    more = f"; {left} more {'function is' if left == 1 else 'functions are'} in the tables" if left else ""
    title = (
        f"Fronts, {dim}-D: what at least half of the runs on one instance attain (line), and the area between what one "
        f"and what all of them attain{more}"
    )
    told = "; ".join(
        f"{problem}: {', '.join(f'{item.name} {item.runs} runs, {len(item.median)} corners' for item in items)}"
        for problem, items in panels
    )
    picture = Picture(front_attainment_grid(panels), f"Attainment surfaces of two objectives, dimension {dim}. {told}.")
    return [(title, picture)]


def _attained(runs: Sequence[Any], optimizers: Sequence[str]) -> list[FrontAttainment]:
    found = []
    for name in optimizers:
        fronts = []
        for run in runs:
            if run.optimizer.name == name:
                archive = run.archive
                fronts.append((front_at(archive) - archive.ideal) / (archive.nadir - archive.ideal))
        fronts = [np.asarray(points) for points in fronts if len(points)]
        if fronts:
            found.append(front_attainment(name, fronts))
    return found
