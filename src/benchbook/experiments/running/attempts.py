"""Running one branch to its end: start, hook, the function with its retries, and the outcome as data."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from typing import Any

from benchbook.errors import UsageError
from benchbook.experiments.branches.current import CURRENT
from benchbook.experiments.running.call import Job

CANCELLED = "the call was cancelled"


def run_plain(job: Job) -> None:
    """Run a plain function in this thread and in the branch's own context.

    Raises:
        BaseException: Only exceptions that are not an `Exception`, such as KeyboardInterrupt; the branch has failed
            then.
    """
    job.context.run(_run_plain, job)


def _run_plain(job: Job) -> None:
    if not job.begin():
        return
    token = CURRENT.set(job.branch)
    try:
        output = _attempts(job)
    except Exception as error:  # noqa: BLE001  # the failure of a branch is data
        job.conclude(job.branch.mark_failure, error)
    except BaseException as error:
        job.conclude(job.branch.mark_failure, error)
        raise
    else:
        job.conclude(job.branch.mark_success, output)
    finally:
        CURRENT.reset(token)


async def run_async(job: Job) -> None:
    """Run an async function in this task, which is the branch's own.

    Raises:
        BaseException: Only exceptions that are not an `Exception`, such as KeyboardInterrupt; the branch has failed
            then.
    """
    if not job.begin():
        return
    branch, timeout_s = job.branch, job.call.settings.timeout_s
    CURRENT.set(branch)
    scope = contextlib.nullcontext() if timeout_s is None else asyncio.timeout(timeout_s)
    try:
        async with scope:
            output = await _attempts_async(job)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            job.skip(CANCELLED)
            raise
        job.conclude(branch.mark_failure, error)  # not this task is cancelled, but something that it awaits
    except Exception as error:  # noqa: BLE001  # the failure of a branch is data
        expired = isinstance(scope, asyncio.Timeout) and scope.expired() and isinstance(error, TimeoutError)
        job.conclude(branch.mark_failure, timed_out(job, error) if expired else error)
    except BaseException as error:
        job.conclude(branch.mark_failure, error)
        raise
    else:
        job.conclude(branch.mark_success, output)


def timed_out(job: Job, cause: BaseException | None = None) -> TimeoutError:
    """Return the error of a branch that timed out."""
    error = TimeoutError(f"branch {job.branch.config_id} did not end within {job.call.settings.timeout_s:g} s")
    error.__cause__ = cause
    return error


def _attempts(job: Job) -> Any:
    call, branch = job.call, job.branch
    settings, binding = call.settings, call.settings.binding
    if settings.before is not None:
        settings.before(branch)
    while True:
        branch.begin_attempt()
        try:
            values = binding.values(job.config)
            output = binding.call(settings.function, call.args, call.kwargs, values)
        except Exception as error:
            delay_s = settings.retries.delay_s(branch.attempts, error, f"{call.number}/{job.config.id}")
            if delay_s is None:
                raise
        else:
            _refuse_coroutine(job, output)
            return output
        if job.stop is not None:
            job.stop.wait(delay_s)  # ends early when nobody waits for the branch


def _refuse_coroutine(job: Job, output: Any) -> None:
    """Reject the coroutine that a plain wrapper around an async function returns: it would never be awaited."""
    if not inspect.iscoroutine(output):
        return
    output.close()
    call = job.call
    call.refusal = UsageError(
        f"{call.settings.name} is not an async function but returned a coroutine, which nobody awaits: "
        "write its wrapper as `async def`, and await in it"
    )
    raise call.refusal


async def _attempts_async(job: Job) -> Any:
    call, branch = job.call, job.branch
    settings, binding = call.settings, call.settings.binding
    if settings.before is not None:
        settings.before(branch)
    while True:
        branch.begin_attempt()
        try:
            values = binding.values(job.config)
            return await binding.call(settings.function, call.args, call.kwargs, values)
        except Exception as error:
            delay_s = settings.retries.delay_s(branch.attempts, error, f"{call.number}/{job.config.id}")
            if delay_s is None:
                raise
        await asyncio.sleep(delay_s)
