"""Time for tables and profiles, compared with cocopp and iohinspector on the same runs.

Both are interleaved, A B A B, on one machine; ratios are printed. The full set also measures 30 optimizers x 24
functions x 6 dimensions x 15 instances.
"""

from __future__ import annotations

import contextlib
import io
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

import benchbook as bb
from benchbook.analysis import RunTable
from benchbook.analysis.cells import cells
from benchbook.analysis.columns import Columns
from benchbook.analysis.measures.ert import expected_running_times
from benchbook.analysis.measures.first_hits import first_hits
from benchbook.analysis.measures.profiles import runtime_profiles
from benchbook.analysis.measures.targets import STANDARD_TARGETS
from benchbook.artifacts.interop import write_coco, write_ioh

OPTIMIZERS = ("random_search", "particle_swarm", "differential_evolution")
DIMS = (2, 3, 5)
BUDGET_PER_DIM = 200


def main(quick: bool = False) -> None:
    """Measure and print; the full set includes the whole of cocopp.main (minutes) and 64,800 made-up runs."""
    repeats = 2 if quick else 5
    runs = _study()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        coco, ioh = write_coco(runs, folder / "coco"), write_ioh(runs, folder / "ioh")
        table = runs.columns()
        acts: dict[str, Callable[[], object]] = {
            "benchbook, numerics": lambda: numerics(table),
            "benchbook, records to tables and profiles": lambda: numerics(RunTable(list(runs)).columns()),
            "cocopp, load and ERT": lambda: _cocopp(coco),
            "iohinspector, load and first hits": lambda: _iohinspector(ioh),
        }
        times = interleaved(acts, repeats)
        ours = times["benchbook, numerics"]
        print(f"{len(runs)} runs: 3 optimizers x 24 functions x 3 dimensions x 5 instances, median of {repeats}")
        for act, seconds in times.items():
            print(f"  {act:45s} {seconds:8.3f} s   {seconds / ours:8.1f} x")
        if not quick:
            seconds = _cocopp_main(coco, folder)
            print(f"  {'cocopp.main, figures and tables':45s} {seconds:8.3f} s   {seconds / ours:8.1f} x")
    if not quick:
        large = made_up(30, 24, (2, 3, 5, 10, 20, 40), 15)
        start = time.perf_counter()
        numerics(large)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(f"{len(large):,} runs: {time.perf_counter() - start:.2f} s, peak memory {peak / 1e6:.0f} MB")


def numerics(table: Columns) -> int:
    """Compute first hits, the ERT table and all profiles; return the number of profiles."""
    hits = first_hits(table, STANDARD_TARGETS)
    expected_running_times(hits, cells(table))
    return sum(len(runtime_profiles(hits, by=by)) for by in ("function", "group", "dim", "all"))


def interleaved(acts: dict[str, Callable[[], object]], repeats: int) -> dict[str, float]:
    """Return the median seconds of each action, done in turns; the first turn warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in acts}
    for turn in range(repeats + 1):
        for name, act in acts.items():
            start = time.perf_counter()
            act()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(own) for name, own in seconds.items()}


def made_up(optimizers: int, functions: int, dims: tuple[int, ...], instances: int, improvements: int = 200) -> Columns:
    """Return columns of runs with random improvements."""
    rng = np.random.default_rng(0)
    grid = np.meshgrid(range(optimizers), range(functions), dims, range(instances), indexing="ij")
    o, f, d, i = (axis.ravel() for axis in grid)
    n = len(o)
    at = np.sort(rng.integers(1, 10_000, (n, improvements)), axis=1) * d[:, np.newaxis] + np.arange(improvements)
    precisions = 100 * 10 ** np.cumsum(-rng.exponential(0.05, (n, improvements)), axis=1)
    return Columns(
        optimizers=tuple(f"optimizer_{k}" for k in range(optimizers)),
        functions=tuple(f"bbob_f{k + 1}" for k in range(functions)),
        optimizer=o,
        function=f,
        dim=d,
        instance=i,
        seed=i,
        budget=10_000 * d,
        evaluations=10_000 * d,
        offsets=np.arange(n + 1) * improvements,
        at=at.ravel(),
        precisions=precisions.ravel(),
    )


def _study() -> RunTable:
    return RunTable(
        bb.run(name, f"bbob_f{f}", dim=dim, instance=instance, seed=1, budget=BUDGET_PER_DIM * dim)
        for name in OPTIMIZERS
        for f in range(1, 25)
        for dim in DIMS
        for instance in range(1, 6)
    )


def _cocopp(folders: list[Path]) -> None:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import cocopp

        for folder in folders:
            for data in cocopp.load(str(folder)):
                data.detERT(STANDARD_TARGETS)


def _iohinspector(folders: list[Path]) -> None:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import iohinspector

        manager = iohinspector.DataManager()
        manager.add_folders([str(folder) for folder in folders])
        frame = manager.load(monotonic=True, include_meta_data=True).to_pandas()
        for target in STANDARD_TARGETS:
            frame[frame.raw_y <= target].groupby("data_id").evaluations.min()


def _cocopp_main(folders: list[Path], where: Path) -> float:
    program = f"import cocopp; cocopp.main('-o {where}/pp {' '.join(map(str, folders))}')"
    start = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, capture_output=True, cwd=where)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
