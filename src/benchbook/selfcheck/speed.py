"""Speed: processor seconds of fixed pieces of work, without start-up, in rounds over all of them.

Rounds ensure that temporary disturbances affect all of them alike; processor time is hardly affected by other programs.
The work `machine` does not use benchbook: it distinguishes a slower machine from slower code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np

from benchbook.artifacts.codec import decode, encode
from benchbook.artifacts.run_document import to_document
from benchbook.artifacts.store.store import Store
from benchbook.artifacts.validate import check_document
from benchbook.observers import ImprovementHistory
from benchbook.problems import problem
from benchbook.records import RunRecord
from benchbook.records.benchmark import Speed
from benchbook.selfcheck.cells import runs_of_cell
from benchbook.selfcheck.preset import Preset
from benchbook.studies.runs.run import run
from benchbook.tracking import track
from benchbook.tracking.performance import Timed

Clock = Callable[[], float]
_BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A piece of work, and its amount."""

    name: str
    text: str
    amount: float
    unit: str
    do: Callable[[], object]
    clock: Clock = time.process_time


def speed_measures(preset: Preset) -> Iterator[Speed]:
    """Measure all pieces of work in turns, and yield the results."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        works = works_in(folder)
        took: dict[str, list[float]] = {work.name: [] for work in works}
        for _ in range(preset.repeats + 1):
            for work in works:
                start = work.clock()
                work.do()
                took[work.name].append(work.clock() - start)
    for work in works:
        first, *rest = took[work.name]
        timed = Timed(startup_s=first, repeats_s=tuple(rest))
        yield Speed(
            name=work.name,
            text=work.text,
            amount=work.amount,
            unit=work.unit,
            startup_s=timed.startup_s,
            repeats_s=timed.repeats_s,
            median_s=timed.median_s,
            noise=timed.noise,
        )


def works_in(folder: Path) -> list[Work]:
    """Return the pieces of work; files that they need are made in `folder`.

    Each takes about a quarter of a second, so that a difference of a third is above the absolute threshold of 0.1 s.
    """
    record = run("differential_evolution", "rastrigin", dim=10, instance=1, seed=1, budget=20_000)
    document = to_document(record)
    data = encode(document)
    numbers = count()
    return [
        Work(name="machine", text="Python and NumPy alone", amount=1, unit="calls", do=machine),
        Work(
            name="evaluate", text="BBOB f15, 10-D, in batches of 50", amount=200_000, unit="evaluations",
            do=lambda: _evaluate(200_000),
        ),
        Work(
            name="loop", text="manta ray foraging on rastrigin, 10-D, a run alone", amount=100_000, unit="evaluations",
            do=lambda: run("manta_ray_foraging", "rastrigin", dim=10, instance=1, seed=1, budget=100_000),
        ),
        Work(
            name="lockstep", text="manta ray foraging on BBOB f8, 10-D, 15 runs in lockstep", amount=300_000,
            unit="evaluations", do=lambda: _lockstep(20_000),
        ),
        Work(
            name="cma_es", text="CMA-ES on BBOB f10, 10-D, 15 runs in lockstep", amount=75_000, unit="evaluations",
            do=lambda: _lockstep(5_000, "cma_es", "bbob_f10"),
        ),
        Work(name="capture", text="history of improvements, batches of 50", amount=6_000_000, unit="evaluations",
             do=lambda: _capture(6_000_000)),
        Work(name="encode", text="a run's document, written as JSON and compressed", amount=6000, unit="artifacts",
             do=lambda: [encode(document) for _ in range(6000)]),
        Work(name="decode", text="a run's artifact, read and compared with its schema", amount=1200, unit="artifacts",
             do=lambda: [check_document(decode(data)) for _ in range(1200)]),
        Work(name="store", text="runs appended to a store", amount=2500, unit="runs",
             do=lambda: _store(folder / f"store-{next(numbers)}", record)),
        Work(name="track", text="steps of a tracked pipeline, with a metric each", amount=1500, unit="steps",
             do=lambda: _track(folder / f"track-{next(numbers)}", 1500)),
        Work(name="start", text="`import benchbook` and `benchbook --help`, in new processes", amount=4, unit="starts",
             do=_start, clock=_children_s),
    ]  # fmt: skip


def machine() -> None:
    """Do work without benchbook: sort, multiply and sum small arrays."""
    x = np.random.Generator(np.random.PCG64(1)).standard_normal((50, 10))
    total = 0.0
    for k in range(40_000):
        total += float(np.sum(np.sort(x * x + k, axis=0)[0]))
    if not total > 0:
        raise ArithmeticError(f"a sum of squares is {total}")


def _evaluate(evaluations: int) -> None:
    made = problem("bbob_f15", dim=10, instance=1)
    x = np.random.Generator(np.random.PCG64(1)).uniform(-5, 5, (_BATCH, 10))
    for _ in range(evaluations // _BATCH):
        made(x)


def _lockstep(budget: int, name: str = "manta_ray_foraging", function: str = "bbob_f8") -> None:
    runs_of_cell(name, function, dim=10, instances=range(1, 16), budget=budget)


def _capture(evaluations: int) -> None:
    history = ImprovementHistory()
    x = np.zeros((_BATCH, 10))
    fx = np.random.Generator(np.random.PCG64(1)).uniform(1, 2, (64, _BATCH))
    for k in range(evaluations // _BATCH):
        history.observe(k * _BATCH, x, fx[k % 64] / (1 + k), True)
    if not len(history.history.evaluations):
        raise AssertionError("a history of falling values is empty")


def _store(folder: Path, record: RunRecord) -> None:
    with Store(folder) as store:
        for _ in range(2500):
            store.append(record)


def _track(root: Path, steps: int) -> None:
    with track("speed", total=steps, telemetry=False, root=root) as pipeline:
        for k in range(steps):
            with pipeline.step(f"step {k}") as step:
                step.metric("loss", 1.0)


def _start() -> None:
    for arguments in 2 * (["-c", "import benchbook"], ["-m", "benchbook", "--help"]):
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)


def _children_s() -> float:
    """Return the processor seconds of child processes that have ended; if unknown, wall-clock time."""
    times = os.times()
    spent = times.children_user + times.children_system
    return spent if os.name == "posix" else time.perf_counter()
