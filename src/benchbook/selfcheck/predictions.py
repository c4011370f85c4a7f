"""Errors of the predictions of tracked pipelines whose steps have random durations.

The clock is moved by hand, so that hours of pipelines take no time.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchbook.clock import ManualClock
from benchbook.records.benchmark import Check
from benchbook.records.pipeline import PipelineState
from benchbook.tracking import Step, track

LIMIT = 0.20  # of the whole duration, from the end of the second step on
_CHANCE = 0.05  # standard deviation of the logarithm of a step's duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of pipeline: seconds of its steps, the work that it announces, and what is known in advance.

    Attributes:
        pace: How much slower it is than its earlier runs.
        earlier: How many earlier runs there are.
        at_a_time: Number of steps that run in parallel.
    """

    name: str
    seconds: tuple[float, ...]
    weights: tuple[float, ...] | None = None
    earlier: int = 0
    pace: float = 1.0
    at_a_time: int = 1


UNEVEN = (10.0, 300.0, 40.0, 5.0, 90.0)
KINDS = (
    Kind(name="even steps, first run", seconds=(20.0,) * 8),
    Kind(name="even steps, three earlier runs, 1.5 x slower", seconds=(20.0,) * 8, earlier=3, pace=1.5),
    Kind(name="uneven steps, three earlier runs", seconds=UNEVEN, earlier=3),
    Kind(name="uneven steps, three earlier runs, 1.5 x slower", seconds=UNEVEN, earlier=3, pace=1.5),
    Kind(name="uneven steps of announced work, first run", seconds=UNEVEN, weights=tuple(s / 7 for s in UNEVEN)),
    Kind(name="even steps, two at a time, first run", seconds=(20.0,) * 12, at_a_time=2),
    Kind(name="even steps, two at a time, three earlier runs", seconds=(20.0,) * 12, earlier=3, at_a_time=2),
)


def prediction_checks() -> Iterator[Check]:
    """Yield a check for each kind: the greatest error from the end of the second step on."""
    for number, kind in enumerate(KINDS):
        errors = errors_of(kind, seed=number)
        shown = ", ".join(f"{done}: {100 * error:+.0f} %" for done, error in errors.items())
        late = [abs(error) for done, error in errors.items() if done >= 2]
        measured = max(late) if late else float("nan")
        text = f"Time left of a pipeline of {kind.name}: greatest error after the second step"
        yield Check(name=f"eta_{number + 1}", text=text, measured=measured, limit=LIMIT, detail=f"after step {shown}")


def errors_of(kind: Kind, seed: int) -> dict[int, float]:
    """Return the relative error of the last prediction by steps that were over."""
    rng = np.random.default_rng([20200, seed])
    quiet = logging.getLogger("benchbook.tracking")
    before, quiet.disabled = quiet.disabled, True
    try:
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(kind.earlier):
                _tracked(kind, 1.0, rng, Path(folder))
            state = _tracked(kind, kind.pace, rng, Path(folder))
    finally:
        quiet.disabled = before
    return {one.done: one.error for one in state.eta_errors}


def _tracked(kind: Kind, pace: float, rng: np.random.Generator, root: Path) -> PipelineState:
    clock = ManualClock()
    labels = [f"step {k + 1}" for k in range(len(kind.seconds))]
    with track("eta", steps=labels, weights=kind.weights, telemetry=False, root=root, clock=clock) as pipeline:
        waiting = list(zip(labels, kind.seconds, strict=True))
        running: list[tuple[float, Step]] = []
        while waiting or running:
            while waiting and len(running) < kind.at_a_time:
                label, seconds = waiting.pop(0)
                ends = clock.monotonic_s() + pace * seconds * float(rng.lognormal(0.0, _CHANCE))
                running.append((ends, pipeline.begin_step(label)))
            running.sort(key=lambda item: item[0])
            ends, step = running.pop(0)
            clock.advance(ends - clock.monotonic_s())
            step.end()
    return pipeline.state
