"""Traces of runs: an observer that writes into a file of this process, beside the store's shards."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from benchbook.artifacts.trace import TraceFile, TraceWriter
from benchbook.records import TraceRecord
from benchbook.tracking.rows import EveryValue, GenerationStatistics
from benchbook.typing import FloatArray

# Values of 2 million evaluations, or points of a tenth of them in 10-D.
TRACE_BYTES = 16 * 1024 * 1024


class TraceObserver:
    """Watches one run and writes its trace."""

    def __init__(self, writer: TraceWriter, keeper: EveryValue | GenerationStatistics) -> None:
        """Take who writes, and who keeps the rows until then."""
        self._writer = writer
        self._keeper = keeper

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Keep a batch; see `benchbook.protocols.Observer`."""
        if not self._writer.full:
            self._keeper.observe(evaluations, x, fx, improved)

    def finish(self) -> TraceRecord:
        """Write what is left, and return where the trace lies."""
        self._keeper.flush()
        return self._writer.finish()


def observer_for(store: Path, history: str, *, points: bool, most_bytes: int) -> TraceObserver | None:
    """Return what writes the trace of a run; None where only improvements are kept."""
    if history == "improvements":
        return None
    writer = TraceWriter(_file(store), history, points=points and history == "all", most_bytes=most_bytes)
    keeper = EveryValue(writer.write, points=points) if history == "all" else GenerationStatistics(writer.write)
    return TraceObserver(writer, keeper)


@lru_cache(maxsize=4)
def _file(store: Path) -> TraceFile:
    return TraceFile(store)
