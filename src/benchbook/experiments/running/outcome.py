"""The outcome of one call: its result, its branches, and the shadows still running."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any

from benchbook.experiments.branches.branch import Branch, BranchStatus, Role
from benchbook.experiments.branches.container import BranchContainer

if TYPE_CHECKING:
    from benchbook.experiments.running.background import ShadowHandle
    from benchbook.experiments.running.call import Call


class Outcome:
    """The outcome of one call.

    Attributes:
        call_id: Unique name of the call.
        experiment: Name of the experiment.
        strategy: Name of the strategy.
        parent_id: The branch within which the call was made; None at the top level.
        branches: All branches of the call, shadows included, in configuration order.
        handles: The shadows, which can be awaited or cancelled.
    """

    __slots__ = ("_main", "_returns", "branches", "call_id", "experiment", "handles", "parent_id", "strategy")

    def __init__(self, call: Call, main: Branch, handles: Sequence[ShadowHandle] = ()) -> None:
        self.call_id = call.call_id
        self.experiment = call.settings.name
        self.strategy = call.strategy.name
        self.parent_id = call.parent.branch_id if call.parent is not None else None
        self.branches = call.branches
        self.handles = tuple(handles)
        self._returns = call.plan.returns
        self._main = main

    def __repr__(self) -> str:
        return f"Outcome({self.experiment}, {self.strategy}, {self.branches!r})"

    @property
    def result(self) -> Any:
        """What the decorated call returns: the only branch's output, or the container of all branches.

        Raises:
            BaseException: The only branch failed: the original exception, with its traceback.
            asyncio.CancelledError: The only branch was skipped.
        """
        if self._returns == "branches":
            return self.branches
        branch = self._main
        if branch.exception is not None and branch.exception.original is not None:
            raise branch.exception.original
        if branch.status is not BranchStatus.SUCCESS:
            raise asyncio.CancelledError(branch.reason or "the branch has not ended")
        return branch.output

    @property
    def exception(self) -> BaseException | None:
        """What `result` raises for a failed branch; None if nothing, or if the result is the container of branches."""
        if self._returns == "branches":
            return None
        error = self._main.exception
        return None if error is None else error.original

    async def shadows(self) -> BranchContainer:
        """Wait for the shadows and return their branches, failed ones included."""
        waiting = [asyncio.wrap_future(handle.future) for handle in self.handles if not handle.done]
        if waiting:
            await asyncio.shield(asyncio.gather(*waiting))
        return self._shadows()

    def wait_shadows(self, timeout_s: float | None = None) -> BranchContainer:
        """Wait for the shadows, also from plain code, and return their branches; `pending` ones took longer.

        Args:
            timeout_s: How long; None: without limit.
        """
        wait([handle.future for handle in self.handles], timeout=timeout_s)
        return self._shadows()

    def _shadows(self) -> BranchContainer:
        return self.branches.with_role(Role.SHADOW)
