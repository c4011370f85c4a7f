"""The runs of a spec: optimizer and control on all problems, and optimizer and reference on the problems of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchbook.optimizers import OptimizerChoice
from benchbook.optimizers.catalog import is_own_place
from benchbook.protocols import Problem, constraints_of, objectives_of
from benchbook.studies.runs.planned_run import PlannedRun, params_plan
from benchbook.typing import JsonObject
from benchbook.variables import typed_variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Givens:
    """The parameters that apply to the optimizer of a spec.

    Attributes:
        seeds: As in the parameters: a count or a list.
        budget_per_dim: Evaluations per variable.
        published_runs: New runs on each published problem, at most as many as were published.
    """

    functions: Sequence[str]
    dims: Sequence[int]
    instances: Sequence[int]
    seeds: int | Sequence[int]
    bbob_functions: Sequence[int]
    bbob_instances: Sequence[int]
    budget_per_dim: int
    target: float | None
    published_runs: int = 1


def library_of(choice: OptimizerChoice | None) -> str | None:
    """Return the library of an optimizer; None if it does not belong to a known library.

    Examples:
        >>> from benchbook.optimizers import optimizer
        >>> library_of(optimizer("cma_es")) is None
        True
    """
    if choice is None or ":" not in choice.name or is_own_place(choice.name):
        return None
    return choice.name.partition(":")[0]


def givens(params: JsonObject, library: str | None) -> Givens:
    """Return the parameters for the optimizers of a library; without a library, those for all others."""
    p: dict[str, Any] = dict(params)

    def of(key: str) -> Any:
        own = p.get(f"adapter_{key}") if library else None
        return p[key] if own is None else own

    affordable = (p.get("adapter_budget_per_dim") or {}).get(library, p["budget_per_dim"])
    return Givens(
        functions=of("functions"),
        dims=of("dims"),
        instances=p["instances"],
        seeds=of("seeds"),
        bbob_functions=of("bbob_functions"),
        bbob_instances=p["bbob_instances"],
        budget_per_dim=min(p["budget_per_dim"], affordable),
        target=p["target"],
        published_runs=p.get("published_runs", 1),
    )


def shared_givens(
    params: JsonObject,
    own: OptimizerChoice,
    reference: OptimizerChoice | None,
    functions: Sequence[str] | None,
    budget_per_dim: int | None,
) -> Givens:
    """Return the parameters for a comparison with a reference: what the slower of the two can afford.

    Args:
        params: The parameters.
        own: The optimizer of the spec.
        reference: The other implementation.
        functions: Textbook functions to use instead of all functions of the parameters.
        budget_per_dim: Evaluations per variable, if the parameters give the slower one fewer.
    """
    shared = givens(params, library_of(reference) or library_of(own))
    if functions is not None:
        shared = replace(shared, functions=list(functions), bbob_functions=[])
    most = givens(params, None).budget_per_dim
    return replace(shared, budget_per_dim=max(shared.budget_per_dim, min(budget_per_dim or 0, most)))


def second_plan(params: JsonObject, choice: OptimizerChoice, plan: Sequence[PlannedRun]) -> list[PlannedRun]:
    """Return the runs of a second control: on shifted problems of a plan, as many and as long as its library affords.

    Args:
        params: The parameters.
        choice: The second control.
        plan: The runs of optimizer and control; only its problems and seeds are chosen, and of these problems only
            those with one objective, no constraints and real variables.
    """
    plain = [item for item in plan if _is_plain(item.problem)]
    there = {(item.spec.function, item.spec.dim, item.spec.instance, item.spec.seed) for item in plain}
    names = {function for function, *_ in there}
    given = givens(params, library_of(choice))
    chosen = replace(
        given,
        functions=[name for name in given.functions if name in names],
        bbob_functions=[number for number in given.bbob_functions if f"bbob_f{number}" in names],
    )
    found = spec_plan(chosen, [choice], shifted_only=True)
    return [run for run in found if (run.spec.function, run.spec.dim, run.spec.instance, run.spec.seed) in there]


def _is_plain(problem: Problem) -> bool:
    several = objectives_of(problem) > 1 or constraints_of(problem) > 0
    return not several and not typed_variables(problem)


def spec_plan(given: Givens, choices: Sequence[OptimizerChoice], *, shifted_only: bool = False) -> list[PlannedRun]:
    """Return the runs: textbook functions over instances and seeds, BBOB functions over instances.

    Args:
        given: Problems, repetitions and budget.
        choices: The optimizers.
        shifted_only: Leave out the textbook instances, which are number 0.
    """
    instances = [i for i in given.instances if i or not shifted_only]
    return params_plan(choices, {**asdict(given), "instances": instances})
