"""BBOB evaluations: microseconds a point, native against ioh and coco-experiment, interleaved in one process.

ioh gets the points as nested lists, made before the clock runs, which is its fastest way, and as an array, which is
what an optimizer in NumPy has. coco-experiment is measured twice: `cocoex` is a problem of its suite called point by
point, as its examples do; `cocoex bare` a `BareProblem` that gets the batch. Every candidate has its turn in each
round, and its quickest round counts, as the load of others only ever adds; over the functions, the median of the
ratios is taken.
"""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

BATCHES = (50, 100, 750)
DIMS = (10, 40)
_SHORTEST_S = 0.001  # a turn lasts at least so long


def main(quick: bool) -> None:
    """Measure and print a table for each dimension and batch, and the medians of the ratios."""
    import numpy as np

    from benchbook.numerics import fingerprint

    print(f"arithmetic {'pinned' if fingerprint().pinned else 'NOT pinned'}, numpy {np.__version__}")
    batches, rounds = ((50,), 7) if quick else (BATCHES, 15)
    for dim in DIMS:
        for batch in batches:
            _print(dim, batch, {number: measure(number, dim, batch, rounds) for number in range(1, 25)})


def measure(number: int, dim: int, batch: int, rounds: int) -> dict[str, float]:
    """Return the microseconds a point of each candidate."""
    import numpy as np

    x = np.random.default_rng(number).uniform(-5, 5, (batch, dim))
    turns = [(name, call, _repeats(call)) for name, call in candidates(number, dim, x).items()]
    times: dict[str, list[float]] = {name: [] for name, _, _ in turns}
    for _ in range(rounds):
        for name, call, repeats in turns:
            times[name].append(_seconds(call, repeats) / batch * 1e6)
    return {name: min(values) for name, values in times.items()}


def candidates(number: int, dim: int, x: Any) -> dict[str, Callable[[], object]]:
    """Return what is measured: each evaluates the points `x` once."""
    import cocoex

    from benchbook.problems.bbob import BbobProblem

    native = BbobProblem(f"bbob_f{number}", dim, 1)
    bare = cocoex.BareProblem("bbob", number, dim, 1)
    suite = cocoex.Suite("bbob", "", f"function_indices: {number} dimensions: {dim} instance_indices: 1")
    single = suite[0]
    found: dict[str, Callable[[], object]] = {
        "native": lambda: native(x),
        "cocoex": lambda: [single(row) for row in x],
        "cocoex bare": lambda: bare(x),
        "_": lambda: suite,  # keeps the suite alive, which its problems need
    }
    del found["_"]
    if importlib.util.find_spec("ioh"):
        import ioh

        peer, lists = ioh.get_problem(number, instance=1, dimension=dim), x.tolist()
        found |= {"ioh lists": lambda: peer(lists), "ioh array": lambda: peer(x)}
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
    peers = [name for name in ("ioh lists", "ioh array", "cocoex", "cocoex bare") if name in rows[1]]
    print(f"\n{dim}-D, batches of {batch}: microseconds a point, and how many times native is faster")
    print(f"{'':4}{'native':>8}" + "".join(f"{peer:>13}{'':7}" for peer in peers))
    for number, row in rows.items():
        cells = "".join(f"{row[peer]:13.2f} ({row[peer] / row['native']:4.1f})" for peer in peers)
        print(f"f{number:<3}{row['native']:8.3f}{cells}")
    for peer in peers:
        ratios = [row[peer] / row["native"] for row in rows.values()]
        slower = [f"f{number}" for number, row in rows.items() if row[peer] < row["native"]]
        behind = f"; slower on {', '.join(slower)}" if slower else ""
        print(f"median against {peer}: {statistics.median(ratios):.2f} times as fast, least {min(ratios):.2f}{behind}")
