"""Measures of a front at any time of a run: hypervolume, additive epsilon and IGD+, computed by moocore.

Objectives are scaled first, so that the ideal point becomes (0, 0) and the nadir point (1, 1).

References:
    Zitzler et al. 2003, Performance assessment of multiobjective optimizers, https://doi.org/10.1109/TEVC.2003.810758;
    Ishibuchi et al. 2015, Modified distance calculation in generational distance and inverted generational distance,
    https://doi.org/10.1007/978-3-319-15892-1_8
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchbook.analysis.fronts import front, front_at
from benchbook.analysis.measures.moocore_library import load_moocore
from benchbook.errors import UsageError
from benchbook.records import ArchiveRecord, RunRecord
from benchbook.typing import FloatArray, IntArray
from benchbook.whole_numbers import check_whole, whole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontMeasures:
    """Measures of the front of a run, after numbers of evaluations.

    Attributes:
        evaluations: The numbers, shape `(n,)`.
        hypervolume: Share of the box from ideal to nadir point that the front dominates; higher is better.
        epsilon: By how much the front must be moved to dominate the reference front, as a share of the distance from
            ideal to nadir point; lower is better. None without a reference front.
        igd_plus: Mean distance from a point of the reference front to what the front dominates, in the same unit; lower
            is better. None without a reference front.
    """

    evaluations: IntArray
    hypervolume: FloatArray
    epsilon: FloatArray | None
    igd_plus: FloatArray | None


def front_measures(
    run: RunRecord, *, reference: FloatArray | Sequence[Sequence[float]] | None = None, at: Iterable[int] | None = None
) -> FrontMeasures:
    """Measure the front of a run on a problem with two objectives, at any time of the run.

    Args:
        run: Its record, with an archive.
        reference: Points of a reference front, shape `(k, 2)`, in the units of the objectives; see `reference_front`.
        at: Numbers of evaluations; the end of the run unless given.

    Raises:
        UsageError: The run has no archive, or an argument is out of range.
        MissingExtraError: moocore is not installed.

    Examples:
        >>> import benchbook as bb
        >>> record = bb.run("nsga2", "bbob_biobj_f1", dim=2, seed=1, budget=2000)
        >>> found = front_measures(record, reference=front_at(record.archive), at=[500, 1000, 2000])
        >>> found.hypervolume.round(2).tolist(), found.epsilon.round(2).tolist()
        ([0.08, 0.76, 0.82], [0.75, 0.08, 0.0])
    """
    archive = archive_of(run)
    numbers = [run.evaluations] if at is None else [check_whole("at", whole(number), 0) for number in at]
    fronts = [_scaled(archive, front_at(archive, number)) for number in numbers]
    moocore = load_moocore("measures of fronts")
    corner = np.ones(2)
    hypervolume = [float(moocore.hypervolume(points, ref=corner)) if len(points) else 0.0 for points in fronts]
    epsilon = igd_plus = None
    if reference is not None:
        target = _scaled(archive, _reference(reference))
        epsilon = _each(moocore.epsilon_additive, fronts, target)
        igd_plus = _each(moocore.igd_plus, fronts, target)
    return FrontMeasures(
        evaluations=np.array(numbers, dtype=np.int64),
        hypervolume=np.array(hypervolume),
        epsilon=epsilon,
        igd_plus=igd_plus,
    )


def reference_front(runs: Iterable[RunRecord]) -> FloatArray:
    """Return the points that none of several runs on one problem dominates, shape `(k, 2)`.

    Raises:
        UsageError: There are no runs, one has no archive, or they are on different problems.

    Examples:
        >>> import benchbook as bb
        >>> runs = [bb.run(name, "bbob_biobj_f1", dim=2, seed=1, budget=200) for name in ("nsga2", "random_search")]
        >>> reference_front(runs).shape[1]
        2
    """
    archives, problems = [], set()
    for run in runs:
        archives.append(archive_of(run))
        problems.add((run.problem.name, run.problem.dim, run.problem.instance))
    if len(problems) != 1:
        raise UsageError(f"runs are on {len(problems)} problems, expected one problem: fronts of others differ")
    return front(np.concatenate([np.column_stack((item.first, item.second)) for item in archives]))


def archive_of(run: RunRecord) -> ArchiveRecord:
    """Return the archive of a run.

    Raises:
        UsageError: It has none.
    """
    if run.archive is None:
        raise UsageError(f"{run!r} has no archive, expected a run on a problem with two objectives that kept one")
    return run.archive


def _reference(given: Any) -> FloatArray:
    points = np.asarray(given, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points) or not np.isfinite(points).all():
        raise UsageError(f"reference has shape {points.shape}, expected finite numbers of shape (k, 2), k >= 1")
    return points


def _scaled(archive: ArchiveRecord, points: FloatArray) -> FloatArray:
    scaled: FloatArray = (points - archive.ideal) / (archive.nadir - archive.ideal)
    return scaled


def _each(measure: Callable[..., float], fronts: Sequence[FloatArray], reference: FloatArray) -> FloatArray:
    """Return a measure of each front; infinite where there is no point."""
    return np.array([float(measure(points, ref=reference)) if len(points) else math.inf for points in fronts])
