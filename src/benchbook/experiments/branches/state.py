"""Everything known about a branch: what it is, when it ran, and its outcome."""

from __future__ import annotations

import copy
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import text_of, unicode_of
from benchbook.experiments.configs.ids import config_id_of, new_id
from benchbook.records.experiment import BranchException, BranchStatus, Metric, Role

if TYPE_CHECKING:
    import asyncio


def failure_of(error: BaseException) -> BranchException:
    """Return an exception as a record, with its traceback."""
    try:
        text = unicode_of("".join(traceback.format_exception(error)))
    except Exception as failure:  # noqa: BLE001  # notes and causes are the user's objects, too
        text = f"<its traceback cannot be made: {type(failure).__name__}>"
    return BranchException(type=type(error).__qualname__, message=text_of(error), traceback=text, original=error)


class Listener(Protocol):
    """Receives what a running branch reports."""

    def metrics(self, branch: BranchState, metrics: Mapping[str, float], step: int | None) -> None:
        """Receive numbers, all of one step."""

    def artifact(self, branch: BranchState, name: str, data: bytes) -> None:
        """Receive a file."""


class BranchState:
    """Everything known about a branch; read-only."""

    __slots__ = (
        "__weakref__",
        "_attempts",
        "_branch_id",
        "_call_id",
        "_cancel",
        "_clock",
        "_config",
        "_config_id",
        "_ended",
        "_exception",
        "_experiment",
        "_files",
        "_listener",
        "_lock",
        "_loop",
        "_metrics",
        "_output",
        "_parent_id",
        "_reason",
        "_role",
        "_started",
        "_status",
        "_watchers",
    )

    def __init__(
        self,
        *,
        config: Any,
        config_id: str | None = None,
        experiment: str = "",
        call_id: str = "",
        branch_id: str | None = None,
        parent_id: str | None = None,
        role: Role = Role.BRANCH,
        clock: Clock = SYSTEM_CLOCK,
        listener: Listener | None = None,
    ) -> None:
        self._config_id = config_id_of(config) if config_id is None else config_id
        self._experiment = experiment
        self._call_id = call_id
        self._branch_id = branch_id or new_id()
        self._parent_id = parent_id
        self._role = role
        self._config = config
        self._clock = clock
        self._listener = listener
        self._lock = threading.Lock()
        self._watchers: tuple[Callable[[Any], object], ...] = ()
        self._cancel: Callable[[str], bool] | None = None  # set by the runner
        self._loop: asyncio.AbstractEventLoop | None = None  # the caller's loop, if the branch is one of its tasks
        self._status = BranchStatus.PENDING
        self._output: Any = None
        self._exception: BranchException | None = None
        self._reason: str | None = None
        self._attempts = 0
        self._started: tuple[float, float] | None = None
        self._ended: tuple[float, float] | None = None
        self._metrics: list[Metric] = []
        self._files: list[str] = []

    def __repr__(self) -> str:
        took = "" if self.duration_s is None else f", {self.duration_s:.3g} s"
        return f"Branch({self.config_id}, {self.role.value}, {self._status.value}{took})"

    @property
    def config_id(self) -> str:
        """Name of the configuration."""
        return self._config_id

    @property
    def experiment(self) -> str:
        """Name of the experiment."""
        return self._experiment

    @property
    def call_id(self) -> str:
        """The call to which it belongs."""
        return self._call_id

    @property
    def branch_id(self) -> str:
        """Its unique name."""
        return self._branch_id

    @property
    def parent_id(self) -> str | None:
        """The branch within which the call was made; None at the top level."""
        return self._parent_id

    @property
    def role(self) -> Role:
        """Its role in the call."""
        return self._role

    @property
    def config(self) -> Any:
        """A copy of the configuration, so that changing it does not change the branch."""
        return copy.deepcopy(self._config)

    @property
    def status(self) -> BranchStatus:
        """Its status."""
        return self._status

    @property
    def finished(self) -> bool:
        """Whether it has ended; a long plain function can check whether anybody is still waiting for it."""
        return self._status is not BranchStatus.PENDING

    @property
    def output(self) -> Any:
        """What the function returned; None if it did not."""
        return self._output

    @property
    def exception(self) -> BranchException | None:
        """Why it failed; None if it did not."""
        return self._exception

    @property
    def reason(self) -> str | None:
        """Why it was skipped; None if it was not."""
        return self._reason

    @property
    def attempts(self) -> int:
        """How often the function was called: more than once if it was retried."""
        return self._attempts

    @property
    def started_at_s(self) -> float | None:
        """When it started, in seconds since the epoch; None before."""
        return self._started and self._started[0]

    @property
    def ended_at_s(self) -> float | None:
        """When it ended, in seconds since the epoch; None before."""
        return self._ended and self._ended[0]

    @property
    def started_monotonic_s(self) -> float | None:
        """When it started, in seconds of the monotonic clock; None before."""
        return self._started and self._started[1]

    @property
    def ended_monotonic_s(self) -> float | None:
        """When it ended, in seconds of the monotonic clock; None before."""
        return self._ended and self._ended[1]

    @property
    def duration_s(self) -> float | None:
        """Seconds it took, by the monotonic clock; None before it ended, 0 if it never started."""
        if self._ended is None:
            return None
        return 0.0 if self._started is None else self._ended[1] - self._started[1]

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The numbers the function reported, in order."""
        return tuple(self._metrics)

    @property
    def artifacts(self) -> tuple[str, ...]:
        """Names of the files the function reported, in order."""
        return tuple(self._files)
