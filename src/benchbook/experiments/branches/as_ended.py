"""Iterating over branches in the order in which they end."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING

from benchbook.errors import UsageError

if TYPE_CHECKING:
    from benchbook.experiments.branches.branch import Branch


def ended(branches: Sequence[Branch], timeout_s: float | None) -> Iterator[Branch]:
    """Yield branches as they end; waiting blocks the thread.

    Raises:
        TimeoutError: Some had not ended in time.
        UsageError: They are tasks of the event loop that would be blocked.
    """
    _refuse_own_loop(branches)
    over: queue.SimpleQueue[Branch] = queue.SimpleQueue()
    for branch in branches:
        branch.when_ended(over.put)
    return _taken(over, len(branches), timeout_s)


def _taken(over: queue.SimpleQueue[Branch], count: int, timeout_s: float | None) -> Iterator[Branch]:
    until = None if timeout_s is None else time.monotonic() + timeout_s
    for number in range(count):
        left = None if until is None else max(until - time.monotonic(), 0)
        try:
            yield over.get() if left is None else over.get(timeout=left)
        except queue.Empty:
            raise TimeoutError(f"{count - number} of {count} branches did not end within {timeout_s:g} s") from None


async def ended_async(branches: Sequence[Branch]) -> AsyncIterator[Branch]:
    """Yield branches as they end, whatever thread or loop they run in."""
    loop = asyncio.get_running_loop()
    over: asyncio.Queue[Branch] = asyncio.Queue()

    def tell(branch: Branch) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, so nobody is waiting
            loop.call_soon_threadsafe(over.put_nowait, branch)

    for branch in branches:
        branch.when_ended(tell)
    for _ in branches:
        yield await over.get()


def _refuse_own_loop(branches: Sequence[Branch]) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return
    if any(branch._loop is loop and not branch.finished for branch in branches):
        raise UsageError(
            "these branches are tasks of the event loop that calls, which would stand still: "
            "write `async for branch in branches`"
        )
