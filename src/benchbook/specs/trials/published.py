"""The part of a baseline that a spec is compared with: its cells, repeated runs and new runs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.analysis import RunTable
from benchbook.analysis.comparison.baselines import find_baseline
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.student import t_quantile
from benchbook.digests import text_digest
from benchbook.errors import UsageError
from benchbook.optimizers import OptimizerChoice
from benchbook.problems import problem
from benchbook.records import RunRecord
from benchbook.records.published import CellSummary
from benchbook.specs.spec_plan import Givens
from benchbook.studies.runs.planned_run import PlannedRun, planned_run
from benchbook.typing import FloatArray, IntArray

_FEWEST = 5  # instances needed to estimate the spread of a cell
_SAMPLE = 3  # repeated runs per cell
# Areas are means over thousands of evaluations, yet a few runs may be equal; no cell is treated as exact.
_LEAST_ERROR = 7e-4
POWER = 0.8  # a change is called detectable if it is noticed with this chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The change of the area over the convergence curve from the published one.

    Attributes:
        where: The cell, or all cells.
        difference: Mean of new minus published, by instance; above 0 is better.
        error: Standard error of the difference.
        freedom: Its degrees of freedom.
    """

    where: str
    difference: float
    error: float
    freedom: float

    def half_width(self, level: float) -> float:
        """Return half the width of the interval that misses the true change with probability `level`."""
        return t_quantile(1 - level / 2, self.freedom) * self.error

    def margin(self, level: float, least: float) -> float:
        """Return the change that does not matter: `least`, or twice the half width if the runs vary too much.

        Then at most the share `level` of unchanged optimizers leaves the margin, on average over published runs.
        """
        return max(least, 2 * self.half_width(level))

    def reach(self, level: float, least: float) -> float:
        """Return how far the true change may be from 0, as a fraction of the margin."""
        return (abs(self.difference) + self.half_width(level)) / self.margin(level, least)

    def surely_beyond(self, level: float, least: float) -> bool:
        """Return whether the whole interval of the change is outside the margin."""
        return abs(self.difference) - self.half_width(level) > self.margin(level, least)

    def smallest_noticed(self, level: float, least: float) -> float:
        """Return the smallest true change that would be detected as being outside the margin in 4 of 5 cases."""
        room = self.margin(level, least) - self.half_width(level)
        return max(0.0, room + t_quantile(POWER, self.freedom) * self.error)


class Published:
    """The part of a baseline about an optimizer, on named problems or on those of the parameter set.

    Attributes:
        baseline: The baseline.
        choice: The optimizer.
        cells: Its published cells; empty if the parameter set has none of their problems.
    """

    def __init__(
        self, which: str, choice: OptimizerChoice, given: Givens, on: Mapping[str, Sequence[int]] | None = None
    ) -> None:
        """Read the baseline.

        Args:
            which: Name or path of the baseline.
            choice: The optimizer.
            given: The parameter set.
            on: Dimensions by function; None: the BBOB functions of the parameter set, in the largest published
                dimension.

        Raises:
            UnknownNameError: There is no such baseline.
            UsageError: It has no runs of the optimizer with these settings, or none on a named problem.
        """
        self.baseline = find_baseline(which)
        self.choice = choice
        self._most_runs = given.published_runs
        every = {
            (cell.function, cell.dim): cell
            for cell in self.baseline.summary.cells.values()
            if cell.optimizer == choice.name and dict(cell.settings) == dict(choice.settings) and cell.aocc is not None
        }
        if not every:
            raise UsageError(
                f"the baseline {which!r} has no runs of {choice.name} with these settings, "
                "expected some to compare with"
            )
        if on is None:
            names = {f"bbob_f{number}" for number in given.bbob_functions}
            found = [cell for cell in every.values() if cell.function in names and cell.dim in given.dims]
            dim = max((cell.dim for cell in found), default=0)
            self.cells = [cell for cell in found if cell.dim == dim]
            return
        named = [(function, dim) for function, dims in on.items() for dim in dims]
        unknown = [f"{function} in {dim}-D" for function, dim in named if (function, dim) not in every]
        if unknown:
            raise UsageError(f"the baseline {which!r} has no runs of {choice.name} on {', '.join(unknown)}")
        self.cells = [every[key] for key in named]

    def digest(self) -> str:
        """Return the digest (hex) of the baseline's files."""
        return text_digest(*(hashlib.sha256(path.read_bytes()).hexdigest() for path in self.baseline.files))

    def plan(self) -> list[PlannedRun]:
        """Return new runs on each published problem, with other seeds and everything else as published.

        There are as many as the parameter set allows, but not more than were published there.
        """
        return [
            self._again(cell, place, seed=int(cell.seeds[place] + np.ptp(cell.seeds)) + 1)
            for cell in self.cells
            for places in _places(cell)
            for place in places[: self._most_runs]
        ]

    def sample(self) -> list[PlannedRun]:
        """Return some of the published runs, for repetition."""
        return [
            self._again(cell, place, seed=int(cell.seeds[place]))
            for cell in self.cells
            for place in _sampled_places(cell)
        ]

    def differing(self, runs: Sequence[RunRecord]) -> list[str]:
        """Return function and instance of the runs of `sample` that differ from the published ones."""
        again = summarise(runs).cells
        return [
            f"{cell.function} instance {cell.instances[place]}"
            for cell in self.cells
            for row, place in enumerate(_sampled_places(cell))
            if _numbers(cell, place) != _numbers(again[cell.key], row)
        ]

    def changes(self, runs: RunTable) -> list[Change]:
        """Return by how much new runs differ from the published ones, in each cell and in all cells together.

        The means of new and published runs are compared by instance, so that the effect of the instance cancels.
        With several runs per instance, the comparison depends less on how lucky they were.
        """
        again = summarise(runs).cells
        found = []
        for cell in self.cells:
            new = again[cell.key]
            if new.aocc is None or cell.aocc is None:
                continue
            apart = _means(new.aocc, new.instances) - _means(cell.aocc, cell.instances)
            if len(apart) < _FEWEST:
                continue
            error = max(float(apart.std(ddof=1)) / math.sqrt(len(apart)), _LEAST_ERROR)
            where = f"{cell.function} {cell.dim}-D"
            found.append(
                Change(where=where, difference=float(apart.mean()), error=error, freedom=float(len(apart) - 1))
            )
        return [*found, together(found)] if len(found) > 1 else found

    def environment_differs(self, runs: Sequence[RunRecord]) -> str:
        """Return how the arithmetic of the runs differs from that of the published ones; empty if it does not."""
        theirs, ours = self.baseline.summary.host, summarise(runs).host
        if theirs is None or ours is None:
            return "the baseline does not say with which arithmetic it was made"
        if ours.arithmetic == theirs.arithmetic:
            return ""
        return f"arithmetic: {ours.arithmetic} here, {theirs.arithmetic} when published"

    def _again(self, cell: CellSummary, place: int, *, seed: int) -> PlannedRun:
        where = problem(cell.function, dim=cell.dim, instance=int(cell.instances[place]))
        return planned_run(self.choice, where, seed=seed, budget=cell.budget, target=cell.stop_target)


def _places(cell: CellSummary) -> list[list[int]]:
    """Return the places of the runs on each instance."""
    return [np.flatnonzero(cell.instances == instance).tolist() for instance in np.unique(cell.instances)]


def _sampled_places(cell: CellSummary) -> list[int]:
    """Return the place of the first run on each of the first instances."""
    return [places[0] for places in _places(cell)[:_SAMPLE]]


def _means(values: FloatArray, instances: IntArray) -> FloatArray:
    """Return the mean of the values of each instance, in order of the instances."""
    places = np.unique(instances, return_inverse=True)[1]
    return np.bincount(places, weights=values) / np.bincount(places)


def _numbers(cell: CellSummary, place: int) -> list[object]:
    hits = cell.first_hits
    area = None if cell.aocc is None else round(float(cell.aocc[place]), 5)
    return [int(cell.evaluations[place]), area, None if hits is None else hits[place].tolist()]


def together(changes: Sequence[Change]) -> Change:
    """Return the change over all cells, with the largest weight for those with a small error.

    The sum of their t values is compared with its standard deviation without a change (Stouffer's test).
    """
    weight = sum(1 / change.error for change in changes)
    spread = math.sqrt(sum(change.freedom / (change.freedom - 2) for change in changes))
    return Change(
        where="all together",
        difference=sum(change.difference / change.error for change in changes) / weight,
        error=spread / weight,
        freedom=sum(change.freedom for change in changes),
    )
