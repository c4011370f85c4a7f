"""The cost of a blocking `minimize` behind ask and tell: microseconds per evaluation more than a direct call.

SciPy's Nelder-Mead on a cheap function in 5-D is called directly, then with its points handed over by thread and by
greenlet, and as a whole run of benchbook with loop and history: by greenlet and by thread (`threads=True`), and with
its own global random state, as by default. CPU time counts the computation; wall-clock time also the time that two
threads wait for each other. Figures are medians over the rounds. Run as `python -m benchmarks.blocking [--quick]`.
"""

from __future__ import annotations

import functools
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchbook.numerics import pin

DIM = 5


def main(quick: bool) -> None:
    """Measure and print the table."""
    evaluations, rounds = (2_000, 3) if quick else (20_000, 7)
    ways: dict[str, Callable[[int], int]] = {
        "direct": direct,
        "thread": functools.partial(handed_over, stays=False),
        "greenlet": functools.partial(handed_over, stays=True),
        "run": functools.partial(whole_run, global_random=False, threads=False),
        "run, by thread": functools.partial(whole_run, global_random=False, threads=True),
        "run, with global random state": functools.partial(whole_run, global_random=True, threads=False),
    }
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            cpu, wall = time.process_time(), time.perf_counter()
            done = way(evaluations)
            costs[name].append(((time.process_time() - cpu) / done * 1e6, (time.perf_counter() - wall) / done * 1e6))
    base = [statistics.median(column) for column in zip(*costs["direct"], strict=True)]
    print(f"Nelder-Mead, {DIM}-D, {evaluations} evaluations; us per evaluation, in brackets above the direct call")
    for name, values in costs.items():
        cpu, wall = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{name:30} CPU {cpu:6.1f} ({cpu - base[0]:+.1f})   wall clock {wall:6.1f} ({wall - base[1]:+.1f})")


def bowl(x: Any) -> float:
    """Return the value of a point."""
    return float((x * x).sum() + x[0] * x[1])


def search(f: Callable[[Any], float], evaluations: int) -> None:
    """Make SciPy use all evaluations."""
    import numpy as np
    from scipy.optimize import minimize

    options = {"maxfev": evaluations, "maxiter": 10**9, "xatol": 0.0, "fatol": 0.0}
    minimize(f, np.full(DIM, 1.3), method="Nelder-Mead", options=options)


def direct(evaluations: int) -> int:
    """Call it directly, as its users do."""
    search(bowl, evaluations)
    return evaluations


def handed_over(evaluations: int, *, stays: bool) -> int:
    """Hand over its points, by greenlet where it stays in one thread."""
    import numpy as np

    from benchbook.optimizers.adapters.blocking import BlockingCall

    library, done = BlockingCall(lambda evaluate: search(evaluate.one, evaluations)), 0
    if stays:
        library.stay_in_thread()
    while (points := library.ask()) is not None:
        library.tell(np.array([bowl(points[0])]))
        done += 1
    return done


def whole_run(evaluations: int, *, global_random: bool, threads: bool) -> int:
    """Do a run of benchbook, which also counts, checks the target and keeps the history."""
    import benchbook as bb

    made = bb.from_minimize(search_from, name="direct", global_random=global_random, threads=threads)
    return bb.run(made, bowl, bounds=(-5, 5), dim=DIM, budget=evaluations, seed=1).evaluations


def search_from(f: Callable[[Any], float], x0: Any, maxfun: int) -> None:
    """Search like `search`, from a given start."""
    from scipy.optimize import minimize

    minimize(f, x0, method="Nelder-Mead", options={"maxfev": maxfun, "maxiter": 10**9, "xatol": 0.0, "fatol": 0.0})


if __name__ == "__main__":
    pin()
    main("--quick" in sys.argv)
