"""Write what coco-experiment only reveals in its logs about its constrained and two-objective functions.

    python .ci/suite_tables.py

- `bbob_constrained_f_opt.npy`: optimum values, shape (54 functions, 6 dimensions, 15 instances).
- `bbob_biobj_hypervolume.npy`: the hypervolumes that its indicator is relative to, shape (92, 6, 15).
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import cocoex
import numpy as np

OUT = Path(__file__).parents[1] / "src" / "benchbook" / "data" / "suites"
DIMS = (2, 3, 5, 10, 20, 40)
INSTANCES = range(1, 16)
POINT = Path("._bbob_problem_best_parameter.txt")  # where coco-experiment writes the location of an optimum


def constrained() -> np.ndarray:
    """Evaluate each function at its optimum."""
    found = np.full((54, len(DIMS), len(INSTANCES)), np.nan)
    for problem in cocoex.Suite("bbob-constrained", "", f"instance_indices: 1-{INSTANCES[-1]}"):
        number, dim, instance = problem.id_triple
        POINT.unlink(missing_ok=True)
        problem._best_parameter("print")
        x_opt = np.array([float(item) for item in POINT.read_text().split()])
        found[number - 1, DIMS.index(dim), instance - 1] = problem(x_opt)
    return found


def two_objectives() -> np.ndarray:
    """Read the reference values from the headers of logs."""
    found = np.full((92, len(DIMS), len(INSTANCES)), np.nan)
    observer = cocoex.Observer("bbob-biobj", "result_folder: logs log_nondominated: none")
    for problem in cocoex.Suite("bbob-biobj-ext", "", f"instance_indices: 1-{INSTANCES[-1]}"):
        problem.observe_with(observer)
        problem(np.zeros(problem.dimension))
    for log in Path("exdata").rglob("*_hyp.dat"):
        number, dim = (int(item) for item in re.findall(r"_[fd](\d+)", log.name))
        for instance, value in re.findall(r"^% instance = (\d+), reference value = (\S+)$", log.read_text(), re.M):
            found[number - 1, DIMS.index(dim), int(instance) - 1] = float(value)
    return found


def main() -> None:
    """Write both tables."""
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, table in (("bbob_constrained_f_opt", constrained()), ("bbob_biobj_hypervolume", two_objectives())):
            if np.isnan(table).any():
                raise SystemExit(f"{name}: {np.isnan(table).sum()} of {table.size} values are missing")
            np.save(OUT / f"{name}.npy", table)
            print(name, table.shape, f"{table.min():.6g} to {table.max():.6g}")


if __name__ == "__main__":
    main()
