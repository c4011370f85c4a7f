"""The plan of a study as data: its cells, their runs and the keys of these, without making a problem or an optimizer.

A manifest holds such a plan, so that a store's ledger can be told where the study's code is not at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchbook.artifacts.run_document import combined_code, run_key
from benchbook.records import RunSpec
from benchbook.records.fields import NOT_IN_DOCUMENT
from benchbook.records.study import FunctionPlan, OptimizerPlan, StudyPlanRecord

# A cell with more repetitions travels in parts, so that no worker holds the others up and little is lost by a kill.
CELL_RUNS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPlan:
    """Runs that differ in instance and seed only."""

    optimizer: OptimizerPlan
    function: str
    dim: int
    runs: tuple[tuple[str, RunSpec], ...]

    @property
    def cost(self) -> float:
        """What the runs are expected to take, in units of an evaluation in one dimension."""
        return sum(cost_of_run(spec.budget, spec.dim) for _, spec in self.runs)


# Proposing and evaluating a point costs a fixed part and a part that grows with the dimension.
_COST_OF_AN_EVALUATION = 20.0


def cost_of_run(budget: int, dim: int) -> float:
    """Return what a run is expected to take, in units of an evaluation in one dimension."""
    return budget * (_COST_OF_AN_EVALUATION + dim)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan(StudyPlanRecord):
    """The plan of a study with the version of benchbook that its runs are of."""

    version: str = field(metadata=NOT_IN_DOCUMENT)

    def __len__(self) -> int:
        """Return the number of runs."""
        repetitions = sum(len(function.instances) for function in self.functions) * len(self.seeds)
        return repetitions * len(self.optimizers) * len(self.dims)

    def cost_of_run(self, dim: int) -> float:
        """Return what a run in `dim` variables is expected to take; see `CellPlan.cost`."""
        return cost_of_run(self.budget or (self.budget_per_dim or 0) * dim, dim)

    def cells(self, most: int = CELL_RUNS) -> Iterator[CellPlan]:
        """Yield the cells, in the order functions, dimensions, optimizers; each with `most` runs at most."""
        for function in self.functions:
            for dim in self.dims:
                for optimizer in self.optimizers:
                    yield from self._cell(optimizer, function, dim, most)

    def _cell(self, optimizer: OptimizerPlan, function: FunctionPlan, dim: int, most: int) -> Iterator[CellPlan]:
        runs: list[tuple[str, RunSpec]] = []
        for instance in function.instances:
            code = combined_code(optimizer.code, function.code_of(dim, instance), self.loop_code, self.version)
            for seed in self.seeds:
                spec = RunSpec(
                    optimizer=optimizer.name,
                    settings=optimizer.settings,
                    function=function.name,
                    dim=dim,
                    instance=instance,
                    seed=seed,
                    budget=self.budget or (self.budget_per_dim or 0) * dim,
                    target=self.target,
                    stagnation=self.stagnation,
                )
                runs.append((run_key(spec, code), spec))
                if len(runs) == most:
                    yield CellPlan(optimizer=optimizer, function=function.name, dim=dim, runs=tuple(runs))
                    runs = []
        if runs:
            yield CellPlan(optimizer=optimizer, function=function.name, dim=dim, runs=tuple(runs))

    def differences(self, other: StudyPlan) -> list[str]:
        """Return in which parts another plan differs, ignoring code and version."""
        parts: dict[str, Sequence[Any]] = {
            "optimizers": [[(o.name, dict(o.settings)) for o in plan.optimizers] for plan in (self, other)],
            "functions": [[(f.name, f.instances) for f in plan.functions] for plan in (self, other)],
        }
        for name in ("dims", "seeds", *_NUMBERS):
            parts[name] = [getattr(self, name), getattr(other, name)]
        return [name for name, (a, b) in parts.items() if a != b]


_NUMBERS = ("budget_per_dim", "budget", "target", "stagnation", "history")
