"""What a strategy decides for one call, and the protocol of strategies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from benchbook.experiments.branches.branch import Branch, Role
from benchbook.experiments.configs.pool import Config, Configs


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done in one call.

    Attributes:
        foreground: Configurations that run now; the caller waits for them.
        shadows: Configurations that run in the background.
        returns: What the call returns: the `result` of the only foreground branch (whose failure raises), or all
            `branches` (where failures are branches).
        first_success: Whether the first success ends the call and the other branches are skipped.
        max_concurrency: How many foreground branches run at once; None: the experiment's own number.
        background: How the shadows run; None if there are none.
    """

    foreground: tuple[Config, ...]
    shadows: tuple[Config, ...] = ()
    returns: Literal["result", "branches"] = "result"
    first_success: bool = False
    max_concurrency: int | None = None
    background: Background | None = None

    @property
    def role(self) -> Role:
        """The role of the foreground branches."""
        return Role.PRIMARY if self.background is not None else Role.BRANCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How shadows run.

    Attributes:
        max_concurrency: How many of an experiment's shadows run at once, over all of its calls.
        backlog: How many may wait; further ones are skipped, so that memory stays bounded.
        drain_timeout_s: How long the interpreter waits for them at exit.
        where: `background`: async shadows have their own event loop and thread, and cannot delay the primary; `caller`:
            they share the caller's loop, and end with it.
    """

    max_concurrency: int = 64
    backlog: int = 10_000
    drain_timeout_s: float = 10.0
    where: Literal["background", "caller"] = "background"


@runtime_checkable
class Strategy(Protocol):
    """Decides which configurations a call uses, and how.

    `plan` is called once per call, also by many threads and tasks at once; state that it keeps must be protected.
    `observe` is called with each branch that has ended, in any thread.
    """

    @property
    def name(self) -> str:
        """Its name in records."""

    def plan(self, pool: Configs) -> Plan:
        """Return the plan of one call."""

    def observe(self, pool: Configs, branch: Branch) -> None:
        """Learn from a branch that has ended."""


StrategyFactory = Callable[..., Any]
