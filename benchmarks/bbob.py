"""BBOB evaluations: microseconds per point, compared with ioh and coco-experiment, interleaved in one process.

ioh gets an array, as an optimizer in NumPy would pass it; `cocoex` is a problem of its suite called point by point, as
in its examples. Every candidate is measured in each round, and its fastest round counts, since other load can only add
time; over the functions, the median ratio and the lowest one, with its function, are reported.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

BATCHES = (1, 10, 50, 750, 10_000)
DIMS = (2, 10, 40)
GOALS = {1: {"ioh": 2.0, "cocoex": 3.0}, 50: {"ioh": 4.0, "cocoex": 6.0}, 10_000: {"ioh": 8.0, "cocoex": 15.0}}
_SHORTEST_S = 0.001  # the minimum duration of a turn
_MOST_OF_PEERS = 1000  # points per turn: peers evaluate them one by one, and more points do not change the result


def main(quick: bool) -> None:
    """Measure and print a table for each dimension and batch, and the medians of the ratios."""
    import numpy as np

    from benchbook.problems.kernel import info

    found = info()
    print(f"kernel {found.version}, variant {found.variant}, {found.compiler}; numpy {np.__version__}")
    batches, rounds = ((1, 50), 5) if quick else (BATCHES, 9)
    for dim in DIMS:
        for batch in batches:
            _print(dim, batch, {number: measure(number, dim, batch, rounds) for number in range(1, 25)})


def measure(number: int, dim: int, batch: int, rounds: int) -> dict[str, float]:
    """Return the microseconds per point of each candidate."""
    import numpy as np

    x = np.random.default_rng(number).uniform(-5, 5, (batch, dim))
    turns = [(name, call, points, _repeats(call)) for name, (call, points) in candidates(number, dim, x).items()]
    times: dict[str, list[float]] = {name: [] for name, _, _, _ in turns}
    for _ in range(rounds):
        for name, call, points, repeats in turns:
            times[name].append(_seconds(call, repeats) / points * 1e6)
    return {name: min(values) for name, values in times.items()}


def candidates(number: int, dim: int, x: Any) -> dict[str, tuple[Callable[[], object], int]]:
    """Return the call to measure and its number of points."""
    import cocoex

    from benchbook.problems.bbob import BbobProblem

    ours = BbobProblem(f"bbob_f{number}", dim, 1)
    suite = cocoex.Suite("bbob", "", f"function_indices: {number} dimensions: {dim} instance_indices: 1")
    single = suite[0]
    some, row = x[:_MOST_OF_PEERS], x[0]

    def one_by_one() -> object:
        return suite is not None and [single(point) for point in some]  # problems are valid while their suite exists

    found: dict[str, tuple[Callable[[], object], int]] = {
        "benchbook": (lambda: ours(x), len(x)),
        "cocoex": (lambda: suite is not None and single(row), 1) if len(x) == 1 else (one_by_one, len(some)),
    }
    if importlib.util.find_spec("ioh"):
        import ioh

        peer = ioh.get_problem(number, instance=1, dimension=dim)
        found["ioh"] = (lambda: peer(row), 1) if len(x) == 1 else (lambda: peer(some), len(some))
    return found


def _repeats(call: Callable[[], object]) -> int:
    call()
    return max(1, round(_SHORTEST_S / max(_seconds(call, 3), 1e-7)))


def _seconds(call: Callable[[], object], repeats: int) -> float:
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - begin) / repeats


def _print(dim: int, batch: int, rows: dict[int, dict[str, float]]) -> None:
    peers = [name for name in ("ioh", "cocoex") if name in rows[1]]
    print(f"\n{dim}-D, batches of {batch}: microseconds per point, and how many times benchbook is faster")
    print(f"{'':4}{'benchbook':>10}" + "".join(f"{peer:>13}{'':8}" for peer in peers))
    for number, row in rows.items():
        cells = "".join(f"{row[peer]:13.2f} ({row[peer] / row['benchbook']:5.1f})" for peer in peers)
        print(f"f{number:<3}{row['benchbook']:10.3f}{cells}")
    for peer in peers:
        ratios = {number: row[peer] / row["benchbook"] for number, row in rows.items()}
        worst = min(ratios, key=lambda number: ratios[number])
        goal = f" (goal {GOALS[batch][peer]:g})" if batch in GOALS else ""
        print(
            f"median against {peer}: {statistics.median(ratios.values()):.2f} times as fast{goal}, "
            f"least {ratios[worst]:.2f}, f{worst}"
        )
