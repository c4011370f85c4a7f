from __future__ import annotations

import asyncio
import contextvars

import pytest

from benchbook.experiments import BranchStatus, MultiBranch, Retries, Single, current_branch, experiment

POOL = [{"id": name} for name in "abc"]
variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


def test_a_call_is_awaited_by_the_caller():
    """A call runs in the caller's own event loop."""

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(x, config):
        return x, config["id"], asyncio.get_running_loop()

    async def main():
        branches = await tune(1)
        return [branch.output for branch in branches], asyncio.get_running_loop()

    outputs, loop = asyncio.run(main())
    assert outputs == [(1, name, loop) for name in "abc"]


def test_all_branches_run_concurrently():
    """Each branch waits until all of them are running."""

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(barrier, config):
        await barrier.wait()

    async def main():
        return await tune(asyncio.Barrier(3))

    assert len(asyncio.run(main()).successful()) == 3


@pytest.mark.parametrize("of_strategy", [True, False])
def test_the_number_of_concurrent_branches_is_limited(of_strategy):
    """The strategy's limit takes precedence over the experiment's."""
    running, most = 0, 0
    strategy = MultiBranch(max_concurrency=2) if of_strategy else MultiBranch()

    @experiment(
        configs=[{"n": n} for n in range(9)],
        strategy=strategy,
        max_concurrency=5 if of_strategy else 2,
        sinks=[],
    )
    async def tune(config):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    assert len(asyncio.run(tune()).successful()) == 9
    assert most == 2


def test_a_timeout_cancels_the_function():
    """The branch fails with a TimeoutError that names the branch and the time."""
    cleaned = []

    @experiment(configs=POOL, strategy=MultiBranch(), timeout=0.02, sinks=[])
    async def tune(config):
        if config["id"] == "b":
            try:
                await asyncio.Event().wait()
            finally:
                cleaned.append(config["id"])
        return 1

    branches = asyncio.run(tune())
    assert [branch.status.value for branch in branches] == ["success", "failed", "success"]
    assert isinstance(branches[1].exception.original, TimeoutError)
    assert branches[1].exception.message == "branch b did not end within 0.02 s"
    assert cleaned == ["b"]


def test_the_functions_own_timeout_error_is_its_own():
    """A TimeoutError of the function is not mistaken for a timeout of the branch."""

    @experiment(configs=POOL, timeout=60, sinks=[])
    async def tune(config):
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        asyncio.run(tune())


def test_cancelling_the_caller_cancels_the_branches():
    """The branches are skipped and cleaned up, and the caller's cancellation continues."""
    cleaned = []

    @experiment(configs=POOL, strategy=MultiBranch(max_concurrency=2), sinks=[])
    async def tune(started, config):
        started.release()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append(config["id"])

    async def main():
        started = asyncio.Semaphore(0)
        task = asyncio.create_task(tune(started))
        await started.acquire()
        await started.acquire()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert sorted(cleaned) == ["a", "b"]
    assert [branch.reason for branch in tune.last_branches] == ["the call was cancelled"] * 3
    assert all(branch.status is BranchStatus.SKIPPED for branch in tune.last_branches)


def test_cancelling_a_single_branch_reaches_the_caller():
    """The cancellation arrives before the branch has begun as well as while it runs."""

    @experiment(configs=POOL, strategy=Single(), sinks=[])
    async def tune(started, config):
        started.set()
        await asyncio.Event().wait()

    async def main(wait):
        started = asyncio.Event()
        task = asyncio.create_task(tune(started))
        if wait:
            await started.wait()
        else:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    for wait in (True, False):
        asyncio.run(main(wait))
        assert tune.last_branches[0].status is BranchStatus.SKIPPED


def test_a_cancelled_inner_task_is_a_failure_of_the_branch():
    """A task that the function itself cancelled is a failure, since nobody cancelled the branch."""

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(config):
        inner = asyncio.create_task(asyncio.sleep(60))
        asyncio.get_running_loop().call_soon(inner.cancel)
        await inner

    branches = asyncio.run(tune())
    assert [branch.exception.type for branch in branches] == ["CancelledError"] * 3


def test_the_first_success_ends_the_call():
    """Earlier failures do not end the call; the remaining branches are cancelled and skipped."""

    @experiment(configs=POOL, strategy=MultiBranch(first_success=True), sinks=[])
    async def tune(failed, config):
        if config["id"] == "a":
            failed.set()
            raise ValueError
        if config["id"] == "b":
            await failed.wait()
            return "b"
        return await asyncio.Event().wait()

    async def main():
        return await tune(asyncio.Event())

    branches = asyncio.run(main())
    assert [branch.status.value for branch in branches] == ["failed", "success", "skipped"]
    assert branches[2].reason == "another branch succeeded first"


def test_the_first_success_of_none_is_none():
    """If all branches fail, the result is None."""
    tune = experiment(configs=POOL, strategy=MultiBranch(first_success=True), sinks=[])(fails)
    assert len(asyncio.run(tune()).failed()) == 3


async def fails(config):
    """Raise an error."""
    raise OSError(config["id"])


def test_failed_functions_are_tried_again():
    """Each attempt gets a fresh configuration, and only the listed exceptions are retried."""
    seen = []

    @experiment(configs=[{"a": 1}], retries=Retries(count=3, first_delay_s=0), sinks=[])
    async def tune(config):
        seen.append(config["a"])
        config["a"] += 1
        if len(seen) < 3:
            raise ValueError(len(seen))
        return "done"

    assert asyncio.run(tune()) == "done"
    assert seen == [1, 1, 1]
    assert tune.last_branches[0].attempts == 3

    only_os = experiment(configs=POOL, retries=Retries(count=1, first_delay_s=0, on=(OSError,)), sinks=[])
    with pytest.raises(OSError, match="a"):
        asyncio.run(only_os(fails)())

    @only_os
    async def other(config):
        raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        asyncio.run(other())
    assert other.last_branches[0].attempts == 1


def test_context_variables_are_kept_per_branch():
    """A branch sees the caller's variables, but its own changes are invisible to the caller and other branches."""

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(barrier, config):
        before = variable.get()
        variable.set(config["id"])
        await barrier.wait()
        return before, variable.get()

    async def main():
        variable.set("caller")
        branches = await tune(asyncio.Barrier(3))
        return [branch.output for branch in branches], variable.get(), current_branch()

    outputs, after, branch = asyncio.run(main())
    assert outputs == [("caller", name) for name in "abc"]
    assert after == "caller"
    assert branch is None


def test_nested_experiments_keep_their_parentage():
    """A nested call knows the branch that made it, for async in async and plain in async."""

    @experiment(configs=POOL[:2], strategy=MultiBranch(), sinks=[])
    def innermost(config):
        return current_branch().parent_id

    @experiment(configs=POOL[:2], strategy=MultiBranch(), sinks=[])
    async def inner(config):
        return current_branch(), [branch.output for branch in innermost()]

    @experiment(configs=POOL[:2], strategy=MultiBranch(), sinks=[])
    async def outer(config):
        return current_branch(), (await inner.call()).branches

    for branch in asyncio.run(outer()):
        itself, children = branch.output
        assert itself is branch
        assert branch.parent_id is None
        for child in children:
            assert child.parent_id == branch.branch_id
            assert child.output == (child, [child.branch_id, child.branch_id])


def test_hooks_are_called_before_and_after_each_branch(caplog):
    """Hooks run in the branch's context; an error in `before` fails the branch, one in `after` is logged."""
    seen = []

    def before(branch):
        seen.append(("before", branch.config_id, branch.status.value))
        variable.set(f"by hook of {branch.config_id}")
        if branch.config_id == "b":
            raise ValueError("not today")

    def after(branch):
        seen.append(("after", branch.config_id, branch.status.value))
        if branch.config_id == "c":
            raise ValueError("too late")

    @experiment(configs=POOL, strategy=MultiBranch(max_concurrency=1), before=before, after=after, sinks=[])
    async def tune(config):
        return variable.get()

    branches = asyncio.run(tune())
    assert branches[0].output == "by hook of a"
    assert branches[1].exception.message == "not today"
    assert branches[2].output == "by hook of c"
    assert seen == [
        (when, name, status)
        for name, ending in zip("abc", ["success", "failed", "success"], strict=True)
        for when, status in (("before", "pending"), ("after", ending))
    ]
    assert "too late" in caplog.text


def test_keyboard_interrupt_is_not_swallowed():
    """The branch fails with the interrupt, and the program ends as usual."""

    @experiment(configs=POOL, sinks=[])
    async def tune(config):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(tune())
    assert tune.last_branches[0].exception.type == "KeyboardInterrupt"


def test_the_history_is_bounded():
    """Only the latest outcomes are kept, with the last one at the end."""

    @experiment(configs=POOL, history=3, sinks=[])
    async def tune(x, config):
        return x

    async def main():
        for x in range(10):
            await tune(x)

    asyncio.run(main())
    assert [outcome.result for outcome in tune.history] == [7, 8, 9]
    assert repr(tune) == "Experiment(tune, single, 3 configurations)"
    assert repr(tune.history[-1]) == "Outcome(tune, single, BranchContainer(1 success))"


def test_an_object_with_an_async_call_is_async():
    """An object with an async `__call__` is treated as an async function."""

    class Solver:
        async def __call__(self, config):
            return config["id"]

    tune = experiment(configs=POOL, sinks=[])(Solver())
    assert asyncio.run(tune()) == "a"
    assert tune.name == "Solver"
