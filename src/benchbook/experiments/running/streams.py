"""Generators as experiments: a branch begins with the first value, and ends as its generator ends, closes or fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

from benchbook.experiments.branches.current import CURRENT
from benchbook.experiments.running.call import Job

CLOSED = "the generator was closed"


def stream(begin: Callable[[], Job]) -> Generator[Any, Any, Any]:
    """Yield what a generator function yields, and pass back what it is sent; what it returns is the branch's output."""
    job = begin()
    with _ended_by_errors(job):
        if not job.begin():
            return None
        with _inside(job):
            inner = _called(job)
        act, value = inner.send, None
        while True:
            try:
                with _inside(job):
                    item = act(value)
            except StopIteration as end:
                job.conclude(job.branch.mark_success, end.value)
                return end.value
            try:
                act, value = inner.send, (yield item)
            except GeneratorExit:
                with _inside(job):
                    inner.close()
                raise
            except BaseException as error:  # noqa: BLE001  # it was thrown in, and is the inner one's to handle
                act, value = inner.throw, error


async def stream_async(begin: Callable[[], Job]) -> AsyncGenerator[Any, Any]:
    """Do the same with an async generator function, which has no return value."""
    job = begin()
    with _ended_by_errors(job):
        if not job.begin():
            return
        with _inside(job):
            inner = _called(job)
        act, value = inner.asend, None
        while True:
            try:
                with _inside(job):
                    item = await act(value)
            except StopAsyncIteration:
                job.conclude(job.branch.mark_success)
                return
            try:
                act, value = inner.asend, (yield item)
            except GeneratorExit:
                with _inside(job):
                    await inner.aclose()
                raise
            except BaseException as error:  # noqa: BLE001  # it was thrown in, and is the inner one's to handle
                act, value = inner.athrow, error


def _called(job: Job) -> Any:
    settings = job.call.settings
    if settings.before is not None:
        settings.before(job.branch)
    job.branch.begin_attempt()
    values = settings.binding.values(job.config)
    return settings.binding.call(settings.function, job.call.args, job.call.kwargs, values)


@contextmanager
def _ended_by_errors(job: Job) -> Iterator[None]:
    try:
        yield
    except GeneratorExit:
        job.skip(CLOSED)
        raise
    except BaseException as error:
        job.conclude(job.branch.mark_failure, error)
        raise


@contextmanager
def _inside(job: Job) -> Iterator[None]:
    """Let the code at hand run inside the branch; between two values the caller's own code runs."""
    token = CURRENT.set(job.branch)
    try:
        yield
    finally:
        CURRENT.reset(token)
