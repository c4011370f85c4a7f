"""Reference implementations of the native optimizers' algorithms, run on the same problems under the same hard cap."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import benchbook as bb
from benchbook.protocols import Problem
from benchbook.seeds import run_generator

POPULATION = 50


class Spent(BaseException):
    """The budget is used up; not an `Exception`, so that no library swallows it."""


class Recorder:
    """An objective that counts evaluations, records improvements, and stops an optimizer that exceeds the budget.

    Args:
        problem: What is minimised.
        budget: Evaluations that count.
    """

    def __init__(self, problem: Problem, budget: int) -> None:
        self.problem = problem
        self.budget = budget
        self.evaluations = 0
        self.best = math.inf
        self.improvements: list[tuple[int, float]] = []  # (evaluations, precision)

    def __call__(self, x: Any) -> float:
        """Evaluate one point."""
        return float(self.batch(np.array(x, dtype=np.float64)[np.newaxis])[0])

    def batch(self, x: np.ndarray) -> np.ndarray:
        """Evaluate points; only those within the budget count."""
        if self.evaluations >= self.budget:
            raise Spent
        fx = self.problem(x)
        for number, value in enumerate(fx[: self.budget - self.evaluations], start=self.evaluations + 1):
            if value < self.best:
                self.best = float(value)
                self.improvements.append((number, self.best - (self.problem.f_opt or 0.0)))
        self.evaluations += len(x)
        return fx

    @property
    def precision(self) -> float:
        """Return the distance of the best value to the optimum."""
        return self.improvements[-1][1]


def record(which: str, function: str, dim: int, instance: int, seed: int, budget: int) -> Recorder:
    """Run a native optimizer (name and settings as `name?key=value`) or a peer (`library:name`) once."""
    recorder = Recorder(bb.problem(function, dim, instance), budget)
    rng = run_generator(seed=seed, function=function, instance=instance, dim=dim, optimizer=which.partition("?")[0])
    try:
        if ":" in which:
            library, _, name = which.partition(":")
            _LIBRARIES[library](name, recorder, rng)
        else:
            _native(which, recorder, rng)
    except Spent:
        pass
    return recorder


def _native(which: str, recorder: Recorder, rng: np.random.Generator) -> None:
    name, _, text = which.partition("?")
    settings = dict(pair.split("=") for pair in text.split("&") if pair)
    converted = {key: _number(value) for key, value in settings.items()}
    problem = recorder.problem
    optimizer = bb.optimizer(name, **converted).make(problem.lower, problem.upper, rng, max_evaluations=recorder.budget)
    while True:
        x = optimizer.ask()
        optimizer.tell(x, recorder.batch(x))


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _mealpy(name: str, recorder: Recorder, rng: np.random.Generator) -> None:
    """Run mealpy's optimizer, with its population after `@`, for as many iterations as the budget allows."""
    import mealpy

    problem = recorder.problem
    name, _, size = name.partition("@")
    population = int(size or POPULATION)
    moves = 2 if name == "OriginalMRFO" else 1  # evaluations per member in an iteration
    epochs = math.ceil((recorder.budget - population) / (moves * population))
    optimizer = mealpy.get_all_optimizers(verbose=False)[name](epoch=max(epochs, 1), pop_size=population)
    bounds = mealpy.FloatVar(lb=problem.lower.tolist(), ub=problem.upper.tolist())
    optimizer.solve(
        {"obj_func": recorder, "bounds": bounds, "minmax": "min", "log_to": None}, seed=int(rng.integers(2**31))
    )


def _scipy(name: str, recorder: Recorder, rng: np.random.Generator) -> None:
    """Run scipy's differential evolution with the named strategy and the settings of the native one."""
    from scipy.optimize import differential_evolution

    problem = recorder.problem
    width = problem.upper - problem.lower
    differential_evolution(
        recorder,
        list(zip(problem.lower, problem.upper, strict=True)),
        strategy=name,
        init=problem.lower + rng.random((POPULATION, problem.dim)) * width,
        maxiter=recorder.budget,
        mutation=0.5,
        recombination=0.9,
        tol=0,
        polish=False,
        updating="deferred",
        rng=rng,
    )


def _pymoo(name: str, recorder: Recorder, rng: np.random.Generator) -> None:
    """Run pymoo's differential evolution with the named variant."""
    from pymoo.algorithms.soo.nonconvex.de import DE
    from pymoo.core.problem import Problem as PymooProblem
    from pymoo.optimize import minimize

    problem = recorder.problem

    class Wrapped(PymooProblem):
        def __init__(self) -> None:
            super().__init__(n_var=problem.dim, n_obj=1, xl=problem.lower, xu=problem.upper)

        def _evaluate(self, x: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            out["F"] = recorder.batch(x)[:, np.newaxis]

    algorithm = DE(pop_size=POPULATION, variant=name, CR=0.9, F=0.5)
    minimize(Wrapped(), algorithm, ("n_gen", recorder.budget), seed=int(rng.integers(2**31)))


def _pycma(name: str, recorder: Recorder, rng: np.random.Generator) -> None:
    """Run pycma from a uniform point, with steps of 0.3 of the box; BIPOP or no restarts."""
    import cma

    problem = recorder.problem
    width = problem.upper - problem.lower
    options = {
        "bounds": [problem.lower.tolist(), problem.upper.tolist()],
        "CMA_stds": width.tolist(),
        "seed": int(rng.integers(1, 2**31)),
        "verbose": -9,
        "verb_log": 0,
        "maxfevals": recorder.budget,
    }
    start = lambda: problem.lower + rng.random(problem.dim) * width  # noqa: E731  # pycma draws its starts by calling it
    if name == "bipop":
        cma.fmin2(recorder, start, 0.3, options, restarts=9, bipop=True)
    else:
        cma.fmin2(recorder, start(), 0.3, options)


def _cmaes(_: str, recorder: Recorder, rng: np.random.Generator) -> None:
    """Run cmaes from a uniform point, with steps of 0.3 of the box, without restarts."""
    from cmaes import CMA

    problem = recorder.problem
    width = problem.upper - problem.lower
    # cmaes has one step size for all variables; the textbook boxes are cubes
    optimizer = CMA(
        mean=problem.lower + rng.random(problem.dim) * width,
        sigma=0.3 * float(width[0]),
        bounds=np.stack((problem.lower, problem.upper), axis=1),
        seed=int(rng.integers(2**31)),
    )
    while not optimizer.should_stop():
        points = [optimizer.ask() for _ in range(optimizer.population_size)]
        optimizer.tell([(x, recorder(x)) for x in points])


_LIBRARIES: dict[str, Callable[[str, Recorder, np.random.Generator], None]] = {
    "mealpy": _mealpy,
    "scipy": _scipy,
    "pymoo": _pymoo,
    "pycma": _pycma,
    "cmaes": _cmaes,
}
