"""The strategies whose choice does not depend on chance: single, round robin, shadow, multi-branch."""

from __future__ import annotations

import threading
from typing import Literal
from weakref import WeakKeyDictionary

from benchbook.errors import UsageError
from benchbook.experiments.branches.branch import Branch
from benchbook.experiments.configs.pool import Configs
from benchbook.experiments.strategies.protocol import Background, Plan
from benchbook.whole_numbers import check_whole


class Single:
    """Always run the same configuration.

    Args:
        config: Its place in the pool, or its name.
    """

    name = "single"

    def __init__(self, config: int | str = 0) -> None:
        self.config = config

    def plan(self, pool: Configs) -> Plan:
        """Run the one configuration."""
        return Plan(foreground=(pool.pick(self.config),))

    def observe(self, pool: Configs, branch: Branch) -> None:
        """Do nothing."""


class RoundRobin:
    """Run one configuration per call, in turn: k calls over n configurations use each k/n times, rounded down or up.

    The turn belongs to the pool, so that one instance may serve several experiments.

    Args:
        start: Place of the configuration that the first call uses.
    """

    name = "round_robin"

    def __init__(self, start: int = 0) -> None:
        self.start = start
        self._turns: WeakKeyDictionary[Configs, int] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def plan(self, pool: Configs) -> Plan:
        """Run the configuration whose turn it is; taking a turn is atomic."""
        with self._lock:
            turn = self._turns.get(pool, self.start)
            self._turns[pool] = turn + 1
        return Plan(foreground=(pool[turn % len(pool)],))

    def observe(self, pool: Configs, branch: Branch) -> None:
        """Do nothing."""


class Shadow:
    """Run a primary and return its result; run the others in the background, recorded, never raised.

    Args:
        primary: Place or name of the primary configuration.
        max_concurrency: How many shadows run at once, over all calls of the experiment.
        backlog: How many may wait; further ones are skipped.
        drain_timeout_s: How long the interpreter waits for shadows at exit.
        where: `background` or `caller`: see `Background`. It matters for async functions only.
    """

    name = "shadow"

    def __init__(
        self,
        primary: int | str = 0,
        *,
        max_concurrency: int = 64,
        backlog: int = 10_000,
        drain_timeout_s: float = 10.0,
        where: Literal["background", "caller"] = "background",
    ) -> None:
        if where not in ("background", "caller"):
            raise UsageError(f"where is {where!r}, expected 'background' or 'caller'")
        self.primary = primary
        self.background = Background(
            max_concurrency=check_whole("max_concurrency", max_concurrency, 1),
            backlog=check_whole("backlog", backlog, 0),
            drain_timeout_s=drain_timeout_s,
            where=where,
        )

    def plan(self, pool: Configs) -> Plan:
        """Run the primary now and all others in the background."""
        primary = pool.pick(self.primary)
        others = tuple(config for config in pool if config is not primary)
        return Plan(foreground=(primary,), shadows=others, background=self.background)

    def observe(self, pool: Configs, branch: Branch) -> None:
        """Do nothing."""


class MultiBranch:
    """Run all configurations at once, wait for all, and return the branches in configuration order.

    Args:
        first_success: Whether the first success ends the call: the other branches are cancelled and skipped.
        max_concurrency: How many run at once; None: the experiment's own number.
    """

    name = "multi_branch"

    def __init__(self, *, first_success: bool = False, max_concurrency: int | None = None) -> None:
        self.first_success = first_success
        self.max_concurrency = None if max_concurrency is None else check_whole("max_concurrency", max_concurrency, 1)

    def plan(self, pool: Configs) -> Plan:
        """Run all."""
        return Plan(
            foreground=tuple(pool),
            returns="branches",
            first_success=self.first_success,
            max_concurrency=self.max_concurrency,
        )

    def observe(self, pool: Configs, branch: Branch) -> None:
        """Do nothing."""
