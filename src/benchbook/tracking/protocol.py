"""What the parts of a tracked pipeline need from it; `Pipeline` provides it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from benchbook.records.pipeline import Eta, PipelineState
from benchbook.tracking.counter import Counter

Listener = Callable[[dict[str, Any]], None]


class ShownPipeline(Protocol):
    """A pipeline as a terminal sees it."""

    @property
    def state(self) -> PipelineState:
        """Its state so far."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""

    def eta(self) -> Eta | None:
        """Return the estimated remaining time."""


class TrackedPipeline(Protocol):
    """A pipeline as steps, telemetry, smoke tests and mirrors see it."""

    name: str
    evaluations: Counter

    @property
    def state(self) -> PipelineState:
        """Its state so far."""

    @property
    def run_id(self) -> str:
        """Unique name of the run."""

    @property
    def folder(self) -> Path:
        """Folder of the run."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""

    def now(self) -> str:
        """Return the present moment as a time stamp."""

    def emit(self, kind: str, fields: Callable[[PipelineState], dict[str, Any]], *, boundary: bool = False) -> None:
        """Write an event and apply it to the state."""

    def hear(self, event: dict[str, Any]) -> None:
        """Pass an event that is stored elsewhere to the listeners."""

    def count(self, evaluations: int) -> None:
        """Count evaluations."""

    def eta(self) -> Eta | None:
        """Return the estimated remaining time; None if there is nothing to base it on."""

    def eta_after(self, state: PipelineState, t: float) -> dict[str, Any] | None:
        """Return the prediction at a moment."""

    def add_listener(self, listener: Listener, at_end: Callable[[], None] | None = None) -> None:
        """Add a listener that receives each event until the end."""
