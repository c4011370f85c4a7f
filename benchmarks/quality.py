"""Quality of the native optimizers compared with reference implementations of the same algorithm.

All get the same budget, the same shifted and rotated problems and 15 seeds; each cell has a rank-sum test, with Holm's
correction over the cells of a pair. Nothing is timed; all pairs take about five minutes on two cores. `--profile`
compares manta ray foraging on BBOB, and `--json` writes JSON; `python -m benchmarks.quality --help` shows all
options.
"""

from __future__ import annotations

import argparse
import json
import math
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchbook.numerics import pin

pin()  # before NumPy is imported

import numpy as np  # noqa: E402

from benchbook.studies.runs.provenance import measurement  # noqa: E402
from benchmarks._peers import record  # noqa: E402

PAIRS = [
    ("manta_ray_foraging", "mealpy:OriginalMRFO"),
    ("particle_swarm", "mealpy:OriginalPSO"),
    ("grey_wolf", "mealpy:OriginalGWO"),
    ("whale", "mealpy:OriginalWOA"),
    ("differential_evolution", "scipy:rand1bin"),
    ("differential_evolution", "pymoo:DE/rand/1/bin"),
    ("differential_evolution?strategy=current-to-best/1/bin", "scipy:currenttobest1bin"),
    ("cma_es", "pycma:none"),
    ("cma_es", "cmaes:none"),
    ("cma_es?restarts=bipop", "pycma:bipop"),
    ("success_history_de", "differential_evolution"),
]
PEERS = ("mealpy", "scipy", "pymoo", "cma", "cmaes")
FUNCTIONS = ("sphere", "rastrigin", "rosenbrock")
DIMS = (10, 40)
SEEDS = 15
BUDGET = 10_000
SOLVED = 1e-8  # lower values do not count: some peers stop there
LEVEL = 0.05
TARGETS = 10.0 ** np.arange(2.0, -8.1, -0.2)  # the 51 targets of the runtime profile


def main(quick: bool) -> None:
    """Compare all pairs; quick mode uses a few seeds in 10-D."""
    command_line(["--seeds", "5", "--dims", "10"] if quick else [])


def command_line(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, and write them as JSON to the file of `--json`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only pairs whose names contain this text")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--profile", action="store_true", help="compare manta ray foraging on bbob instead")
    parser.add_argument("--peer", default="mealpy:OriginalMRFO", help="with whom; a population after an @")
    parser.add_argument("--dims", type=int, nargs="+", default=None)
    parser.add_argument("--instances", type=int, default=5, help="instances of each bbob function")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    options = parser.parse_args(arguments)
    # some peers warn on import or in their arithmetic, which is not benchbook's concern
    with ProcessPoolExecutor(options.workers, initializer=partial(warnings.simplefilter, "ignore")) as pool:
        if options.profile:
            rows = [_profile(pool, options.peer, dim, options.instances) for dim in options.dims or (2, 5, 10, 20)]
        else:
            pairs = [pair for pair in PAIRS if options.only in " ".join(pair)]
            rows = [row for pair in pairs for row in _compare(pool, *pair, options.dims or DIMS, options.seeds)]
    if options.json:
        command = f"python -m benchmarks.quality{' --profile' if options.profile else ''} --json FILE"
        made = measurement(command, [options.peer.partition(":")[0]] if options.profile else PEERS, rows)
        options.json.write_text(json.dumps(made, indent=1) + "\n")


def precisions(pool: ProcessPoolExecutor, which: str, function: str, dim: int, seeds: int) -> list[float]:
    """Return the precision reached with each seed; each seed has its own instance."""
    return list(pool.map(partial(_precision, which, function, dim), range(1, seeds + 1)))


def area(improvements: Sequence[tuple[int, float]], budget: int) -> float:
    """Return the area under the runtime profile of a run: targets times logarithm of evaluations, from 0 to 1."""
    evaluations = np.array([number for number, _ in improvements])
    precision = np.array([value for _, value in improvements])
    reached = np.searchsorted(-precision, -TARGETS)  # the first improvement at or below each target
    hits = evaluations[reached[reached < len(evaluations)]]
    return float(np.sum(1.0 - np.log(hits) / math.log(budget)) / len(TARGETS))


def _compare(
    pool: ProcessPoolExecutor, native: str, peer: str, dims: Sequence[int], seeds: int
) -> list[dict[str, object]]:
    from scipy.stats import mannwhitneyu

    from benchbook.analysis.statistics.tests import holm

    rows, p_values = [], []
    for function in FUNCTIONS:
        for dim in dims:
            ours = np.maximum(precisions(pool, native, function, dim, seeds), SOLVED)
            theirs = np.maximum(precisions(pool, peer, function, dim, seeds), SOLVED)
            alike = np.ptp(np.concatenate((ours, theirs))) == 0.0
            test = None if alike else mannwhitneyu(ours, theirs, alternative="two-sided")
            p_values.append(1.0 if test is None else float(test.pvalue))
            lower = 0.5 if test is None else 1.0 - float(test.statistic) / (len(ours) * len(theirs))
            rows.append(
                {
                    "native": native,
                    "peer": peer,
                    "function": function,
                    "dim": dim,
                    "median": float(np.median(ours)),
                    "peer_median": float(np.median(theirs)),
                    "probability_lower": lower,
                }
            )
    for row, p in zip(rows, holm(p_values), strict=True):
        better = float(str(row["probability_lower"])) > 0.5
        row["p_holm"] = p
        row["verdict"] = "cannot tell" if p > LEVEL else "better" if better else "WORSE"
        print(
            f"{row['native']:55} {row['peer']:24} {row['function']:10} {row['dim']:3}  {row['median']:9.2e} "
            f"{row['peer_median']:9.2e}  P(lower) {row['probability_lower']:.2f}  p {p:.4f}  {row['verdict']}",
            flush=True,
        )
    return rows


def _precision(which: str, function: str, dim: int, seed: int) -> float:
    return record(which, function, dim, seed, seed, BUDGET).precision


def _profile(pool: ProcessPoolExecutor, peer: str, dim: int, instances: int) -> dict[str, object]:
    """Compare the areas under the runtime profile on all of BBOB, with 1000 * dim evaluations."""
    cells = [(f"bbob_f{f}", dim, instance) for f in range(1, 25) for instance in range(1, instances + 1)]
    ours = np.array(list(pool.map(partial(_area, "manta_ray_foraging"), *zip(*cells, strict=True), chunksize=8)))
    theirs = np.array(list(pool.map(partial(_area, peer), *zip(*cells, strict=True), chunksize=8)))
    difference = (ours - theirs).reshape(24, instances).mean(axis=1)
    print(
        f"manta_ray_foraging on bbob, {dim}-D, {instances} instances: area {ours.mean():.4f}, "
        f"{peer} {theirs.mean():.4f}; by function "
        + " ".join(f"f{number}:{value:+.3f}" for number, value in enumerate(difference, start=1)),
        flush=True,
    )
    return {
        "peer": peer,
        "dim": dim,
        "area": float(ours.mean()),
        "peer_area": float(theirs.mean()),
        "gain": difference.tolist(),
    }


def _area(which: str, function: str, dim: int, instance: int) -> float:
    budget = 1000 * dim
    return area(record(which, function, dim, instance, 1, budget).improvements, budget)


if __name__ == "__main__":
    command_line()
