"""Own cost of the optimizers: microseconds per evaluation for ask and tell, without the objective.

Every candidate is measured in each round, in one process: the native optimizers alone and with 15 runs in lockstep, and
the peers that are installed. For peers that call the objective themselves, its time is subtracted. Time is the
process's CPU time, so that other programs do not count. Figures are medians over the rounds, in 10-D with a population
of 50. Run as `python -m benchmarks.optimizers [--quick]`.
"""

from __future__ import annotations

import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchbook.numerics import pin

DIM = 10
POPULATION = 50
RUNS = 15
# name: (peer, goal alone, goal in lockstep); goals in microseconds
PEERS: dict[str, tuple[str | None, float | None, float | None]] = {
    "manta_ray_foraging": ("mealpy:OriginalMRFO", 1.0, 0.4),
    "particle_swarm": ("mealpy:OriginalPSO", 1.0, 0.4),
    "differential_evolution": ("scipy:vectorized", 1.3, 0.4),
    "grey_wolf": ("mealpy:OriginalGWO", 1.0, 0.4),
    "whale": ("mealpy:OriginalWOA", 1.0, 0.4),
    "success_history_de": (None, None, None),
    "simulated_annealing": (None, None, None),
    "cma_es": ("cmaes:CMA", None, 3.0),
    "random_search": (None, None, None),
}
FURTHER = {"cma_es": "pycma:CMAEvolutionStrategy"}


def main(quick: bool) -> None:
    """Measure and print the table."""
    import numpy as np

    from benchbook.numerics import fingerprint

    generations, rounds = (40, 3) if quick else (100, 15)
    costs: dict[tuple[str, str], list[float]] = {}
    peers = {peer for name, (peer, *_) in PEERS.items() if peer} | set(FURTHER.values())
    installed = sorted(peer for peer in peers if importlib.util.find_spec(_module(peer)))
    for turn in range(rounds):
        for name in PEERS:
            costs.setdefault((name, "alone"), []).append(native(name, 1, generations, turn))
            costs.setdefault((name, "lockstep"), []).append(native(name, RUNS, max(10, generations // 3), turn))
        if turn < max(3, rounds // 3):  # slow ones
            for peer in installed:
                costs.setdefault((peer, "peer"), []).append(_PEERS[_module(peer)](peer.partition(":")[2], turn))
    medians = {key: statistics.median(values) for key, values in costs.items()}

    print(f"arithmetic {'pinned' if fingerprint().pinned else 'NOT pinned'}, numpy {np.__version__}")
    print(f"own cost in us per evaluation, {DIM}-D, population {POPULATION}, lockstep of {RUNS}; goals in brackets")
    for name, (peer, goal_alone, goal_lockstep) in PEERS.items():
        alone, lockstep = medians[name, "alone"], medians[name, "lockstep"]
        line = f"{name:24} alone {alone:6.2f}{_bracket(goal_alone)}  lockstep {lockstep:6.2f}{_bracket(goal_lockstep)}"
        for other in filter(None, (peer, FURTHER.get(name))):
            if (other, "peer") in medians:
                cost = medians[other, "peer"]
                line += f"  {other} {cost:.1f} ({cost / alone:.0f} and {cost / lockstep:.0f} times as much)"
        print(line)


def native(name: str, runs: int, generations: int, seed: int) -> float:
    """Return the cost of a native optimizer with `runs` runs in lockstep; 1 is a single run."""
    import numpy as np

    import benchbook as bb
    from benchbook.optimizers.native.parts.streams import Streams

    choice = bb.optimizer(name, **{_population(name): POPULATION})
    generators = [np.random.Generator(np.random.PCG64([seed, run])) for run in range(runs)]
    extra = {choice.length_argument: POPULATION * generations} if choice.length_argument else {}
    lower, upper = np.full(DIM, -5.0), np.full(DIM, 5.0)
    rng: Any = generators[0] if runs == 1 else Streams(generators)
    optimizer = choice.factory(lower, upper, rng, **extra, **choice.settings)
    clock, spent, evaluations = time.process_time, 0.0, 0
    for _ in range(generations):
        begin = clock()
        x = optimizer.ask()
        spent += clock() - begin
        fx = _objective(x)
        begin = clock()
        optimizer.tell(x, fx)
        spent += clock() - begin
        evaluations += fx.size
    return 1e6 * spent / evaluations


def _objective(x: Any) -> Any:
    import numpy as np

    z = x - 1.5
    return np.add.reduce(z * z, axis=-1)


def _population(name: str) -> str:
    return {"random_search": "batch", "simulated_annealing": "chains"}.get(name, "population")


def _module(peer: str) -> str:
    library = peer.partition(":")[0]
    return {"pycma": "cma"}.get(library, library)


class _Timed:
    """An objective whose own time is subtracted."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.evaluations = 0

    def __call__(self, x: Any) -> Any:
        """Evaluate a point, or the columns of a matrix, as SciPy passes them."""
        import numpy as np

        begin = time.process_time()
        fx = _objective(np.asarray(x).T)
        self.evaluations += fx.size
        self.spent += time.process_time() - begin
        return fx if fx.ndim else float(fx)

    def cost(self, run: Callable[[], object]) -> float:
        """Return the cost of `run` without the objective."""
        begin = time.process_time()
        run()
        return 1e6 * (time.process_time() - begin - self.spent) / self.evaluations


def _mealpy(name: str, seed: int) -> float:
    import mealpy

    objective = _Timed()
    optimizer = mealpy.get_all_optimizers(verbose=False)[name](epoch=20, pop_size=POPULATION)
    problem = {
        "obj_func": objective,
        "bounds": mealpy.FloatVar(lb=[-5.0] * DIM, ub=[5.0] * DIM),
        "minmax": "min",
        "log_to": None,
    }
    return objective.cost(lambda: optimizer.solve(problem, seed=seed))


def _scipy(_: str, seed: int) -> float:
    from scipy.optimize import differential_evolution

    objective = _Timed()
    bounds = [(-5.0, 5.0)] * DIM
    settings: dict[str, Any] = {"popsize": POPULATION // DIM, "maxiter": 40, "tol": 0, "polish": False, "rng": seed}
    return objective.cost(
        lambda: differential_evolution(
            objective, bounds, strategy="rand1bin", vectorized=True, updating="deferred", **settings
        )
    )


def _cmaes(_: str, seed: int) -> float:
    import numpy as np
    from cmaes import CMA

    objective = _Timed()
    bounds = np.array([[-5.0, 5.0]] * DIM)
    optimizer = CMA(mean=np.zeros(DIM), sigma=3.0, bounds=bounds, seed=seed, population_size=POPULATION)

    def run() -> None:
        for _ in range(20):
            points = [optimizer.ask() for _ in range(optimizer.population_size)]
            optimizer.tell([(x, objective(x)) for x in points])

    return objective.cost(run)


def _cma(_: str, seed: int) -> float:
    import cma
    import numpy as np

    objective = _Timed()
    options = {"bounds": [-5.0, 5.0], "popsize": POPULATION, "seed": seed + 1, "verbose": -9, "verb_log": 0}
    optimizer = cma.CMAEvolutionStrategy(np.zeros(DIM), 3.0, options)

    def run() -> None:
        for _ in range(20):
            points = optimizer.ask()
            optimizer.tell(points, [objective(x) for x in points])

    return objective.cost(run)


def _bracket(goal: float | None) -> str:
    return f" [{goal}]" if goal is not None else "      "


_PEERS: dict[str, Callable[[str, int], float]] = {"mealpy": _mealpy, "scipy": _scipy, "cmaes": _cmaes, "cma": _cma}


if __name__ == "__main__":
    pin()
    main("--quick" in sys.argv)
