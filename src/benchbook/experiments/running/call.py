"""One call of an experiment: what all of its branches share, and what happens when one of them has ended."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchbook.clock import Clock
from benchbook.errors import UsageError
from benchbook.experiments.branches.branch import Branch, BranchStatus
from benchbook.experiments.branches.container import BranchContainer
from benchbook.experiments.configs.binding import Binding
from benchbook.experiments.configs.pool import Config, Configs
from benchbook.experiments.running.retries import Retries
from benchbook.experiments.strategies.protocol import Plan, Strategy

if TYPE_CHECKING:
    from benchbook.experiments.sinks.recorder import Recorder

log = logging.getLogger(__name__)
Hook = Callable[[Branch], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an experiment does with each branch; `streams` is how it runs a generator function, None for others."""

    name: str
    function: Callable[..., Any]
    is_async: bool
    binding: Binding
    retries: Retries
    timeout_s: float | None
    max_concurrency: int | None
    before: Hook | None
    after: Hook | None
    clock: Clock
    streams: Callable[[Callable[[], Job]], Any] | None = None


@dataclass(slots=True, eq=False)
class Job:
    """A branch to be run: it ends once, by itself or when it is cancelled.

    Attributes:
        call: The call to which it belongs.
        branch: The branch.
        config: Its configuration.
        context: The context variables of the branch.
        stop: For a plain function: set when the branch has ended for any reason.
        done: For a shadow: done when the branch has ended.
        give_up: Called when the branch is cancelled: stops the task, or notifies those waiting for the thread.
    """

    call: Call
    branch: Branch
    config: Config
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    stop: threading.Event | None = None
    done: Future[Branch] | None = None
    give_up: Callable[[], object] | None = None
    _lock: Any = field(default_factory=threading.RLock)

    def begin(self) -> bool:
        """Start the branch; False if it was skipped before its turn came. Sinks are notified of it before its end."""
        with self._lock:
            if self.branch.finished:
                return False
            self.branch.start()
            self.call.recorder.branch_started(self.call, self.branch, self.config)
            return True

    def conclude(self, finish: Callable[..., None], *arguments: Any) -> bool:
        """Finish the branch and notify everybody; False if it was already finished."""
        with self._lock:
            if self.branch.finished:
                return False
            finish(*arguments)
        if self.stop is not None:
            self.stop.set()
        try:
            self.call.branch_ended(self.branch)
        finally:
            if self.done is not None:
                self.done.set_result(self.branch)
        return True

    def skip(self, reason: str) -> bool:
        """Finish the branch as skipped; False if it had ended before."""
        return self.conclude(self.branch.mark_skipped, reason)

    def cancel(self, reason: str) -> bool:
        """End the branch from outside, in any thread; False if it had ended before."""
        ended = self.skip(reason)
        if ended and self.give_up is not None:
            self.give_up()
        return ended


@dataclass(slots=True, eq=False, kw_only=True)
class Call:
    """What the branches of one call share."""

    settings: Settings
    strategy: Strategy
    pool: Configs
    plan: Plan
    recorder: Recorder
    call_id: str
    number: int
    parent: Branch | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    started: tuple[float, float]
    branches: BranchContainer = field(default_factory=BranchContainer)
    ended: tuple[float, float] | None = None
    refusal: UsageError | None = None
    _open: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, branches: BranchContainer) -> None:
        """Take the branches and notify the sinks that the call begins."""
        self.branches = branches
        self._open = len(branches)
        self.recorder.call_started(self)

    def branch_ended(self, branch: Branch) -> None:
        """Notify hook, strategy and sinks; their errors are logged. The call ends with the last branch."""
        hook = self.settings.after
        try:
            self._tell_of(branch, hook)
        finally:
            self._count_down()

    def _tell_of(self, branch: Branch, hook: Hook | None) -> None:
        try:
            if hook is not None:
                hook(branch)
            self.strategy.observe(self.pool, branch)
        except Exception:  # hooks and strategies are user code; the result of the branch is kept
            log.warning("after branch %s of %s:", branch.config_id, self.settings.name, exc_info=True)
        self.recorder.branch_ended(self, branch)

    def _count_down(self) -> None:
        with self._lock:
            self._open -= 1
            last = self._open == 0
        if last:
            clock = self.settings.clock
            self.ended = (clock.now().timestamp(), clock.monotonic_s())
            self.recorder.call_ended(self)

    @property
    def status(self) -> BranchStatus:
        """Success if a foreground branch succeeded; failed if one failed and none succeeded."""
        of_foreground = {branch.status for branch in self.branches if branch.role is self.plan.role}
        for status in (BranchStatus.SUCCESS, BranchStatus.PENDING, BranchStatus.FAILED):
            if status in of_foreground:
                return status
        return BranchStatus.SKIPPED
