"""`bb.run`: a study of one run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchbook.errors import UsageError
from benchbook.optimizers import OptimizerChoice
from benchbook.optimizers import optimizer as choose
from benchbook.problems import OwnFunction, from_callable
from benchbook.problems import problem as make_problem
from benchbook.problems.info import check_dim, check_instance
from benchbook.protocols import Optimizer, Problem
from benchbook.records import RunRecord
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun, planned_run
from benchbook.studies.runs.traced_run import check_history, traced

log = logging.getLogger(__name__)


def run(
    optimizer: str | Callable[..., Optimizer] | OptimizerChoice,
    function: str | Problem | Callable[..., Any],
    *,
    dim: int | None = None,
    instance: int | None = None,
    seed: int = 0,
    budget: int | None = None,
    target: float | None = None,
    stagnation: int | None = None,
    settings: Mapping[str, Any] | None = None,
    bounds: Any = None,
    vectorized: bool = False,
    f_opt: float | None = None,
    on_error: str = "stop",
    history: str = "improvements",
    points: bool = False,
    trace_to: Path | str | None = None,
    **unknown: Any,
) -> RunRecord:
    """Run one optimizer on one problem with one seed and a hard evaluation budget.

    Args:
        optimizer: A name in the catalog, your own class with `ask` and `tell`, or a result of `bb.optimizer`.
        function: A name in the catalog, a problem from `bb.problem`, or your own callable, to be minimised.
        dim: Number of variables; optional if a problem or vector bounds determine it.
        instance: Instance of a named function; 0 is the textbook function, BBOB starts at 1. Default: the first.
        seed: Integer >= 0.
        budget: Evaluations allowed, >= 1; default 1,000 x dim.
        target: Stop when the value is at most `f_opt + target`.
        stagnation: Stop after this many evaluations without improvement.
        settings: Settings of the optimizer that differ from its defaults.
        bounds: For a callable: `(lower, upper)`, each a number or a sequence of length `dim`; or one pair per variable;
            or `scipy.optimize.Bounds`.
        vectorized: For a callable: whether it takes points `(n, dim)` and returns `(n,)`; otherwise it takes `(dim,)`
            and returns a number.
        f_opt: For a callable: its optimum value, if known.
        on_error: For a callable: `stop`: an exception ends the run; `nan`: the evaluation counts as invalid.
        history: What is recorded beyond the improvements: `triggers` (COCO's), `population` (statistics of each
            generation) or `all` (each value); `record.trace` has its place, `read_trace` and `memory_map` read it.
        points: Whether `triggers` and `all` record the points as well.
        trace_to: Folder for it. Default: `traces` in the folder of artifacts.
        **unknown: Rejected with an explanation of how to give settings.

    Returns:
        The record. If the objective or optimizer raised an exception, `record.status` is `failed` and `record.error`
        has the reason.

    Raises:
        UnknownNameError: Optimizer, setting or function are unknown; the message suggests similar names.
        UsageError: An argument is out of its range, or does not fit the others.
        StorageError: The folder for the trace cannot be written to; nothing was run.

    Examples:
        >>> import benchbook as bb
        >>> record = bb.run("random_search", "rastrigin", dim=2, instance=1, seed=42, budget=200)
        >>> record.evaluations, record.stop.value, len(record.best_solution)
        (200, 'budget', 2)
        >>> bb.run("random_search", lambda x: float((x**2).sum()), bounds=(-5, 5), dim=3, seed=1, budget=50).evaluations
        50
    """
    if unknown:
        name, value = next(iter(unknown.items()))
        raise UsageError(
            f"bb.run has no argument {name!r}; a setting of the optimizer is given as settings={{{name!r}: {value!r}}}"
        )
    check_history(history, points=points, trace_to=trace_to)
    made = planned(
        optimizer,
        function,
        dim=dim,
        instance=instance,
        seed=seed,
        budget=budget,
        target=target,
        stagnation=stagnation,
        settings=settings,
        bounds=bounds,
        vectorized=vectorized,
        f_opt=f_opt,
        on_error=on_error,
    )
    if isinstance(function, str):
        _tell_of_centre(made.problem)
    return execute(made) if history == "improvements" else traced(made, history, points=points, folder=trace_to)


@cache
def _told(function: str) -> None:
    """Warn once per function, so that many runs do not repeat the warning."""
    log.warning(
        "%s has its optimum at the centre of the box, which flatters some optimizers; instance 1 is shifted, rotated",
        function,
    )


def _tell_of_centre(problem: Problem) -> None:
    x_opt = getattr(problem, "x_opt", None)
    if problem.instance == 0 and x_opt is not None and np.array_equal(x_opt, (problem.lower + problem.upper) / 2):
        _told(problem.name)


def planned(
    which: str | Callable[..., Optimizer] | OptimizerChoice,
    function: str | Problem | Callable[..., Any],
    *,
    dim: int | None = None,
    instance: int | None = None,
    settings: Mapping[str, Any] | None = None,
    bounds: Any = None,
    vectorized: bool = False,
    f_opt: float | None = None,
    on_error: str = "stop",
    **numbers: Any,
) -> PlannedRun:
    """Check the arguments of `run` and plan the run."""
    if settings is not None and not isinstance(settings, Mapping):  # callers may be untyped
        raise UsageError(f"settings is {settings!r}, expected a mapping of names to values")
    choice = choose(which, **(settings or {}))
    problem = _problem(
        function, dim=dim, instance=instance, bounds=bounds, vectorized=vectorized, f_opt=f_opt, on_error=on_error
    )
    return planned_run(choice, problem, **numbers)


def _problem(
    function: str | Problem | Callable[..., Any],
    *,
    dim: int | None,
    instance: int | None,
    bounds: Any,
    vectorized: bool,
    f_opt: float | None,
    on_error: str,
) -> Problem:
    if on_error != "stop" and isinstance(function, str | Problem):
        raise UsageError(f"on_error is {on_error!r}, which is for callables; bb.function takes it too")
    if isinstance(function, str):
        if bounds is not None or vectorized or f_opt is not None:
            raise UsageError(f"bounds, vectorized and f_opt are for callables; {function!r} has its own")
        if dim is None:
            raise UsageError(f"dim is missing: {function!r} needs a dimension")
        return make_problem(function, dim=dim, instance=instance)
    if isinstance(function, Problem):
        given = {"dim": dim, "instance": instance, "bounds": bounds, "f_opt": f_opt}
        for name, value in given.items():
            if value is not None:
                raise UsageError(f"{name} is given, but the problem {function.name!r} has its own")
        return function
    if isinstance(function, OwnFunction):
        return _own(function, dim=dim, instance=instance, given=(bounds, vectorized or None, f_opt))
    if not callable(function):
        raise UsageError(f"function is {function!r}, expected a name, a problem or a callable")
    if bounds is None:
        raise UsageError("bounds are missing: a callable needs bounds=(lower, upper)")
    return from_callable(
        function,
        bounds=bounds,
        dim=dim,
        vectorized=vectorized,
        f_opt=f_opt,
        instance=0 if instance is None else instance,
        on_error=on_error,
    )


def _own(function: OwnFunction, *, dim: int | None, instance: int | None, given: tuple[Any, ...]) -> Problem:
    """Make a problem from a result of `bb.function` that was not imported by its location."""
    if any(item is not None for item in given):
        raise UsageError("bounds, vectorized and f_opt are given, but bb.function has set them already")
    name = f"custom:{getattr(function, '__name__', 'function').strip('<>')}"
    info = function.info(name)
    return function.problem(
        name, check_dim(info, function.dims[0] if dim is None else dim), check_instance(info, instance)
    )
