"""Results of a run whose process was killed: written to a file during the run, read by the process that killed it.

A call that hangs in native code reacts to no signal; its process is ended from outside, and its memory is lost. So a
run with a time limit records its progress in a file: two counters in mapped memory, followed by an entry for each batch
with an improvement. The operating system keeps both when the process is killed.
"""

from __future__ import annotations

import logging
import math
import mmap
import os
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchbook.clock import SYSTEM_CLOCK, timestamp
from benchbook.records import Environment, History, TraceRecord, as_plain, from_plain
from benchbook.studies.runs import provenance
from benchbook.typing import FloatArray

log = logging.getLogger(__name__)
_COUNTERS = struct.Struct("=qq")  # evaluations, and how many of them gave no finite number
_ENTRY = struct.Struct("=qq")  # evaluations at its end, and improvements; of a JSON text its tag, and bytes
_HEADER, _TRACE = -1, -2


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvagedRun:
    """Results of a run when its process was killed; the fields are those of `RunRecord`."""

    created_at: str
    environment: Environment
    evaluations: int
    invalid_evaluations: int
    history: History
    best_solution: FloatArray | None
    trace: TraceRecord | None


class SalvageWriter:
    """An observer that writes to a file what would be lost with the process."""

    def __init__(self, path: Path, packages: tuple[str, ...]) -> None:
        """Make the file; `packages` are the distributions of the optimizer.

        Raises:
            OSError: It cannot be made.
        """
        self._best = math.inf
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(self._file, bytes(_COUNTERS.size))
        self._map = mmap.mmap(self._file, _COUNTERS.size)
        self._counters = memoryview(self._map).cast("q")
        self._broken = False
        about = {
            "created_at": timestamp(SYSTEM_CLOCK.now()),
            "environment": as_plain(provenance.environment(packages)),
        }
        self._append_json(_HEADER, about)

    def observe(self, evaluations: int, x: FloatArray, fx: FloatArray, improved: bool, /) -> None:
        """Record a batch; see `benchbook.protocols.Observer`."""
        end = evaluations + len(fx)
        if improved:
            self._improvements(evaluations, end, x, fx)
        if fx.max() == math.inf:
            self._counters[1] += int(np.count_nonzero(np.isinf(fx)))
        self._counters[0] = end

    def note_trace(self, trace: TraceRecord) -> None:
        """Record the location of the trace, as far as it is written."""
        self._append_json(_TRACE, as_plain(trace))

    def close(self) -> None:
        """Remove the file: the run has ended, and its record is complete."""
        self._counters.release()
        self._map.close()
        os.close(self._file)
        self._path.unlink(missing_ok=True)

    def _improvements(self, evaluations: int, end: int, x: FloatArray, fx: FloatArray) -> None:
        running = np.minimum.accumulate(np.minimum(fx, self._best))
        rows = np.flatnonzero(running < np.concatenate(([self._best], running[:-1])))
        self._best = float(running[-1])
        at = (rows + evaluations + 1).astype(np.int64)
        parts = (_ENTRY.pack(end, len(rows)), at.tobytes(), fx[rows].tobytes(), x[rows[-1]].astype(float).tobytes())
        self._append(b"".join(parts))

    def _append_json(self, tag: int, document: Any) -> None:
        text = orjson.dumps(document)
        self._append(_ENTRY.pack(tag, len(text)) + text)

    def _append(self, entry: bytes) -> None:
        if self._broken:
            return
        try:
            self._broken = os.write(self._file, entry) < len(entry)
        except OSError as error:
            self._broken = True
            log.info("a run that is killed will be recorded with incomplete results: %s", error.strerror or error)


def read_salvaged(path: Path, dim: int) -> SalvagedRun | None:
    """Return the results of a killed run, and remove its file; None if it had not begun.

    Args:
        path: The file.
        dim: Number of variables.
    """
    try:
        data = path.read_bytes()
        path.unlink()
    except OSError:
        return None
    if len(data) < _COUNTERS.size:
        return None
    return _Reader(data, dim).read()


class _Reader:
    """Reads entries up to the first that the kill left incomplete."""

    def __init__(self, data: bytes, dim: int) -> None:
        self._data = data
        self._dim = dim
        self._about: dict[str, Any] | None = None
        self._trace: TraceRecord | None = None
        self._evaluations, self._invalid = _COUNTERS.unpack_from(data)
        self._at: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
        self._values: list[FloatArray] = [np.empty(0)]
        self._solution: FloatArray | None = None

    def read(self) -> SalvagedRun | None:
        offset = _COUNTERS.size
        while offset + _ENTRY.size <= len(self._data):
            tag, count = _ENTRY.unpack_from(self._data, offset)
            start = offset + _ENTRY.size
            offset = start + (count if tag < 0 else 8 * (2 * count + self._dim))
            if offset > len(self._data):
                break
            self._take(tag, count, start)
        if self._about is None:
            return None
        trace = self._trace
        if trace is not None and trace.lost_from is not None and trace.lost_from > self._evaluations:
            trace = replace(trace, lost_from=None)
        return SalvagedRun(
            created_at=self._about["created_at"],
            environment=from_plain(Environment, self._about["environment"]),
            evaluations=self._evaluations,
            invalid_evaluations=self._invalid,
            history=History(evaluations=np.concatenate(self._at), best_values=np.concatenate(self._values)),
            best_solution=self._solution,
            trace=trace,
        )

    def _take(self, tag: int, count: int, start: int) -> None:
        if tag < 0:
            document = orjson.loads(self._data[start : start + count])
            if tag == _HEADER:
                self._about = document
            else:
                self._trace = TraceRecord(**document)
            return
        self._evaluations = max(self._evaluations, tag)
        self._at.append(np.frombuffer(self._data, np.int64, count, start).copy())
        self._values.append(np.frombuffer(self._data, np.float64, count, start + 8 * count).copy())
        self._solution = np.frombuffer(self._data, np.float64, self._dim, start + 16 * count).copy()
