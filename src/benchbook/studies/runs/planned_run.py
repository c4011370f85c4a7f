"""Plans: which runs a study consists of, checked before the first of them starts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchbook.errors import UsageError
from benchbook.optimizers import OptimizerChoice, check_able
from benchbook.problems import problem as make_problem
from benchbook.protocols import Problem, evaluations_of_point
from benchbook.records import RunSpec
from benchbook.seeds import check_seed
from benchbook.typing import MAX_INTEGER
from benchbook.whole_numbers import check_whole, whole

DEFAULT_BUDGET_PER_DIM = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """A run with everything needed to do it."""

    spec: RunSpec
    optimizer: OptimizerChoice
    problem: Problem


def planned_run(
    choice: OptimizerChoice,
    problem: Problem,
    *,
    seed: int,
    budget: int | None = None,
    target: float | None = None,
    stagnation: int | None = None,
) -> PlannedRun:
    """Check the numbers of a run and return it; the default budget is 1,000 x dim.

    Raises:
        UsageError: A number is out of range, or the optimizer cannot handle the problem.
    """
    check_able(choice, problem)
    if problem.instance > MAX_INTEGER:
        raise UsageError(f"instance is {problem.instance}, expected at most {MAX_INTEGER}, which an artifact can hold")
    budget = DEFAULT_BUDGET_PER_DIM * problem.dim if budget is None else _count("budget", budget)
    cost = evaluations_of_point(problem)
    if budget < cost:
        raise UsageError(f"budget is {budget}, expected at least {cost}: a point of {problem.name} costs {cost}")
    return PlannedRun(
        spec=RunSpec(
            optimizer=choice.name,
            settings=choice.settings,
            function=problem.name,
            dim=problem.dim,
            instance=problem.instance,
            seed=check_seed(seed),
            budget=budget,
            target=_target(target, problem),
            stagnation=None if stagnation is None else _count("stagnation", stagnation),
        ),
        optimizer=choice,
        problem=problem,
    )


def plan(
    choices: Sequence[OptimizerChoice],
    problems: Iterable[Problem],
    *,
    seeds: Sequence[int],
    budget_per_dim: int,
    target: float | None = None,
) -> list[PlannedRun]:
    """Return the cross product problems x seeds x optimizers, in this order."""
    per_dim = _count("budget_per_dim", budget_per_dim)
    return [
        planned_run(choice, problem, seed=seed, budget=per_dim * problem.dim, target=target)
        for problem in problems
        for seed in seeds
        for choice in choices
    ]


def params_plan(choices: Sequence[OptimizerChoice], params: Mapping[str, Any]) -> list[PlannedRun]:
    """Return the runs of a parameter set: textbook functions over seeds, BBOB functions over instances.

    Raises:
        UsageError: A function, dimension or instance is not known, or a number out of its range.
    """
    seeds = range(1, params["seeds"] + 1) if isinstance(params["seeds"], int) else params["seeds"]
    dims = params["dims"]
    textbook = [
        make_problem(f, dim=d, instance=i) for f in params["functions"] for d in dims for i in params["instances"]
    ]
    bbob = [
        make_problem(f"bbob_f{f}", dim=d, instance=i)
        for f in params["bbob_functions"]
        for d in dims
        for i in params["bbob_instances"]
    ]
    length, target = params["budget_per_dim"], params["target"]
    return [
        *plan(choices, textbook, seeds=list(seeds), budget_per_dim=length, target=target),
        *plan(choices, bbob, seeds=[1], budget_per_dim=length, target=target),
    ]


def _count(name: str, value: Any) -> int:
    return check_whole(name, whole(value), 1, most=MAX_INTEGER)


def _target(target: float | None, problem: Problem) -> float | None:
    if target is None:
        return None
    try:
        value = float(target)
    except (TypeError, ValueError) as error:
        raise UsageError(f"target is {target!r}, expected a number") from error
    if not math.isfinite(value) or isinstance(target, bool):
        raise UsageError(f"target is {target!r}, expected a finite number")
    if problem.f_opt is None:
        raise UsageError(
            f"target is {value}, but {problem.name} has no known f_opt for it to be relative to; give f_opt"
        )
    return value
