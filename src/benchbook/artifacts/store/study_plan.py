"""The plan of a study as data: its cells, their runs and the keys of these, without making a problem or an optimizer.

A manifest holds such a plan, so that a store's ledger can be told where the study's code is not at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from benchbook.artifacts.run_document import combined_code, run_key
from benchbook.records import RunSpec
from benchbook.typing import JsonObject, JsonValue

HISTORY_LEVELS = ("improvements", "triggers", "population", "all")
# A cell with more repetitions travels in parts, so that no worker holds the others up and little is lost by a kill.
CELL_RUNS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerPlan:
    """An optimizer with its settings, and the digest of its code."""

    name: str
    settings: Mapping[str, JsonValue]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPlan:
    """A function with its instances; `code` holds digests by `dim/instance`, or one for all of them under `*`."""

    name: str
    instances: tuple[int, ...]
    code: Mapping[str, str]

    def code_of(self, dim: int, instance: int) -> str:
        """Return the digest of the code of one problem."""
        return self.code.get("*") or self.code[f"{dim}/{instance}"]


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
class StudyPlan:
    """The cross product of a study: optimizers x functions x dimensions x instances x seeds.

    Attributes:
        budget_per_dim: Evaluations per variable; None if `budget` is the same for all.
        loop_code: Digest of the code of loop, seeds and history.
        version: Version of benchbook.
    """

    optimizers: tuple[OptimizerPlan, ...]
    functions: tuple[FunctionPlan, ...]
    dims: tuple[int, ...]
    seeds: tuple[int, ...]
    budget_per_dim: int | None
    budget: int | None
    target: float | None
    stagnation: int | None
    history: str
    loop_code: str
    version: str

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

    def document(self) -> JsonObject:
        """Return the plan as written in a manifest."""
        return cast(
            "JsonObject",
            {
                "optimizers": [{"name": o.name, "settings": dict(o.settings), "code": o.code} for o in self.optimizers],
                "functions": [
                    {"name": f.name, "instances": list(f.instances), "code": dict(f.code)} for f in self.functions
                ],
                "dims": list(self.dims),
                "seeds": list(self.seeds),
                **{name: getattr(self, name) for name in _NUMBERS},
                "loop_code": self.loop_code,
            },
        )

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


def plan_from(document: Mapping[str, Any], version: str) -> StudyPlan:
    """Return the plan in a manifest that is known to be valid."""
    return StudyPlan(
        optimizers=tuple(OptimizerPlan(**item) for item in document["optimizers"]),
        functions=tuple(
            FunctionPlan(name=item["name"], instances=tuple(item["instances"]), code=item["code"])
            for item in document["functions"]
        ),
        dims=tuple(document["dims"]),
        seeds=tuple(document["seeds"]),
        **{name: document[name] for name in _NUMBERS},
        loop_code=document["loop_code"],
        version=version,
    )
