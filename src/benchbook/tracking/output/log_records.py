"""Steps of a pipeline as records of the standard logging: progress, elapsed time and time left."""

from __future__ import annotations

import logging

from benchbook.tracking.output.reports import duration_text
from benchbook.tracking.protocol import TrackedPipeline

STEPS = "benchbook.tracking.steps"
log = logging.getLogger(STEPS)


def announce(pipeline: TrackedPipeline, index: int, label: str, what: str) -> None:
    """Log at level INFO that step `index` has started or how it ended, with elapsed and remaining time."""
    if not log.isEnabledFor(logging.INFO):
        return
    eta = pipeline.eta()
    left = "not known yet" if eta is None else duration_text(eta.remaining_s)
    log.info(
        "%s: step %d of %s, %s, %s; elapsed %s, left %s",
        pipeline.name, index, pipeline.state.planned_text, label, what, duration_text(pipeline.elapsed_s), left,
    )  # fmt: skip
