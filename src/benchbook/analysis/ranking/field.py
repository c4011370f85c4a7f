"""The field: the runs of a candidate next to those of the optimizers of a baseline, paired by instance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchbook.analysis.cells import cells
from benchbook.analysis.columns import columns
from benchbook.analysis.comparison.contents import functions_of, optimizers_of
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.artifacts.run_view import RunView
from benchbook.errors import UsageError
from benchbook.records import Status, Stop
from benchbook.records.published import CellSummary, StudySummary
from benchbook.records.ranking import FailedRuns
from benchbook.typing import FloatArray, IntArray

Problem = tuple[str, int]
_Key = tuple[int, int]  # instance, and which of its runs
_ROUNDING = 1 + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """Paired runs of several optimizers on the same problems.

    Attributes:
        optimizers: Labels; the first is the candidate.
        problems: (function, dim).
        targets: Precisions in descending order, shape `(targets,)`.
        hits: First hit of each target for each problem, shape `(optimizers, runs, targets)`; infinite without a hit.
        spent: Evaluations of each run for each problem, shape `(optimizers, runs)`; for a failed run of the candidate
            its whole budget.
        budgets: Evaluations per variable that each optimizer had on every problem, shape `(optimizers,)`.
        failures: Failed runs of the candidate; they count as having reached nothing.
        notes: What was left out, in words.
    """

    optimizers: tuple[str, ...]
    problems: tuple[Problem, ...]
    targets: FloatArray
    hits: tuple[FloatArray, ...]
    spent: tuple[FloatArray, ...]
    budgets: FloatArray
    failures: tuple[FailedRuns, ...]
    notes: tuple[str, ...]

    def reached(self, per_dim: float, which: IntArray) -> list[FloatArray]:
        """Return how many targets each run had reached within `per_dim` x dim evaluations.

        Args:
            per_dim: Evaluations per variable.
            which: Positions of the optimizers.

        Returns:
            One array for each problem, shape `(which, runs)`.
        """
        return [
            (hits[which] <= per_dim * dim * _ROUNDING).sum(axis=2).astype(np.float64)
            for hits, (_, dim) in zip(self.hits, self.problems, strict=True)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """Runs of one cell by key: first hits and evaluations spent."""

    hits: Mapping[_Key, FloatArray]
    spent: Mapping[_Key, float]
    per_dim: float


def field_of(summary: StudySummary, records: Sequence[RunView], label: str, *, hardest: float = 0.0) -> Field:
    """Put the runs of a candidate next to those of a baseline, on the problems of the candidate's runs.

    Runs are paired by instance and, within an instance, by the order of their seeds. Optimizers that lack one of these
    runs are left out.

    Args:
        summary: The summary of the baseline.
        records: Runs of the candidate.
        label: Label of the candidate.
        hardest: Targets below this precision are not counted.

    Raises:
        UsageError: There are no runs, or the baseline has no optimizer with first hits on all of these problems.
    """
    if not records:
        raise UsageError("there are no runs to rank")
    targets = np.empty(0) if summary.targets is None else summary.targets
    targets = targets[targets * _ROUNDING >= hardest]
    own, failures = _candidate(records, targets)
    order = {name: place for place, name in enumerate(functions_of(summary))}
    problems = tuple(sorted(own, key=lambda problem: (order.get(problem[0], len(order)), problem[1])))
    published: dict[str, dict[Problem, _Runs]] = {}
    notes = []
    for name in optimizers_of(summary):
        runs = {
            key[1:]: _published(cell, len(targets))
            for key, cell in summary.cells.items()
            if key[0] == name and key[1:] in own and cell.first_hits is not None
        }
        lacking = [p for p in problems if p not in runs or not runs[p].hits.keys() >= own[p].hits.keys()]
        if lacking:
            function, dim = lacking[0]
            notes.append(f"{name} is left out: the baseline lacks runs of it, as on {function} in {dim}-D")
        else:
            published[name] = runs
    if not published:
        raise UsageError("the baseline has no optimizer with first hits of all runs on the chosen problems")
    sides = [own, *published.values()]
    keys = [sorted(own[problem].hits) for problem in problems]
    return Field(
        optimizers=(label, *published),
        problems=problems,
        targets=targets,
        hits=tuple(
            np.array([[side[problem].hits[key] for key in of_problem] for side in sides])
            for problem, of_problem in zip(problems, keys, strict=True)
        ),
        spent=tuple(
            np.array([[side[problem].spent[key] for key in of_problem] for side in sides])
            for problem, of_problem in zip(problems, keys, strict=True)
        ),
        budgets=np.array([min(side[problem].per_dim for problem in problems) for side in sides]),
        failures=tuple(failures),
        notes=tuple(notes),
    )


def _candidate(records: Sequence[RunView], targets: FloatArray) -> tuple[dict[Problem, _Runs], list[FailedRuns]]:
    table = columns(records)
    found = first_hits(table, targets).evaluations
    failed = np.array([getattr(record, "status", None) is Status.FAILED for record in records], dtype=bool)
    found[failed] = np.inf
    spent = np.where(failed, table.budget, table.evaluations).astype(np.float64)
    groups = cells(table)
    runs: dict[Problem, _Runs] = {}
    failures = []
    for cell, (_, function, dim) in enumerate(groups.names):
        rows = groups.runs(cell)
        rows = rows[np.lexsort((table.seed[rows], table.instance[rows]))]
        keys = _keys(table.instance[rows])
        runs[function, dim] = _Runs(
            dict(zip(keys, found[rows], strict=True)),
            dict(zip(keys, spent[rows].tolist(), strict=True)),
            float(table.budget[rows].min()) / dim,
        )
        bad = rows[failed[rows]]
        if len(bad):
            error = _error(records[int(bad[0])])
            failures.append(FailedRuns(function=function, dim=dim, failed=len(bad), runs=len(rows), error=error))
    return runs, failures


def _error(record: RunView) -> str:
    error = getattr(record, "error", None)
    if error is not None:
        return f"{error.type}: {error.message}"
    stop = getattr(record, "stop", None)
    return "the time limit ended it" if stop is Stop.TIMEOUT else "it found no finite value"


def _published(cell: CellSummary, targets: int) -> _Runs:
    padded = np.full((len(cell), targets), np.inf)
    for row, hits in enumerate(cell.first_hits or ()):
        padded[row, : len(hits)] = hits[:targets]
    keys = _keys(cell.instances)
    spent = dict(zip(keys, cell.evaluations.tolist(), strict=True))
    return _Runs(dict(zip(keys, padded, strict=True)), spent, cell.budget / cell.dim)


def _keys(instances: IntArray) -> list[_Key]:
    """Return the key of each run; runs with the same instance are numbered."""
    seen: Counter[int] = Counter()
    keys = []
    for instance in instances.tolist():
        keys.append((instance, seen[instance]))
        seen[instance] += 1
    return keys
