"""Checks of memory and of the size of artifacts: limits for quick runs, and for full runs of a function."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchbook.artifacts.store.store import Store
from benchbook.optimizers.catalog import NATIVE
from benchbook.records.benchmark import Check
from benchbook.selfcheck.cells import runs_of_cell

QUICK_MB = 100.0
FULL_MB = 50.0
REPETITIONS = 15
FULL_DIM, FULL_BUDGET_PER_DIM = 10, 10_000
_FULL_CELLS = 4 + 2 + 4  # in up to 10 dimensions at most the size in 10, in 20 and 40 two and four times that
# Largest growth in a quick run, and of the process over all of them, with each value kept in a trace.
QUICK_RUNS = """
import tempfile
import benchbook as bb
from benchbook.optimizers.catalog import NATIVE
from benchbook.studies.runs.provenance import MemoryWatch
bb.run("random_search", "sphere", dim=2, instance=1, budget=10)
whole, grown = MemoryWatch(), []
with tempfile.TemporaryDirectory() as folder:
    for factory in NATIVE:
        record = bb.run(factory.name, "bbob_f8", dim=5, budget=2500, history="all", points=True, trace_to=folder)
        grown.append(record.memory.grown_bytes)
print(max(whole.memory().grown_bytes, *grown))
"""


def footprint_checks() -> Iterator[Check]:
    """Yield the checks, one after the other."""
    yield quick_memory()
    yield full_size()


def quick_memory() -> Check:
    """Check how much a process grows that keeps every point of quick runs."""
    done = subprocess.run([sys.executable, "-c", QUICK_RUNS], capture_output=True, text=True, check=False)
    measured = int(done.stdout) / 1e6 if done.returncode == 0 else math.inf
    text = "Quick runs of all native optimizers with a trace of all points; MB by which their process grows"
    return Check(name="memory_quick", text=text, measured=measured, limit=QUICK_MB, detail=done.stderr[-200:].strip())


def full_size() -> Check:
    """Check how large the artifact of a function is after a full study of all native optimizers.

    The 15 repetitions of an optimizer with many improvements are measured in 10-D, and the others extrapolated from
    them.
    """
    records = runs_of_cell(
        "manta_ray_foraging",
        "bbob_f8",
        dim=FULL_DIM,
        instances=range(1, REPETITIONS + 1),
        budget=FULL_BUDGET_PER_DIM * FULL_DIM,
    )
    with tempfile.TemporaryDirectory() as folder:
        with Store(Path(folder)) as store:
            for record in records:
                store.append(record)
        taken = sum(path.stat().st_size for path in Path(folder).rglob("*.zst"))
    measured = taken * len(NATIVE) * _FULL_CELLS / 1e6
    text = "The runs of a function in a full study of all native optimizers; MB of its artifact"
    return Check(name="size_full", text=text, measured=measured, limit=FULL_MB, detail=f"{taken:,} bytes per cell")
