"""A step of a tracked pipeline, as the code that does the work sees it."""

from __future__ import annotations

import asyncio
import math
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import text_of
from benchbook.records.pipeline import PipelineState, StepStatus
from benchbook.tracking import given
from benchbook.tracking.counter import Counter
from benchbook.tracking.output.log_records import announce

if TYPE_CHECKING:
    from benchbook.tracking.protocol import TrackedPipeline

_PAUSE_S = 0.5  # seconds between two events of progress
_LONGEST_REASON = 500


class Step:
    """A step that runs; `with pipeline.step(label) as step:` makes one."""

    def __init__(self, pipeline: TrackedPipeline, label: str) -> None:
        """Write that it started."""
        self.label = given.text(label)
        self.index = 0
        self._pipeline = pipeline
        self._over = threading.Lock()
        self._progress_t = -math.inf
        self._counted_before = pipeline.evaluations.value
        self._counted = Counter()
        self._started_t = pipeline.elapsed_s
        pipeline.emit("step_started", self._start, boundary=True)
        announce(pipeline, self.index, label, "started")

    def _start(self, state: PipelineState) -> dict[str, Any]:
        self.index = state.place_of(self.label)
        eta = self._pipeline.eta_after(state, self._started_t)
        return {"step": self.index, "label": self.label, "eta": eta}

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """Report a number; `step` is its position on an axis, such as the epoch."""
        fields = {"name": given.text(name), "value": given.number(value), "x": given.place(step)}
        self._pipeline.emit("metric", lambda _: {"step": self.index, **fields})

    def artifact(self, path: Path | str) -> None:
        """Name a file that the step made."""
        try:
            size = Path(os.fsdecode(path)).stat().st_size
        except (OSError, ValueError, TypeError):  # it may be any text, even an impossible file name
            size = None
        self._pipeline.emit("artifact", lambda _: {"step": self.index, "path": given.text(path), "bytes": size})

    def progress(self, done: float, total: float) -> None:
        """Report how much of the step is done, which improves the ETA; frequent calls are cheap."""
        t = self._pipeline.elapsed_s
        if t - self._progress_t < _PAUSE_S:
            return
        part, whole = given.number(done), given.number(total)
        if isinstance(part, str) or isinstance(whole, str) or whole <= 0:
            return
        self._progress_t = t
        fraction = min(1.0, max(0.0, part / whole))
        self._pipeline.emit("progress", lambda _: {"step": self.index, "fraction": fraction})

    def count(self, evaluations: int) -> None:
        """Count evaluations that were done, for the rate in the telemetry."""
        self._counted.add(evaluations)
        self._pipeline.count(evaluations)

    def end(self, status: StepStatus = StepStatus.COMPLETED, reason: str | None = None) -> None:
        """Write that it is over; a step ends once."""
        if self._over.acquire(blocking=False):
            took = max(0.0, self._pipeline.elapsed_s - self._started_t)
            self._pipeline.emit("step_ended", lambda state: self._end(state, status, reason, took), boundary=True)
            announce(self._pipeline, self.index, self.label, status.value)

    def _end(self, state: PipelineState, status: StepStatus, reason: str | None, took: float) -> dict[str, Any]:
        mine = state.steps[self.index - 1] if 0 < self.index <= len(state.steps) else None
        if mine is not None:  # so that the estimate counts it as done
            mine.status, mine.duration_s = status, took
        return {
            "step": self.index,
            "status": status.value,
            "duration_s": took,
            "reason": reason,
            # What the step itself counted, or else everything counted while it ran.
            "evaluations": self._counted.value or self._pipeline.evaluations.value - self._counted_before,
            "eta": self._pipeline.eta_after(state, self._started_t + took),
        }


def why(error: BaseException | None) -> tuple[StepStatus, str | None]:
    """Return the status after an exception, and the reason in words."""
    if error is None:
        return StepStatus.COMPLETED, None
    text = " ".join(f"{type(error).__name__}: {text_of(error)}".split())[:_LONGEST_REASON].rstrip(": ")
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | asyncio.CancelledError):
        return StepStatus.CANCELLED, text
    return StepStatus.FAILED, text
