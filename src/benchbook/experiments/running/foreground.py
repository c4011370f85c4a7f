"""Running the branches that the caller waits for: as tasks of its loop, or as threads."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import time
from collections import deque
from collections.abc import Sequence
from functools import partial

from benchbook.experiments import threads
from benchbook.experiments.branches.branch import BranchStatus
from benchbook.experiments.running.attempts import CANCELLED, run_async, run_plain, timed_out
from benchbook.experiments.running.call import Job

THREADS = 64  # how many plain branches run at once unless a number is given
BEATEN = "another branch succeeded first"
INTERRUPTED = "the call was interrupted"


async def run_tasks(jobs: Sequence[Job], *, max_concurrency: int | None, first_success: bool) -> None:
    """Run async branches as tasks; returns when all have ended. When the caller is cancelled, so are they."""
    if max_concurrency is not None and max_concurrency < len(jobs):
        gate = asyncio.Semaphore(max_concurrency)
        beaten = jobs if first_success else ()
        tasks = [asyncio.create_task(_gated(job, gate, beaten)) for job in jobs]
    else:
        tasks = [asyncio.create_task(run_async(job)) for job in jobs]
    for job, task in zip(jobs, tasks, strict=True):
        job.give_up = partial(_stop, asyncio.get_running_loop(), task)
    try:
        if first_success:
            await _first_success(jobs, tasks)
        elif len(tasks) == 1:
            await tasks[0]
        else:
            await asyncio.wait(tasks)
    except asyncio.CancelledError:
        caller = asyncio.current_task()
        if caller is not None and not caller.cancelling() and tasks[0].cancelled():
            return  # the only branch was cancelled, its caller was not
        await _cancel(jobs, tasks, CANCELLED)
        raise


def _stop(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed, and the task has ended with it
        loop.call_soon_threadsafe(task.cancel)


async def _gated(job: Job, gate: asyncio.Semaphore, beaten: Sequence[Job]) -> None:
    async with gate:
        await run_async(job)
        if beaten and job.branch.status is BranchStatus.SUCCESS:
            for other in beaten:  # waiting branches must not even start
                if other.branch.started_at_s is None:
                    other.skip(BEATEN)


async def _first_success(jobs: Sequence[Job], tasks: Sequence[asyncio.Task[None]]) -> None:
    pending = set(tasks)
    while pending:
        _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if any(job.branch.status is BranchStatus.SUCCESS for job in jobs):
            await _cancel(jobs, tasks, BEATEN)
            return


async def _cancel(jobs: Sequence[Job], tasks: Sequence[asyncio.Task[None]], reason: str) -> None:
    for job in jobs:  # before the tasks are cancelled, so that this reason is kept
        job.skip(reason)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


def run_threads(
    jobs: Sequence[Job], *, max_concurrency: int | None, first_success: bool, timeout_s: float | None
) -> None:
    """Run plain branches in threads; returns when all have ended or were cancelled.

    A thread cannot be killed: a branch that times out has failed, and its thread is abandoned as a daemon. A single
    branch without a time-out runs in the caller's thread.

    Raises:
        BaseException: Only exceptions that are not an `Exception`, such as KeyboardInterrupt; the branches are skipped.
    """
    if len(jobs) == 1 and timeout_s is None:
        run_plain(jobs[0])
        return
    done: queue.SimpleQueue[Job] = queue.SimpleQueue()
    waiting, deadlines = deque(jobs), dict[Job, float]()
    most = max_concurrency or THREADS
    try:
        while waiting or deadlines:
            while waiting and len(deadlines) < most and _start(waiting[0], done, alone=not deadlines):
                deadlines[waiting.popleft()] = float("inf") if timeout_s is None else time.monotonic() + timeout_s
            job = _next_ended(done, deadlines)
            deadlines.pop(job, None)
            if first_success and job.branch.status is BranchStatus.SUCCESS:
                for other in jobs:
                    other.skip(BEATEN)
                return
    except BaseException:
        for job in jobs:
            job.skip(INTERRUPTED)
        raise


def _start(job: Job, done: queue.SimpleQueue[Job], *, alone: bool) -> bool:
    """Start a thread; False if there are too many and one of ours will end."""

    def work() -> None:
        with contextlib.suppress(BaseException):  # SystemExit in a branch is its failure, which it has kept
            run_plain(job)
        done.put(job)

    job.give_up = partial(done.put, job)
    try:
        threads.submit(work)
    except RuntimeError as error:
        if not alone:
            return False
        job.conclude(job.branch.mark_failure, error)
        done.put(job)
    return True


def _next_ended(done: queue.SimpleQueue[Job], deadlines: dict[Job, float]) -> Job:
    """Wait for a branch to end; a branch that times out is ended here."""
    while True:
        first = min(deadlines, key=deadlines.__getitem__)
        left = deadlines[first] - time.monotonic()
        try:
            job = done.get() if left == float("inf") else done.get(timeout=max(left, 0))
        except queue.Empty:
            first.conclude(first.branch.mark_failure, timed_out(first))
            return first
        if job in deadlines:  # otherwise it was cancelled before
            return job
