"""`applied_spec`: the object that the notebook of an applied case works with: one optimizer on its problems.

It is served like the others (listed, run, checked, published), but its problems are its own rather than those of the
parameter set: only preset, instances and budget come from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchbook.analysis import RunTable, convergence
from benchbook.analysis.plots import CONTROL_STYLE, OPTIMIZER_STYLE, Picture, value_convergence_grid
from benchbook.artifacts.run_document import run_key
from benchbook.errors import UsageError
from benchbook.files import spec_root
from benchbook.optimizers import CONTROL, OptimizerChoice, optimizer
from benchbook.params.load import preset_argument
from benchbook.params.numbers import number
from benchbook.problems import problem
from benchbook.protocols import Problem
from benchbook.records import Claim, RunRecord, RunSpec, Status
from benchbook.specs.display import Cell, Table
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.trials.planting import as_planted, store_at
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.execute import code_digest
from benchbook.studies.runs.planned_run import plan
from benchbook.typing import JsonObject

_SEED = 1
_PROOF_RUNS = 4


def applied_spec(
    name: str,
    *,
    title: str,
    cases: Sequence[tuple[str, int]],
    preset: str,
    instances: Sequence[int],
    budget_per_dim: int,
    most_per_dim: int | None = None,
    solver: str = "cma_es",
    control: str = CONTROL,
) -> AppliedSpec:
    """Begin the spec of an applied case.

    Args:
        name: Name of the notebook in `notebooks/applied/`, without its suffix.
        title: Heading of the notebook.
        cases: Functions with their dimensions.
        preset: Name of the parameter set.
        instances: Instances of every function; each is run with one seed.
        budget_per_dim: Evaluations for each variable, as the parameter set gives them.
        most_per_dim: No more than these; beyond, nothing is gained.
        solver: The optimizer that is used.
        control: The optimizer that it is compared with.

    Raises:
        UnknownNameError: A name is not known.
        UsageError: A number is out of its range, or there are no cases or no instances.

    Examples:
        >>> spec = applied_spec(
        ...     "stereo",
        ...     title="Stereo",
        ...     cases=[("stereo_plane", 3)],
        ...     preset="quick",
        ...     instances=[1, 2],
        ...     budget_per_dim=10,
        ... )
        >>> len(spec.plan)
        4
    """
    if not cases or not instances:
        raise UsageError(f"cases and instances are {cases!r} and {instances!r}, expected one or more of each")
    budget_per_dim = number(budget_per_dim)  # papermill reads 1e4 as text
    per_dim = budget_per_dim if most_per_dim is None else min(budget_per_dim, most_per_dim)
    params: JsonObject = {"preset": preset, "instances": list(instances), "budget_per_dim": per_dim}
    return AppliedSpec(name, title, cases, params, instances, per_dim, (solver, control))


class AppliedSpec(SpecBase):
    """A spec of an applied case under way; made by `applied_spec`.

    Attributes:
        name: Name of its notebook.
        plan: Its runs: each problem with the solver and the control.
        problems: Its problems.
        computed_evaluations: Evaluations of the last `when` that were computed, rather than replayed from the store.
    """

    def __init__(
        self,
        name: str,
        title: str,
        cases: Sequence[tuple[str, int]],
        params: JsonObject,
        instances: Sequence[int],
        budget_per_dim: int,
        optimizers: tuple[str, str],
    ) -> None:
        """Make the problems and plan the runs; nothing is computed yet."""
        super().__init__()
        self.name = name
        self.title = title
        self.params = params
        self.problems = [problem(f, dim=dim, instance=k) for f, dim in cases for k in instances]
        self.optimizer, self.control = (optimizer(which) for which in optimizers)
        choices = [self.optimizer, self.control]
        self.plan = as_planted(plan(choices, self.problems, seeds=[_SEED], budget_per_dim=budget_per_dim))
        self.folder = spec_root() / name
        self.computed_evaluations = 0
        self._records: dict[int, RunRecord] = {}  # by place in the plan

    def given(self) -> Table:
        """Return problems, repetitions and budgets as a table."""
        p: dict[str, Any] = dict(self.params)
        cases = list(dict.fromkeys((item.name, item.dim) for item in self.problems))
        budgets = ", ".join(f"{name}: {dim * p['budget_per_dim']:,}" for name, dim in cases)
        rows = [
            ["parameter set", str(p["preset"])],
            ["problems", ", ".join(f"{name} in {dim} variables" for name, dim in cases)],
            ["instances", f"{', '.join(map(str, p['instances']))}, one seed each"],
            ["budget", f"{p['budget_per_dim']:,} evaluations x dimension ({budgets})"],
            ["optimizers", f"{self.optimizer.name}, and {self.control.name} as control"],
            ["runs", f"{len(self.plan):,}"],
        ]
        return Table(["given", "value"], rows)

    def when(self, only: Problem | None = None) -> RunTable:
        """Do the runs and return them; finished ones are replayed from the store.

        Args:
            only: One of the problems: then only its runs are done.

        Raises:
            UsageError: It is none of the problems.
        """
        places = [k for k, item in enumerate(self.plan) if only is None or item.problem is only]
        if not places:
            raise UsageError(f"only is {only!r}, expected one of the spec's own problems")
        planned = [self.plan[k] for k in places]
        with store_at(self.folder / "runs") as store:
            keys = [run_key(item.spec, code_digest(item)) for item in planned]
            there = {key for key in keys if store.get(key) is not None}
            records = execute_all(planned, store=store)
        self.computed_evaluations = sum(run.evaluations for run in records if run.run_key not in there)
        self._records |= zip(places, records, strict=True)
        return RunTable(records)

    @property
    def runs(self) -> RunTable:
        """The runs done so far, in the order of the plan."""
        return RunTable(self._records[k] for k in sorted(self._records))

    def ledger(self) -> Table:
        """Return how many runs were planned and what became of them, by optimizer."""
        rows = []
        for choice in (self.optimizer, self.control):
            planned = sum(item.optimizer.name == choice.name for item in self.plan)
            runs = self._done().select(optimizer=choice.name)
            failed = sum(run.status is Status.FAILED for run in runs)
            spent = sum(run.evaluations for run in runs)
            rows.append([choice.name, *(f"{n:,}" for n in (planned, len(runs) - failed, failed, spent))])
        return Table(["optimizer", "planned", "done", "failed", "evaluations"], rows)

    def of(self, function: str) -> list[Problem]:
        """Return the problems of a function, in order of their instances.

        Raises:
            UsageError: The spec has none of it.
        """
        found = [item for item in self.problems if item.name == function]
        if not found:
            raise UsageError(f"function is {function!r}, expected one of {', '.join(self._functions())}")
        return found

    def solved(self, function: str, *, control: bool = False) -> list[tuple[Problem, RunRecord]]:
        """Return the problems of a function in order of their instances, each with its run."""
        which = self.control if control else self.optimizer
        self._done()
        return [
            (item.problem, self._records[k])
            for k, item in enumerate(self.plan)
            if k in self._records and item.optimizer.name == which.name and item.problem.name == function
        ]

    def convergence(self, *, unit: str) -> Picture:
        """Return the best value so far against evaluations, a panel a function: median and quartiles over instances.

        Args:
            unit: Unit of the values.
        """
        runs = self._done()
        panels, ends = [], []
        for function in runs.functions:
            cell = runs.select(function=function)
            curves = [
                (choice.name, convergence(cell.select(optimizer=choice.name)), style)
                for choice, style in ((self.optimizer, OPTIMIZER_STYLE), (self.control, CONTROL_STYLE))
            ]
            panels.append((f"{function}, {max(cell.dims)}-D", curves))
            ends += [f"{function}, {name}: {curve.median[-1]:.3g} {unit}" for name, curve, _ in curves]
        alt = (
            "Best value so far against evaluations, median and quartiles over instances. "
            f"Median at the end: {'; '.join(ends)}."
        )
        return Picture(value_convergence_grid(panels, label=f"best value, {unit}"), alt)

    def claim_sound(self) -> None:
        """Claim that runs complete, budgets are kept, and the same seed gives the same bytes in another process."""
        runs = self._done()
        places = sorted(self._records)
        sample = sorted({places[round(k)] for k in np.linspace(0, len(places) - 1, _PROOF_RUNS)})
        self._claim_contract(runs, [(self.plan[k], self._records[k]) for k in sample])

    def claim_beats_control(self, *, at_least: float) -> Claim:
        """Claim that the solver ends below the control on a share of the problems."""
        functions = self._done().functions
        pairs = [
            (ours, theirs)
            for function in functions
            for (_, ours), (_, theirs) in zip(self.solved(function), self.solved(function, control=True), strict=True)
        ]
        wins = sum(_value(ours) < _value(theirs) for ours, theirs in pairs)
        text = (
            f"{self.optimizer.name} ends below {self.control.name} with the same evaluations: {', '.join(functions)}."
        )
        return self.claim(
            "beats-control",
            text,
            wins / len(pairs),
            ">=",
            at_least,
            unit="of problems",
            detail=f"{wins} of {len(pairs)}",
        )

    @property
    def outcome_name(self) -> str:
        """Name of the notebook, by which the outcome is stored."""
        return self.name

    def reproduce(self) -> Table:
        """Return the commands that repeat this spec, and one of its runs."""
        first, preset = self.plan[0].spec, self.params["preset"]
        one = (
            f"benchbook run --optimizer {first.optimizer} --function {first.function} --dim {first.dim} "
            f"--instance {first.instance} --seed {first.seed} --budget {first.budget}"
        )
        notebook = f"notebooks/applied/{self.name}.ipynb"
        rows = [
            ["this spec", f"benchbook spec run {self.name} --params {preset}"],
            ["with papermill", f"papermill {notebook} out.ipynb -f {preset_argument(str(preset))}"],
            ["its contract", f"pytest --nbval --nbval-current-env {notebook}"],
            ["its first run", f"{one} --out r.json.zst"],
            ["proof of that run", "benchbook verify r.json.zst"],
        ]
        return Table(["to repeat", "command"], [[what, Cell(command, "bb-code")] for what, command in rows])

    def _functions(self) -> list[str]:
        return list(dict.fromkeys(item.name for item in self.problems))

    def _compared_with(self) -> OptimizerChoice:
        return self.control

    def _planned_specs(self) -> list[RunSpec]:
        return [item.spec for item in self.plan]

    def _every_run(self) -> RunTable:
        return self.runs

    def _done(self) -> RunTable:
        return self._checked_runs()


def _value(run: RunRecord) -> float:
    return np.inf if run.best_value is None else run.best_value
