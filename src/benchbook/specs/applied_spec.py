"""`applied_spec`: the object that the notebook of an applied case works with: one optimizer on its problems.

Such a spec is listed, run, checked and published like the others, but has its own problems: only preset, instances and
budget come from the parameter set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchbook.analysis import RunTable, convergence
from benchbook.analysis.plots import CONTROL_STYLE, OPTIMIZER_STYLE, Picture, value_convergence_grid
from benchbook.errors import UsageError
from benchbook.optimizers import CONTROL, OptimizerChoice, optimizer
from benchbook.params.numbers import number
from benchbook.problems import problem
from benchbook.protocols import Problem
from benchbook.records import Claim, RunRecord
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.standard_claims import claim_contract
from benchbook.specs.trials.planting import as_planted
from benchbook.specs.views.display import Table
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
    quasi_newton: str | None = None,
) -> AppliedSpec:
    """Begin the spec of an applied case.

    Args:
        name: Name of the notebook in `notebooks/applied/`, without its suffix.
        title: Heading of the notebook.
        cases: Functions with their dimensions.
        preset: Name of the parameter set.
        instances: Instances of each function; each is run with one seed.
        budget_per_dim: Evaluations per variable, from the parameter set.
        most_per_dim: Upper limit of evaluations per variable, beyond which nothing is gained.
        solver: The optimizer that is used.
        control: The optimizer that it is compared with.
        quasi_newton: A second control, such as `scipy:l_bfgs_b`, which shows what finite-difference gradients achieve
            with the same evaluations; default: none.

    Raises:
        UnknownNameError: A name is not known.
        UsageError: A number is out of range, or there are no cases or no instances.

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
    return AppliedSpec(name, title, cases, params, instances, per_dim, (solver, control), quasi_newton)


class AppliedSpec(SpecBase):
    """A spec of an applied case in progress; made by `applied_spec`.

    Attributes:
        problems: Its problems; each is planned for the solver and the controls.
        computed_evaluations: Evaluations that the last `when` computed rather than replayed from the store.
    """

    control: OptimizerChoice

    def __init__(
        self,
        name: str,
        title: str,
        cases: Sequence[tuple[str, int]],
        params: JsonObject,
        instances: Sequence[int],
        budget_per_dim: int,
        optimizers: tuple[str, str],
        quasi_newton: str | None = None,
    ) -> None:
        """Make the problems and plan the runs; nothing is computed yet."""
        solver, control = (optimizer(which) for which in optimizers)
        self._further = [] if quasi_newton is None else [optimizer(quasi_newton)]
        planned = [solver, control, *self._further]
        self.problems = [problem(f, dim=dim, instance=k) for f, dim in cases for k in instances]
        self.computed_evaluations = 0
        super().__init__(
            name,
            f"applied/{name}",
            title=title,
            params=params,
            optimizer=solver,
            control=control,
            plan=as_planted(plan(planned, self.problems, seeds=[_SEED], budget_per_dim=budget_per_dim)),
        )

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
            ["optimizers", f"{self.optimizer.name}, and {self._controls()}"],
            ["runs", f"{len(self.plan):,}"],
        ]
        return Table(["given", "value"], rows)

    def when(self, only: Problem | None = None) -> RunTable:
        """Do the runs and return them; finished ones are replayed from the store.

        Args:
            only: One of the problems; only its runs are done.

        Raises:
            UsageError: It is not one of the problems.
        """
        planned = [item for item in self.plan if only is None or item.problem is only]
        if not planned:
            raise UsageError(f"only is {only!r}, expected one of the spec's own problems")
        stored = self._runs.stored(planned)
        runs = self._runs.do(planned)
        self.computed_evaluations = sum(run.evaluations for run in runs if run.run_key not in stored)
        self.runs = self._runs.done()
        return runs

    def of(self, function: str) -> list[Problem]:
        """Return the problems of a function, in order of their instances.

        Raises:
            UsageError: The spec has no problems of this function.
        """
        found = [item for item in self.problems if item.name == function]
        if not found:
            raise UsageError(f"function is {function!r}, expected one of {', '.join(self._functions())}")
        return found

    def solved(self, function: str, *, control: bool = False) -> list[tuple[Problem, RunRecord]]:
        """Return the problems of a function in order of their instances, each with its run."""
        which = self.control if control else self.optimizer
        self.done()
        # By name: a planted fault replaces the optimizer of the planned runs.
        wanted = [item for item in self.plan if item.optimizer.name == which.name and item.problem.name == function]
        found = [(item.problem, self._runs.record(item)) for item in wanted]
        return [(made, run) for made, run in found if run is not None]

    def convergence(self, *, unit: str) -> Picture:
        """Return median and quartiles over instances of the best value so far, one panel per function.

        Args:
            unit: Unit of the values.
        """
        runs = self.done()
        panels, ends = [], []
        for function in runs.functions:
            cell = runs.select(function=function)
            curves = [
                (choice.name, convergence(cell.select(optimizer=choice.name)), style) for choice, style in self._drawn()
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
        found = [(item, self._runs.record(item)) for item in self.plan]
        pairs = [(item, run) for item, run in found if run is not None]
        places = sorted({round(k) for k in np.linspace(0, len(self.done()) - 1, _PROOF_RUNS)})
        claim_contract(self, self.runs, [pairs[k] for k in places])

    def claim_beats_control(self, *, at_least: float) -> Claim:
        """Claim that the solver ends below the control on a share of the problems."""
        functions = self.done().functions
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

    def _controls(self) -> str:
        names = [choice.name for choice in (self.control, *self._further)]
        return f"{names[0]} as control" if len(names) == 1 else f"{' and '.join(names)} as controls"

    def _drawn(self) -> list[tuple[OptimizerChoice, dict[str, Any]]]:
        further = [(choice, {**CONTROL_STYLE, "linestyle": ":"}) for choice in self._further]
        return [(self.optimizer, OPTIMIZER_STYLE), (self.control, CONTROL_STYLE), *further]

    def _functions(self) -> list[str]:
        return list(dict.fromkeys(item.name for item in self.problems))


def _value(run: RunRecord) -> float:
    return np.inf if run.best_value is None else run.best_value
