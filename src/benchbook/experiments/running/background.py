"""Shadows: branches that the caller does not wait for, and how many of them run at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from weakref import WeakSet

from benchbook.experiments import exit_report, threads
from benchbook.experiments.branches.branch import Branch
from benchbook.experiments.running.attempts import run_async
from benchbook.experiments.running.call import Job
from benchbook.experiments.running.foreground import run_threads
from benchbook.experiments.running.loop_thread import background_loop
from benchbook.experiments.strategies.protocol import Background

BACKLOG_FULL = "too many shadows were waiting"
NO_THREAD = "no thread could be started"
LOOP_ENDED = "its event loop had ended"


class ShadowHandle:
    """A running shadow.

    Attributes:
        branch: Its branch.
    """

    __slots__ = ("_done", "_job", "_lane", "_task", "branch")

    def __init__(self, job: Job, lane: Lane) -> None:
        self.branch = job.branch
        self._job = job
        self._lane = lane
        self._task: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        self._done: Future[Branch] = Future()
        job.done = self._done
        job.branch._cancel = self.cancel

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self._done.done()

    @property
    def future(self) -> Future[Branch]:
        """A future that gets the branch when it has ended; never an exception."""
        return self._done

    def cancel(self, reason: str = "the shadow was cancelled") -> bool:
        """Cancel it: an async function is cancelled, a thread is abandoned. False if it had already ended."""
        return self._lane.give_up(self, reason)


class Lane:
    """The shadows of one experiment: a limited number run at once, the others wait for their turn."""

    def __init__(self, background: Background, *, is_async: bool, timeout_s: float | None) -> None:
        self.background = background
        self._is_async = is_async
        self._timeout_s = timeout_s
        self._waiting: deque[ShadowHandle] = deque()
        self._running: set[ShadowHandle] = set()
        self._lock = threading.Lock()
        _lanes.add(self)

    def forget(self) -> None:
        """Reset in a forked child: the shadows belong to the parent."""
        self._waiting.clear()
        self._running.clear()
        self._lock = threading.Lock()

    def add(self, jobs: Sequence[Job]) -> list[ShadowHandle]:
        """Accept shadows and return at once; they are started elsewhere, in the same order."""
        handles = [ShadowHandle(job, self) for job in jobs]
        with self._lock:
            room = self.background.backlog + self.background.max_concurrency - len(self._waiting) - len(self._running)
            self._waiting.extend(handles[: max(room, 0)])
        for handle in handles[: max(room, 0)]:
            exit_report.watch(handle, self.background.drain_timeout_s)
        for handle in handles[max(room, 0) :]:
            handle._job.skip(BACKLOG_FULL)
        self._hand_over()
        return handles

    def give_up(self, handle: ShadowHandle, reason: str) -> bool:
        """End a shadow from outside and give its place to the next."""
        ended = handle._job.skip(reason)
        if ended:
            following = self._leave(handle)  # before the task is cancelled, which would assume that its loop is ending
            task = handle._task
            if task is not None and not task[0].is_closed():
                task[0].call_soon_threadsafe(task[1].cancel)
            self._hand_over(following)
        return ended

    def _hand_over(self, handles: Iterable[ShadowHandle] | None = None) -> None:
        """Have shadows started by a thread or loop that is not the caller's."""
        start = self._start_tasks if self._is_async else self._start_threads
        work = partial(start, None if handles is None else list(handles))
        try:
            if not self._is_async:
                threads.submit(work)
            elif self.background.where == "caller":
                asyncio.get_running_loop().call_soon(work)
            else:
                background_loop().call_soon_threadsafe(work)
        except RuntimeError:  # no more threads, or no loop in this one
            self._strand(handles or (), LOOP_ENDED if self._is_async else NO_THREAD)

    def _strand(self, handles: Iterable[ShadowHandle], reason: str) -> None:
        """Skip shadows that cannot be started, and those that wait when no shadow is running."""
        with self._lock:
            self._running.difference_update(handles)
            stranded = [*handles, *(() if self._running else self._waiting)]
            if not self._running:
                self._waiting.clear()
        for handle in stranded:
            handle._job.skip(reason)

    def _start_threads(self, handles: list[ShadowHandle] | None) -> None:
        for handle in self._enter() if handles is None else handles:
            try:
                threads.submit(partial(self._work, handle))
            except RuntimeError:
                self._strand([handle], NO_THREAD)

    def _work(self, handle: ShadowHandle) -> None:
        """Run a shadow and then those that wait, in this thread: at the interpreter's exit no other can be started."""
        following = [handle]
        while following:
            current = following[0]
            if not current.done:
                with contextlib.suppress(BaseException):  # SystemExit in a shadow is its failure, which it has kept
                    run_threads([current._job], max_concurrency=1, first_success=False, timeout_s=self._timeout_s)
            following = self._leave(current)

    def _start_tasks(self, handles: list[ShadowHandle] | None) -> None:
        loop = asyncio.get_running_loop()
        for handle in self._enter() if handles is None else handles:
            task = loop.create_task(run_async(handle._job), context=handle._job.context)
            handle._task = (loop, task)
            task.add_done_callback(partial(self._task_ended, handle))

    def _task_ended(self, handle: ShadowHandle, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # the branch keeps it
            self._start_tasks(self._leave(handle))
        elif handle in self._running:  # it was not cancelled, so its loop is ending
            self._strand([handle], LOOP_ENDED)

    def _enter(self) -> list[ShadowHandle]:
        """Take the shadows whose turn it is."""
        with self._lock:
            return self._taken()

    def _leave(self, handle: ShadowHandle) -> list[ShadowHandle]:
        """Free the place of a shadow, once, and take the next."""
        with self._lock:
            if handle not in self._running:
                return []
            self._running.discard(handle)
            return self._taken(1)

    def _taken(self, most: int | None = None) -> list[ShadowHandle]:
        taken: list[ShadowHandle] = []
        while (
            self._waiting
            and len(self._running) < self.background.max_concurrency
            and (most is None or len(taken) < most)
        ):
            handle = self._waiting.popleft()
            if not handle.done:  # it may have been cancelled while it waited
                self._running.add(handle)
                taken.append(handle)
        return taken


_lanes: WeakSet[Lane] = WeakSet()


def _forget() -> None:
    for lane in list(_lanes):
        lane.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
