"""What the recorder needs from a call; `benchbook.experiments.running.call.Call` has it."""

from __future__ import annotations

from typing import Protocol

from benchbook.experiments.branches.branch import Branch, BranchStatus
from benchbook.experiments.branches.container import BranchContainer
from benchbook.experiments.configs.pool import Configs


class Named(Protocol):
    """Something with a name."""

    @property
    def name(self) -> str:
        """Its name."""


class RecordedCall(Protocol):
    """A call as sinks see it."""

    @property
    def settings(self) -> Named:
        """Settings of the experiment; the name is the experiment's."""

    @property
    def strategy(self) -> Named:
        """The strategy."""

    @property
    def pool(self) -> Configs:
        """All configurations."""

    @property
    def call_id(self) -> str:
        """Unique name of the call."""

    @property
    def parent(self) -> Branch | None:
        """The branch within which the call was made."""

    @property
    def started(self) -> tuple[float, float]:
        """Seconds since the epoch, and of the monotonic clock."""

    @property
    def ended(self) -> tuple[float, float] | None:
        """The same at its end; None before."""

    @property
    def branches(self) -> BranchContainer:
        """Its branches."""

    @property
    def status(self) -> BranchStatus:
        """Its status."""
