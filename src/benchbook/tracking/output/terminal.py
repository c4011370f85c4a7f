"""What a tracked script shows on a terminal: each step's number, the elapsed time, and the ETA."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import Any

from benchbook.tracking.output.log_records import STEPS
from benchbook.tracking.output.reports import duration_text
from benchbook.tracking.protocol import ShownPipeline

_WORDS = {"step_started": "", "step_ended": "ended", "step_skipped": "skipped"}


def wanted(show: bool | None) -> bool:
    """Return whether to show the steps: unless specified, only on a terminal to which logging does not write them."""
    if show is not None:
        return show
    with contextlib.suppress(Exception):  # a stream may be closed, None, or an object of the user
        return sys.stderr.isatty() and not _is_logged_there()
    return False


def _is_logged_there() -> bool:
    """Return whether log records of steps reach standard error, where each line would then appear twice."""
    logger: logging.Logger | None = logging.getLogger(STEPS)
    if not logging.getLogger(STEPS).isEnabledFor(logging.INFO):
        return False
    while logger is not None:
        for handler in logger.handlers:
            if getattr(handler, "stream", None) is sys.stderr and handler.level <= logging.INFO:
                return True
        logger = logger.parent if logger.propagate else None
    return False


class Shown:
    """Writes a line to standard error when a step begins and when it ends."""

    def __init__(self, pipeline: ShownPipeline) -> None:
        """Keep whom to ask."""
        self._pipeline = pipeline

    def hear(self, event: dict[str, Any]) -> None:
        """Take an event."""
        if event["event"] not in _WORDS:
            return
        state = self._pipeline.state
        step = state.steps[event["step"] - 1]
        done = event.get("status", _WORDS[event["event"]])
        eta = self._pipeline.eta()
        parts = [
            f"step {step.index} of {state.planned_text}: {step.label}{f' {done}' if done else ''}",
            f"{duration_text(self._pipeline.elapsed_s)} elapsed",
            *([f"about {duration_text(eta.remaining_s)} left"] if eta is not None else []),
        ]
        sys.stderr.write(f"{', '.join(parts)}\n")
        sys.stderr.flush()
