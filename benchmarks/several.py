"""Constraints and two objectives, compared with pymoo, SciPy and coco-experiment: ratios of time and quality.

Time: CPU per evaluation of the native `nsga2` and `epsilon_de` and of pymoo's NSGA2 and DE with the same population, in
a bare loop of ask and tell on one cheap vectorized function; and of COCO's functions, evaluated by benchbook in batches
and by cocoex point by point. All are measured in every round; the figures are medians, and the median and range of each
round's ratios.

Quality: `nsga2` and pymoo's NSGA2, and `epsilon_de` and SciPy's differential evolution with constraints, in paired runs
of benchbook with default settings: medians, a Mann-Whitney test per function, corrected by Holm, and Wilcoxon's
signed-rank test of the medians over all functions. Run as `python -m benchmarks.several [--quick]`.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from benchbook.numerics import pin

DIM = 5
POINTS = 100
TWO_OBJECTIVES = [f"bbob_biobj_f{k}" for k in (1, 2, 11, 20, 28, 35, 41, 46, 50, 55)]
ZDT = {"zdt1": 30, "zdt2": 30, "zdt3": 30, "zdt4": 10, "zdt6": 10}  # variables as in the publication
CONSTRAINED = [f"bbob_constrained_f{k}" for k in (1, 2, 8, 14, 20, 26, 31, 37, 43, 49, 54)]
# those of CEC 2006 without equalities
_DIMS = {1: 13, 2: 20, 4: 5, 6: 2, 7: 10, 8: 2, 9: 7, 10: 8, 12: 3, 18: 9, 19: 15, 24: 2}
CEC = {f"cec2006_g{number:02}": dim for number, dim in _DIMS.items()}


def main(quick: bool) -> None:
    """Measure and print the tables."""
    evaluations, rounds = (2_000, 3) if quick else (10_000, 9)
    own_time(evaluations, rounds)
    evaluation_time(rounds)
    seeds, budget = (3, 2_000) if quick else (15, 5_000)
    print(
        f"\nhypervolume that is missing to the largest one known, {budget} evaluations, {seeds} seeds; lower is better"
    )
    quality("nsga2", "pymoo:NSGA2", TWO_OBJECTIVES, seeds, budget)
    print(f"\nthe same, {2 * budget} evaluations")
    quality("nsga2", "pymoo:NSGA2", [*ZDT], seeds, 2 * budget)
    print(f"\nbest feasible precision, {2 * budget} evaluations of objective or constraints, {seeds} seeds")
    quality("epsilon_de", "scipy:differential_evolution", [*CONSTRAINED, *CEC], seeds, 2 * budget)
    print("\nthe same, where SciPy does not polish what its population found by trust-constr")
    quality("epsilon_de", "scipy:differential_evolution", [*CONSTRAINED, *CEC], seeds, 2 * budget, polish=False)


def own_time(evaluations: int, rounds: int) -> None:
    """Print the optimizers' time per evaluation."""
    ways: dict[str, Callable[[], float]] = {
        "nsga2": lambda: native("nsga2", evaluations, objectives=2),
        "pymoo NSGA2": lambda: by_pymoo("moo.nsga2", "NSGA2", evaluations, objectives=2, pop_size=100),
        "epsilon_de": lambda: native("epsilon_de", evaluations, objectives=1),
        "pymoo DE": lambda: by_pymoo("soo.nonconvex.de", "DE", evaluations, objectives=1, pop_size=40, CR=0.9, F=0.7),
    }
    print(f"us of CPU per evaluation, {DIM}-D, {evaluations} evaluations, medians of {rounds} rounds")
    table(ways, [("pymoo NSGA2", "nsga2"), ("pymoo DE", "epsilon_de")], rounds)


def evaluation_time(rounds: int) -> None:
    """Print the time per evaluation of COCO's functions, by benchbook and by cocoex."""
    import cocoex

    import benchbook as bb

    print(f"\nus of CPU per point of a function, {DIM}-D, {POINTS} points per call where possible")
    for suite, function in (("bbob-biobj", "bbob_biobj_f10"), ("bbob-constrained", "bbob_constrained_f14")):
        ours = bb.problem(function, DIM, 1)
        options = f"dimensions: {DIM} function_indices: {function.partition('_f')[2]} instance_indices: 1"
        theirs = cocoex.Suite(suite, "", options)
        problem = theirs.next_problem()
        ways: dict[str, Callable[[], float]] = {
            f"{function}, benchbook": lambda ours=ours: batched(ours),  # type: ignore[misc]  # bound in this iteration
            f"{function}, cocoex": lambda problem=problem: point_by_point(problem),  # type: ignore[misc]  # the same
        }
        table(ways, [tuple(reversed(list(ways)))], rounds)


def table(ways: dict[str, Callable[[], float]], pairs: list[Any], rounds: int) -> None:
    """Measure the ways in turns, and print their medians and the ratios of pairs."""
    costs: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            costs[name].append(way())
    for name, values in costs.items():
        print(f"{name:34} {statistics.median(values[1:]):8.2f}")
    for one, other in pairs:
        ratios = sorted(a / b for a, b in zip(costs[one][1:], costs[other][1:], strict=True))
        shown = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"  {one} / {other}: {shown}")


def values(x: Any, objectives: int) -> tuple[Any, Any]:
    """Return objectives and one constraint of points, cheap and vectorized."""
    import numpy as np

    one = np.square(x - 0.3).sum(axis=1)
    if objectives == 1:
        return one, 0.4 - x[:, :1]
    return np.column_stack([one, np.square(x - 0.7).sum(axis=1)]), None


def native(name: str, evaluations: int, *, objectives: int) -> float:
    """Return the time per evaluation of a native optimizer in microseconds."""
    import numpy as np

    import benchbook as bb

    rng = np.random.Generator(np.random.PCG64(1))
    begin, done = time.process_time(), 0
    optimizer: Any = bb.optimizer(name).make(np.zeros(DIM), np.ones(DIM), rng, max_evaluations=evaluations)
    while done < evaluations:
        x = optimizer.ask()
        fx, gx = values(x, objectives)
        optimizer.tell(x, fx, *([] if gx is None else [gx]))
        done += len(x)
    return (time.process_time() - begin) / done * 1e6


def by_pymoo(module: str, name: str, evaluations: int, *, objectives: int, **options: Any) -> float:
    """Return the time per evaluation of an algorithm of pymoo, called as its users do."""
    import importlib

    from pymoo.core.problem import Problem
    from pymoo.optimize import minimize

    class Cheap(Problem):  # type: ignore[misc]  # pymoo has no types
        def __init__(self) -> None:
            super().__init__(n_var=DIM, n_obj=objectives, n_ieq_constr=int(objectives == 1), xl=0.0, xu=1.0)

        def _evaluate(self, x: Any, out: dict[str, Any], *_: Any, **__: Any) -> None:
            out["F"], gx = values(x, objectives)
            if gx is not None:
                out["G"] = gx

    algorithm = getattr(importlib.import_module(f"pymoo.algorithms.{module}"), name)(**options)
    begin = time.process_time()
    minimize(Cheap(), algorithm, ("n_eval", evaluations), seed=1)
    return (time.process_time() - begin) / evaluations * 1e6


def batched(problem: Any) -> float:
    """Return the time per point of a function of benchbook, constraints included."""
    import numpy as np

    points = np.random.Generator(np.random.PCG64(1)).uniform(-5, 5, (POINTS, DIM))
    begin = time.process_time()
    for _ in range(50):
        problem(points)
        if hasattr(problem, "constraint"):
            problem.constraint(points)
    return (time.process_time() - begin) / (50 * POINTS) * 1e6


def point_by_point(problem: Any) -> float:
    """Return the time per point of a function of cocoex, constraints included."""
    import numpy as np

    points = np.random.Generator(np.random.PCG64(1)).uniform(-5, 5, (POINTS, DIM))
    constrained = problem.number_of_constraints > 0
    begin = time.process_time()
    for _ in range(50):
        for point in points:
            problem(point)
            if constrained:
                problem.constraint(point)
    return (time.process_time() - begin) / (50 * POINTS) * 1e6


def quality(one: str, other: str, functions: list[str], seeds: int, budget: int, **settings: Any) -> None:
    """Print medians and tests of two optimizers on catalog functions, with settings for the second."""
    from scipy.stats import mannwhitneyu, wilcoxon

    from benchbook.analysis.statistics.tests import holm
    from benchbook.problems import names

    known = [function for function in functions if function in set(names())]
    left = [function for function in functions if function not in known]
    found = {
        function: (best(one, function, seeds, budget), best(other, function, seeds, budget, **settings))
        for function in known
    }
    p_values = holm(
        [
            float(mannwhitneyu(*pair, method="asymptotic").pvalue) if pair[0] != pair[1] else 1.0
            for pair in found.values()
        ]
    )
    medians = [tuple(statistics.median(values) for values in pair) for pair in found.values()]
    print(f"{'function':24} {one:>14} {other:>30}  p (Holm)")
    for function, (a, b), p in zip(known, medians, p_values, strict=True):
        mark = "" if p >= 0.05 else f"  {one if a < b else other} is better"
        print(f"{function:24} {a:14.6g} {b:30.6g}  {p:.3f}{mark}")
    wins = [sum(a < b for a, b in medians), sum(a == b for a, b in medians), sum(a > b for a, b in medians)]
    print(f"medians: {one} lower on {wins[0]}, equal on {wins[1]}, higher on {wins[2]} functions")
    print(f"Wilcoxon over functions: p = {wilcoxon([a - b for a, b in medians]).pvalue:.3g}")
    if left:
        print(f"not in the catalog: {', '.join(left)}")


@cache
def best(name: str, function: str, seeds: int, budget: int, **settings: Any) -> list[float]:
    """Return the values that runs reached; infinite if no feasible point was found."""
    import math

    import benchbook as bb

    problem = bb.problem(function, {**ZDT, **CEC}.get(function, DIM), int(not function.startswith("zdt")))
    records = [bb.run(name, problem, seed=seed, budget=budget, settings=settings) for seed in range(1, seeds + 1)]
    return [math.inf if item.best_value is None else item.best_value - (problem.f_opt or 0.0) for item in records]


if __name__ == "__main__":
    pin()
    main("--quick" in sys.argv)
