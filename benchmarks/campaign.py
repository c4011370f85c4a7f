"""A campaign: manta ray foraging over BBOB with all histories, compared with mealpy on cocoex with its observer.

benchbook runs cells of 15 instances in lockstep and records each run completely. mealpy's OriginalMRFO runs on the
suite of coco-experiment with a logging observer, as its users would. Both get 200 evaluations per variable and the same
population, alternating on one core for each function and dimension; time is the process's CPU time. mealpy runs one
instance of each problem (it would take hours otherwise) and is scaled to 15, which favours it, because its set-up is
not repeated. Run as `python -m benchmarks.campaign [--quick]`.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import time

from benchbook.numerics import pin

DIMS = (2, 3, 5, 10, 20, 40)
INSTANCES = 15
PER_DIM = 200
POPULATION = 50
GOAL = 30.0


def main(quick: bool) -> None:
    """Measure, and print a line per dimension and the total."""
    functions = (1, 8, 15, 21) if quick else tuple(range(1, 25))
    ours = dict.fromkeys(DIMS, 0.0)
    theirs = dict.fromkeys(DIMS, 0.0)
    folder, home = tempfile.mkdtemp(), os.getcwd()  # noqa: PTH109  # restored below
    os.chdir(folder)  # the observer writes to the working directory
    try:
        _ours(functions[0], 2)  # warm up imports and caches
        for dim in DIMS:
            for function in functions:
                ours[dim] += _ours(function, dim)
                theirs[dim] += _theirs(function, dim) * INSTANCES
    finally:
        os.chdir(home)
    print(f"CPU seconds, {len(functions)} functions x {INSTANCES} instances x {PER_DIM} x dim evaluations")
    print(f"{'dim':>5} {'benchbook':>10} {'mealpy on cocoex':>17} {'ratio':>6}")
    for dim in DIMS:
        print(f"{dim:>5} {ours[dim]:>10.2f} {theirs[dim]:>17.1f} {theirs[dim] / ours[dim]:>6.1f}")
    mine, others = sum(ours.values()), sum(theirs.values())
    print(f"{'all':>5} {mine:>10.2f} {others:>17.1f} {others / mine:>6.1f}   (goal {GOAL:g})")


def _ours(function: int, dim: int) -> float:
    """Return the CPU seconds of one cell, planning and records included."""
    from benchbook.optimizers import optimizer
    from benchbook.problems import problem
    from benchbook.studies.runs.cells import execute_cell
    from benchbook.studies.runs.planned_run import planned_run

    begin = time.process_time()
    choice = optimizer("manta_ray_foraging", population=POPULATION)
    cell = [
        planned_run(choice, problem(f"bbob_f{function}", dim=dim, instance=k), seed=1, budget=PER_DIM * dim)
        for k in range(1, INSTANCES + 1)
    ]
    records = execute_cell(cell)
    seconds = time.process_time() - begin
    if any(record.evaluations > PER_DIM * dim or not len(record.history.evaluations) for record in records):
        raise AssertionError("a run lacks its history or exceeds its budget")
    return seconds


def _theirs(function: int, dim: int) -> float:
    """Return the CPU seconds of one run of mealpy on cocoex with its observer."""
    import cocoex
    import mealpy

    suite = cocoex.Suite("bbob", "instances: 1", f"function_indices: {function} dimensions: {dim}")
    observer = cocoex.Observer("bbob", "result_folder: campaign")
    problem = suite.get_problem(0)
    begin = time.process_time()
    problem.observe_with(observer)
    epochs = max(1, round((PER_DIM * dim - POPULATION) / (2 * POPULATION)))
    bounds = mealpy.FloatVar(lb=problem.lower_bounds, ub=problem.upper_bounds)
    optimizer = mealpy.MRFO.OriginalMRFO(epoch=epochs, pop_size=POPULATION)
    with contextlib.redirect_stdout(io.StringIO()):
        optimizer.solve({"obj_func": problem, "bounds": bounds, "minmax": "min", "log_to": None}, seed=1)
    problem.free()
    return time.process_time() - begin


if __name__ == "__main__":
    pin()
    main("--quick" in sys.argv)
