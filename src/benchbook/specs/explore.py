"""Exploring optimizers on one function, as runs and pictures; `benchbook.specs.explorer` adds widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from benchbook.analysis import RunTable, convergence
from benchbook.analysis.measures.attainment import attainment, attainment_difference
from benchbook.analysis.measures.references import with_references
from benchbook.analysis.plots import Picture, attainment_figure, curves_beside_profile, trajectory_grid
from benchbook.errors import UsageError
from benchbook.observers import PointTrace
from benchbook.optimizers import optimizer
from benchbook.problems import problem
from benchbook.records import RunRecord
from benchbook.specs.claims import number
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run
from benchbook.typing import FloatArray

_CACHED_RUNS = 64  # runs kept in memory, so that after a change only new ones are computed


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to show.

    Attributes:
        optimizers: Names in the catalog.
        function: Name of the function.
        dim: Number of variables of the runs; trajectories are always two-dimensional.
        instance: The instance; 0 is the textbook function, others are shifted and rotated.
        seed: First seed, and the seed of the trajectories.
        repetitions: Seeds of each optimizer: seed, seed + 1, ...
        budget: Evaluations of each run.
    """

    optimizers: Sequence[str] = ("manta_ray_foraging", "cma_es", "random_search")
    function: str = "rastrigin"
    dim: int = 2
    instance: int = 1
    seed: int = 1
    repetitions: int = 5
    budget: int = 1000

    def runs(self) -> RunTable:
        """Return the runs; those that were done before are not repeated.

        Raises:
            UsageError: No optimizer is chosen, or a number is out of range.
            UnknownNameError: A name is not known.
            MissingExtraError: The library of an optimizer is not installed.
        """
        if not self.optimizers:
            raise UsageError("optimizers is empty, expected one or more names")
        where = (self.function, self.dim, self.instance, self.seed, self.repetitions, self.budget)
        return RunTable(run for name in self.optimizers for run in _runs(name, *where))

    def trajectories(self) -> Picture:
        """Return the path of each optimizer's best point over the contours, in two dimensions.

        Raises:
            UsageError: No optimizer is chosen, or the function has no two-dimensional version.
        """
        if not self.optimizers:
            raise UsageError("optimizers is empty, expected one or more names")
        made = problem(self.function, dim=2, instance=self.instance)
        paths = [(name, _path(name, self.function, self.instance, self.seed, self.budget)) for name in self.optimizers]
        ends = "; ".join(f"{name} {number(float(made(path[-1:])[0] - (made.f_opt or 0.0)), 2)}" for name, path in paths)
        alt = (
            f"Path of the best point so far on the contours of {self.function} in two dimensions, instance "
            f"{self.instance}, seed {self.seed}, {self.budget:,} evaluations. Precision at the end: {ends}."
        )
        return Picture(trajectory_grid(made, paths, getattr(made, "x_opt", None)), alt)

    def curves(self) -> Picture:
        """Return convergence and runtime profile side by side; raises the same errors as `runs`.

        Convergence: median and quartiles over the repetitions of the best precision so far. Profile: the share of
        COCO's 51 targets and of the repetitions that is reached within a number of evaluations per variable.
        """
        runs = self.runs()
        curves = {name: convergence(runs.select(optimizer=name)) for name in self.optimizers}
        profiles = with_references(runs.profile("dim"), runs.first_hits())
        ends = "; ".join(
            f"{profile.optimizer} {number(float(curves[profile.optimizer].median[-1]), 2)} and "
            f"{100 * float(profile.share[-1]):.0f} %"
            for profile in profiles
            if not profile.is_reference
        )
        alt = (
            f"{self.function} in {self.dim} dimensions, instance {self.instance}, {self.budget:,} evaluations, "
            f"{self.repetitions} seeds: median and quartiles of the best precision against evaluations, and the share "
            f"of 51 targets from 100 to 1e-8 reached within a number of evaluations per variable. At the end: {ends}."
        )
        return Picture(curves_beside_profile(f"{self.function}, {self.dim}-D", curves, profiles), alt)

    def attainment(self) -> Picture:
        """Return the attainment of the first two optimizers and the difference, as shares of runs.

        Raises:
            UsageError: Fewer than two optimizers are chosen.
            MissingExtraError: moocore is not installed.
        """
        if len(self.optimizers) < 2:
            raise UsageError(f"optimizers has {len(self.optimizers)} names, expected two or more")
        a, b = self.optimizers[:2]
        table = self.runs().select(optimizer=[a, b]).columns()
        difference = attainment_difference(table, a, b)
        alt = (
            f"{self.function} in {self.dim} dimensions, instance {self.instance}: for {a} and {b} the evaluations and "
            f"precisions that 25, 50 and 75 % of {self.repetitions} runs attain, and where one attains more often. "
            f"Largest difference in favour of {a}: {max(float(difference.difference.max(initial=0.0)), 0.0):.2f}, of "
            f"{b}: {max(float(-difference.difference.min(initial=0.0)), 0.0):.2f}."
        )
        return Picture(attainment_figure([attainment(table, name) for name in (a, b)], difference), alt)

    def code(self) -> str:
        """Return the choice as code for copying.

        Examples:
            >>> Choice(optimizers=["cma_es"], function="sphere").code().splitlines()[2:5]
            ['choice = Choice(', '    optimizers=["cma_es"],', '    function="sphere",']
        """
        values: Mapping[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        shown = {key: _literal(value) for key, value in values.items()}
        arguments = "".join(f"    {key}={text},\n" for key, text in shown.items())
        return (
            "from benchbook.specs.explore import Choice\n\n"
            f"choice = Choice(\n{arguments})\n"
            "runs = choice.runs()  # a run table: runs.ert(1e-2), runs.profile(), runs.to_pandas()\n"
            "# each a picture: choice.trajectories(), choice.curves(), choice.attainment()"
        )


def _literal(value: object) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return repr(value) if isinstance(value, int) else "[" + ", ".join(map(_literal, value)) + "]"  # type: ignore[call-overload]  # the names


@lru_cache(maxsize=_CACHED_RUNS)
def _runs(
    name: str, function: str, dim: int, instance: int, seed: int, repetitions: int, budget: int
) -> tuple[RunRecord, ...]:
    made = problem(function, dim=dim, instance=instance)
    if repetitions < 1:
        raise UsageError(f"repetitions is {repetitions!r}, expected a whole number >= 1")
    seeds = range(seed, seed + repetitions)
    planned = [planned_run(optimizer(name), made, seed=s, budget=budget) for s in seeds]
    return tuple(execute_all(planned))


@lru_cache(maxsize=_CACHED_RUNS)
def _path(name: str, function: str, instance: int, seed: int, budget: int) -> FloatArray:
    """Return successive best points of a run in two dimensions, shape `(n, 2)`."""
    made = problem(function, dim=2, instance=instance)
    trace = PointTrace()
    execute(planned_run(optimizer(name), made, seed=seed, budget=budget), observers=(trace,))
    values = made(trace.points)
    better = np.flatnonzero(values < np.concatenate(([np.inf], np.minimum.accumulate(values)[:-1])))
    # Without finite values, the path is its first point.
    path: FloatArray = trace.points[better if len(better) else [0]]
    return path
