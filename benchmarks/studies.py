"""The cost of studies: recording per evaluation, overhead and bytes per run, workers and processes, memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

import benchbook as bb
from benchbook.artifacts.store.store import Store
from benchbook.observers import ImprovementHistory
from benchbook.studies.ledger import ledger
from benchbook.studies.runs.traces import observer_for

BATCH, DIM = 50, 10


def main(quick: bool = False) -> None:
    """Print each figure with its goal."""
    capture(quick)
    per_run(quick)
    bytes_per_run()
    throughput(quick)
    memory(quick)


def capture(quick: bool) -> None:
    """Measure observers alone, in batches of 50 in 10-D and point by point, in CPU time, best of five."""
    batches = 4_000 if quick else 40_000
    falling = np.linspace(1e6, 0.0, batches * BATCH).reshape(batches, BATCH)
    frequent = falling + 1e6 * (np.random.default_rng(0).random(falling.shape) < 0.1)
    rows, singles = list(frequent), list(falling.reshape(-1, 1)[: 4 * batches])
    folder = Path(tempfile.mkdtemp())

    def every_value() -> Any:
        problem = bb.problem("sphere", dim=DIM)
        return observer_for(folder, "all", problem=problem, budget=10**9, points=False, most_bytes=10**10)

    cases: list[tuple[str, Callable[[], Any], list[np.ndarray], bool, int]] = [
        ("improvements, rare", ImprovementHistory, rows, False, 40),
        ("improvements, 90 % of points", ImprovementHistory, rows, True, 40),
        ("every value", every_value, rows, True, 60),
        ("single points, rare", ImprovementHistory, singles, False, 140),
        ("single points, all improve", ImprovementHistory, singles, True, 140),
    ]
    for name, make, parts, improved, goal in cases:
        spent = min(_capture_ns(make, parts, improved) for _ in range(2 if quick else 5))
        print(f"capture, {name}: {spent:.0f} ns per evaluation (goal {goal})")


def _capture_ns(make: Callable[[], Any], parts: list[np.ndarray], improved: bool) -> float:
    observer, x, done = make(), np.zeros((len(parts[0]), DIM)), 0
    observe = observer.observe
    begin = time.process_time()
    for part in parts:
        observe(done, x, part, improved)
        done += len(part)
    if isinstance(observer, ImprovementHistory):
        _ = observer.history
    else:
        observer.finish()
    return (time.process_time() - begin) / done * 1e9


def per_run(quick: bool) -> None:
    """Measure tiny stored runs of random search: the time beyond ten evaluations is overhead."""
    for count in (1_000, 5_000) if quick else (1_000, 100_000):
        folder = Path(tempfile.mkdtemp())
        made = bb.study(optimizers="random_search", functions="sphere", dims=2, seeds=count, budget=10)
        begin = time.process_time()
        made.run(folder).close()
        spent = time.process_time() - begin
        begin = time.perf_counter()
        found = ledger(folder)
        opened = time.perf_counter() - begin
        print(f"framework, {count:,} runs: {spent / count * 1e3:.3f} ms per run (goal 0.4); ledger in {opened:.2f} s")
        assert found.complete  # noqa: S101  # the figure would mean nothing
        process = psutil.Process()
        (folder / "index.sqlite").unlink()
        before, begin = process.memory_info().rss, time.perf_counter()
        ledger(folder)
        grown = (process.memory_info().rss - before) / 2**20
        print(f"  the same with a rebuilt index: {time.perf_counter() - begin:.2f} s, RSS +{grown:.0f} MiB")


def bytes_per_run() -> None:
    """Measure shards of 15 runs, by their content."""
    for name, function, goal in (("random_search", "rastrigin", 880.0), ("manta_ray_foraging", "rastrigin", None)):
        folder = Path(tempfile.mkdtemp())
        records = [bb.run(name, function, dim=DIM, instance=k, seed=1, budget=10_000) for k in range(1, 16)]
        with Store(folder) as store:
            for record in records:
                store.append(record)
            size = store.shard.stat().st_size / len(records)
        improvements = sum(len(record.history.evaluations) for record in records) / len(records)
        most = goal or 800 + 10 * improvements
        print(f"bytes per run, {name}: {size:.0f} for {improvements:.0f} improvements (goal {most:.0f})")


_STUDY = """
import sys
import benchbook as bb
if __name__ == "__main__":
    seeds, executor, workers, folder = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    made = bb.study(optimizers="manta_ray_foraging", functions="rastrigin", dims=10, seeds=seeds, budget=20000)
    options = {"workers": workers} if executor != "serial" else {}
    made.run(folder, executor=executor, **options)
"""


def throughput(quick: bool) -> None:
    """Compare two workers with two independent processes; start-up is part of both.

    The processor time of all processes is compared as well, since other work on the machine affects it less.
    """
    seeds = 200 if quick else 1_200
    apart = _seconds([(seeds // 2, "serial", 1)] * 2)
    pool = _seconds([(seeds, "processes", 2)])
    print(f"two workers compared with two independent processes: {_shares(apart, pool)} (goal 0.92)")
    try:
        dask = _seconds([(seeds, "dask", 2)])
        start = _seconds([(1, "dask", 2)])
    except subprocess.CalledProcessError:
        print("Dask: not installed")
        return
    print(f"a local Dask cluster of two, likewise: {_shares(apart, dask)} (goal 0.8); start-up {start[0]:.1f} s")


def _shares(apart: tuple[float, float], together: tuple[float, float]) -> str:
    wall, processor = (one / other for one, other in zip(apart, together, strict=True))
    return f"{wall:.2f} of their throughput, {processor:.2f} by processor time"


def _seconds(jobs: list[tuple[int, str, int]]) -> tuple[float, float]:
    """Return wall and processor seconds."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _STUDY, *map(str, job), tempfile.mkdtemp()],
            stdout=subprocess.DEVNULL,
            env=os.environ,
        )
        for job in jobs
    ]
    for job in started:
        if job.wait():
            raise subprocess.CalledProcessError(job.returncode, "study")
    after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begin
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory(quick: bool) -> None:
    """Return the growth of the resident set over one long run that keeps every value."""
    evaluations = 10**6 if quick else 10**7
    process = psutil.Process()
    made = bb.study(
        optimizers="random_search", functions="sphere", dims=DIM, budget=evaluations, history="all", trace_bytes=10**9
    )
    bb.study(optimizers="random_search", functions="sphere", dims=DIM, budget=10**5, history="all").run(
        tempfile.mkdtemp()
    )
    before = process.memory_info().rss
    record = made.run(tempfile.mkdtemp())[0]
    grown = (process.memory_info().rss - before) / 2**20
    kept = record.trace.rows if record.trace else 0
    print(f"memory, {evaluations:,} evaluations with history='all' ({kept:,} kept): RSS +{grown:.1f} MiB (goal 20)")
