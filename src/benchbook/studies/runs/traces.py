"""Traces of runs: an observer that writes to a file of this process, next to the store's shards."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from benchbook.artifacts.store.trace import TraceFile, TraceWriter
from benchbook.clock import SYSTEM_CLOCK
from benchbook.observers.trace_rows import EveryValue, GenerationStatistics
from benchbook.observers.triggers import AtTriggers
from benchbook.protocols import Problem
from benchbook.records import TraceRecord
from benchbook.typing import FloatArray

# Values of 2 million evaluations, or points of a tenth of them in 10-D.
TRACE_BYTES = 16 * 1024 * 1024
WITH_POINTS = ("triggers", "all")
_LONGEST_S = 1.0


class TraceObserver:
    """Watches one run and writes its trace."""

    def __init__(
        self,
        writer: TraceWriter,
        recorder: EveryValue | GenerationStatistics | AtTriggers,
        so_far: Callable[[TraceRecord], None] | None = None,
    ) -> None:
        """Take the writer, the buffer of rows, and a function that is called with the location of the growing trace.

        With `so_far`, rows are written at least every second, so that they survive a kill.
        """
        self._writer = writer
        self._recorder = recorder
        self._so_far = so_far
        self._written_s = SYSTEM_CLOCK.monotonic_s()
        if so_far is not None:
            so_far(writer.so_far())

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Keep a batch; see `benchbook.protocols.Observer`."""
        if self._writer.full:
            return
        self._recorder.observe(evaluations, x, fx, improved)
        if self._so_far is not None and SYSTEM_CLOCK.monotonic_s() - self._written_s >= _LONGEST_S:
            self._recorder.flush()
            self._so_far(self._writer.so_far())
            self._written_s = SYSTEM_CLOCK.monotonic_s()

    def finish(self) -> TraceRecord:
        """Write the remaining rows, and return the location of the trace."""
        if isinstance(self._recorder, AtTriggers):
            self._recorder.end()
        else:
            self._recorder.flush()
        return self._writer.finish()


def observer_for(
    store: Path,
    history: str,
    *,
    problem: Problem,
    budget: int,
    points: bool,
    most_bytes: int,
    so_far: Callable[[TraceRecord], None] | None = None,
) -> TraceObserver | None:
    """Return the observer that writes the trace of a run; None if only improvements are kept.

    Args:
        store: Folder of the store.
        history: What is kept: `improvements`, `triggers`, `population` or `all`.
        problem: The problem of the run.
        budget: Evaluations of the run at most.
        points: Whether `triggers` and `all` keep the points.
        most_bytes: Bytes that the trace may take.
        so_far: Called with the location of the trace whenever it has grown.
    """
    if history == "improvements":
        return None
    points = points and history in WITH_POINTS
    writer = TraceWriter(_file(store), history, points=points, most_bytes=most_bytes)
    recorder: EveryValue | GenerationStatistics | AtTriggers
    if history == "all":
        recorder = EveryValue(writer.write, points=points)
    elif history == "population":
        recorder = GenerationStatistics(writer.write)
    else:
        recorder = AtTriggers(writer.write, budget=budget, dim=problem.dim, f_opt=problem.f_opt, points=points)
    return TraceObserver(writer, recorder, so_far)


@lru_cache(maxsize=4)
def _file(store: Path) -> TraceFile:
    return TraceFile(store)
