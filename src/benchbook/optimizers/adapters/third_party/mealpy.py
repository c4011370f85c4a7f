"""Adapter to mealpy: any of its classes, each blocking."""

from __future__ import annotations

import inspect
import math
import re
import sys
from functools import cache, partial
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge

from benchbook.optimizers.adapters.base import BlockingAdapter, seed_from
from benchbook.optimizers.adapters.blocking import Evaluate
from benchbook.optimizers.adapters.factory import Adapted, Parameter, summary_of
from benchbook.optimizers.adapters.isolation import Boundary
from benchbook.optimizers.adapters.keyword_settings import settings_of
from benchbook.typing import FloatArray

_MOST_EPOCHS = 100_000  # mealpy accepts no more
_TRIAL_EPOCHS = 4
# Signs of global random state in a source file; SciPy's distributions draw from NumPy's unless told otherwise.
_GLOBAL = re.compile(
    r"\bnp\.random\.(?!default_rng|Generator)|^(?:import random|from random)|\bscipy\.stats\b", re.MULTILINE
)


def adapt(name: str) -> Adapted:
    """Return the adapter with this name."""
    classes = _classes()
    summary = summary_of("mealpy", name, classes, f"The optimizer {name} of mealpy.")
    epochs = Parameter(
        default=None,
        kind=Annotated[int, Ge(1)] | None,
        meaning="Length of its schedule in epochs; unless given, as many as the budget of the run allows.",
    )
    text = f"`mealpy`'s {name}, in its mode `single`: one point per batch."
    return Adapted(
        make=partial(_make, name),
        settings={"epoch": epochs, **settings_of(classes[name], skip=("epoch", "name"))},
        text=f"{summary}\n\n{text}",
        anytime=False,
        picklable=False,
    )


@cache
def _classes() -> dict[str, type]:
    import mealpy

    return dict(mealpy.get_all_optimizers(verbose=False))


def _make(
    name: str,
    lower: FloatArray,
    upper: FloatArray,
    rng: np.random.Generator,
    *,
    max_evaluations: int | None,
    repair: str,
    epoch: int | None,
    **settings: Any,
) -> BlockingAdapter:
    if epoch is None:
        first, per_epoch = _evaluations(name, len(lower), tuple(settings.items()))
        epoch = min(max(1, math.ceil(((max_evaluations or 1) - first) / per_epoch)), _MOST_EPOCHS)
    seed, given = seed_from(rng), {"epoch": epoch, **settings}

    def minimize(evaluate: Evaluate) -> None:
        _solve(name, evaluate.one, lower, upper, seed, given)

    boundary = Boundary(rng, swaps=_draws_globally(name))
    return BlockingAdapter(f"mealpy:{name}", lower, upper, boundary, repair, minimize)


def _solve(
    name: str, objective: Any, lower: FloatArray, upper: FloatArray, seed: int, settings: dict[str, Any]
) -> None:
    import mealpy

    class _Problem(mealpy.Problem):  # type: ignore[misc]  # mealpy ships no types
        def obj_func(self, x: FloatArray) -> float:
            return float(objective(x))

    bounds = mealpy.FloatVar(lb=lower.tolist(), ub=upper.tolist())
    problem = _Problem(bounds=bounds, minmax="min", log_to=None)
    # Otherwise mealpy would spend an evaluation on the number of values per point.
    problem._n_objs, problem.obj_weights = 1, np.ones(1)  # there is no other way
    _classes()[name](**settings).solve(problem, seed=seed)


@cache
def _evaluations(name: str, dim: int, settings: tuple[tuple[str, Any], ...]) -> tuple[float, float]:
    """Count the evaluations of the first population and of an epoch, in two short trials on a sphere."""
    calls = [0, 0]

    def sphere(trial: int, x: FloatArray) -> float:
        calls[trial] += 1
        return float(((x - 0.3) ** 2).sum())

    with Boundary(np.random.default_rng(0), swaps=_draws_globally(name)).crossed():
        for trial, epochs in enumerate((1, 1 + _TRIAL_EPOCHS)):
            given = {"epoch": epochs, **dict(settings)}
            _solve(name, partial(sphere, trial), -np.ones(dim), np.ones(dim), 1, given)
    per_epoch = max(1.0, (calls[1] - calls[0]) / _TRIAL_EPOCHS)
    return calls[0] - per_epoch, per_epoch


@cache
def _draws_globally(name: str) -> bool:
    """Return whether a class may draw from global state: most use mealpy's own generators, a few forget to."""
    modules = {base.__module__ for base in _classes()[name].__mro__} - {"builtins", "mealpy.optimizer"}
    return any(_GLOBAL.search(inspect.getsource(sys.modules[module])) for module in modules)
