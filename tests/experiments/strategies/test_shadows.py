from __future__ import annotations

import asyncio
import threading

import pytest
from programs import PATIENCE_S

from benchbook.experiments import BranchStatus, Role, Shadow, drain, exit_report, experiment, threads
from benchbook.experiments.running import background

POOL = [{"id": name} for name in ("primary", "s1", "s2", "s3")]


def test_the_primary_is_returned_while_plain_shadows_run():
    """Each shadow thread waits for the others and until the caller has the result."""
    barrier, returned = threading.Barrier(3), threading.Event()

    @experiment(configs=POOL, strategy=Shadow(), sinks=[])
    def tune(x, config):
        if config["id"] == "primary":
            return x
        barrier.wait(PATIENCE_S)
        returned.wait(PATIENCE_S)
        return config["id"]

    outcome = tune.call(7)
    assert outcome.result == 7
    assert len(outcome.branches.with_role(Role.SHADOW).pending()) == 3
    assert not any(handle.done for handle in outcome.handles)
    returned.set()
    assert [branch.output for branch in outcome.wait_shadows(10)] == ["s1", "s2", "s3"]
    assert [branch.role.value for branch in outcome.branches] == ["primary", "shadow", "shadow", "shadow"]


def test_the_primary_is_returned_while_async_shadows_run():
    """Shadows are awaited by `shadows()`; even one that blocks its loop does not delay the primary."""
    returned = threading.Event()

    @experiment(configs=POOL, strategy=Shadow("s1"), sinks=[])
    async def tune(config):
        if config["id"] == "s1":
            await asyncio.sleep(0)
            return "result"
        if config["id"] == "s2":
            returned.wait(PATIENCE_S)
        await asyncio.sleep(0)
        return config["id"]

    async def main():
        outcome = await tune.call()
        assert outcome.result == "result"
        assert len(outcome.branches.pending()) == 3
        returned.set()
        shadows = await outcome.shadows()
        assert await outcome.shadows() == shadows
        return shadows

    assert [branch.output for branch in asyncio.run(main())] == ["primary", "s2", "s3"]


def test_shadows_never_raise():
    """Failures of shadows are branches with type and traceback; that of the primary is raised."""

    def function(config):
        raise KeyError(config["id"])

    tune = experiment(configs=POOL, strategy=Shadow(), sinks=[])(function)
    with pytest.raises(KeyError, match="primary"):
        tune()
    outcome = tune.call()
    shadows = outcome.wait_shadows(10)
    assert [branch.exception.message for branch in shadows] == ["'s1'", "'s2'", "'s3'"]
    assert all("in function" in branch.exception.traceback for branch in shadows)

    async def async_function(config):
        function(config)

    async def main():
        tune = experiment(configs=POOL, strategy=Shadow(), sinks=[])(async_function)
        outcome = await tune.call()
        return await outcome.shadows()

    assert len(asyncio.run(main()).failed()) == 3


def test_an_exit_in_a_shadow_is_its_failure():
    """The shadow fails, and its thread continues with the next one."""

    @experiment(configs=POOL, strategy=Shadow(max_concurrency=1), sinks=[])
    def tune(config):
        if config["id"] != "primary":
            raise SystemExit
        return 1

    outcome = tune.call()
    assert [branch.exception.type for branch in outcome.wait_shadows(10)] == ["SystemExit"] * 3


@pytest.mark.parametrize("is_async", [False, True])
def test_the_number_of_parallel_shadows_is_limited(is_async):
    """The limit applies to all calls of an experiment together."""
    lock, running, most = threading.Lock(), 0, 0

    def enter(step):
        nonlocal running, most
        with lock:
            running += step
            most = max(most, running)

    def plain(config):
        if config["id"] != "primary":
            enter(1)
            enter(-1)

    async def coroutine(config):
        if config["id"] != "primary":
            enter(1)
            await asyncio.sleep(0)
            enter(-1)

    decorate = experiment(configs=POOL, strategy=Shadow(max_concurrency=2), sinks=[])
    if is_async:

        async def main():
            tune = decorate(coroutine)
            outcomes = [await tune.call() for _ in range(20)]
            return [await outcome.shadows() for outcome in outcomes]

        shadows = asyncio.run(main())
    else:
        tune = decorate(plain)
        shadows = [outcome.wait_shadows(10) for outcome in [tune.call() for _ in range(20)]]
    assert all(len(branches.successful()) == 3 for branches in shadows)
    assert 1 <= most <= 2


def test_shadows_beyond_the_backlog_are_skipped():
    """Memory stays bounded, and the primaries are not affected."""
    release = threading.Event()

    @experiment(configs=POOL, strategy=Shadow(max_concurrency=1, backlog=1), sinks=[])
    def tune(config):
        if config["id"] != "primary":
            release.wait(PATIENCE_S)
        return config["id"]

    first, second = tune.call(), tune.call()
    assert (first.result, second.result) == ("primary", "primary")
    release.set()
    assert [branch.status.value for branch in first.wait_shadows(10)] == ["success", "success", "skipped"]
    assert len(second.wait_shadows(10)) == 3
    assert first.branches[3].reason == "too many shadows were waiting"


def test_waiting_for_shadows_has_a_timeout():
    """Shadows that take longer are still pending."""
    release = threading.Event()

    @experiment(configs=POOL[:2], strategy=Shadow(), sinks=[])
    def tune(config):
        if config["id"] != "primary":
            release.wait(PATIENCE_S)

    outcome = tune.call()
    assert len(outcome.wait_shadows(0.01).pending()) == 1
    assert [handle.branch for handle in drain(0.01) if handle in outcome.handles] == [outcome.branches[1]]
    release.set()
    assert len(outcome.wait_shadows(10).successful()) == 1
    assert drain(10) == []


@pytest.mark.parametrize("is_async", [False, True])
def test_a_shadow_has_the_branches_timeout(is_async):
    """A plain or async shadow fails when it exceeds the timeout."""
    release = threading.Event()

    def plain(config):
        if config["id"] != "primary":
            release.wait(PATIENCE_S)

    async def coroutine(config):
        if config["id"] != "primary":
            await asyncio.Event().wait()

    tune = experiment(configs=POOL, strategy=Shadow(), timeout=0.05, sinks=[])(coroutine if is_async else plain)
    outcome = asyncio.run(tune.call()) if is_async else tune.call()
    shadows = outcome.wait_shadows(10)
    release.set()
    assert [branch.exception.type for branch in shadows] == ["TimeoutError"] * 3


@pytest.mark.parametrize("is_async", [False, True])
def test_a_shadow_can_be_cancelled(is_async):
    """A running shadow can be cancelled as well as a waiting one, and the next one takes its place."""
    release, started = threading.Event(), threading.Event()
    cleaned = threading.Event()

    def plain(config):
        if config["id"] == "s1":
            started.set()
            release.wait(PATIENCE_S)
        return config["id"]

    async def coroutine(config):
        if config["id"] == "s1":
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                cleaned.set()
        return config["id"]

    decorate = experiment(configs=POOL, strategy=Shadow(max_concurrency=1), sinks=[])
    tune = decorate(coroutine if is_async else plain)
    outcome = asyncio.run(tune.call()) if is_async else tune.call()
    assert started.wait(PATIENCE_S)
    assert outcome.handles[1].cancel("not needed")
    assert outcome.handles[0].cancel()
    assert not outcome.handles[0].cancel()
    shadows = outcome.wait_shadows(10)
    release.set()
    assert [branch.status.value for branch in shadows] == ["skipped", "skipped", "success"]
    assert [branch.reason for branch in shadows][:2] == ["the shadow was cancelled", "not needed"]
    assert cleaned.wait(PATIENCE_S) if is_async else True


def test_cancelling_the_caller_cancels_its_shadows():
    """Shadows are cancelled with the caller while the primary runs."""

    @experiment(configs=POOL, strategy=Shadow(), sinks=[])
    async def tune(started, config):
        if config["id"] == "primary":
            started.set()
        await asyncio.Event().wait()

    async def main():
        started = asyncio.Event()
        task = asyncio.create_task(tune(started))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert all(branch.status is BranchStatus.SKIPPED for branch in tune.last_branches)
    outcome = tune.history[-1]
    with pytest.raises(asyncio.CancelledError, match="was cancelled"):
        _ = outcome.result


def test_shadows_may_share_the_callers_loop():
    """Functions bound to the caller's loop can use it; unfinished shadows are cancelled with the loop."""

    @experiment(configs=POOL, strategy=Shadow(where="caller", max_concurrency=2), sinks=[])
    async def tune(event, config):
        if config["id"] == "primary":
            return asyncio.get_running_loop()
        await event.wait()
        return asyncio.get_running_loop()

    async def main(is_set):
        event = asyncio.Event()
        outcome = await tune.call(event)
        if is_set:
            event.set()
            await outcome.shadows()
        else:
            await asyncio.sleep(0)
        return outcome

    outcome = asyncio.run(main(is_set=True))
    assert {branch.output for branch in outcome.branches} == {outcome.result}
    outcome = asyncio.run(main(is_set=False))
    assert [branch.reason for branch in outcome.wait_shadows(10)] == [
        "the call was cancelled",
        "the call was cancelled",
        "its event loop had ended",
    ]


def test_context_variables_and_arguments_reach_the_shadows():
    """Each shadow sees the variables and arguments of its call."""

    @experiment(configs=POOL, strategy=Shadow(), sinks=[])
    async def tune(x, config):
        return x

    async def main():
        outcomes = [await tune.call(x) for x in range(20)]
        return [await outcome.shadows() for outcome in outcomes]

    for x, shadows in enumerate(asyncio.run(main())):
        assert [branch.output for branch in shadows] == [x] * 3


def test_without_threads_shadows_are_skipped(monkeypatch):
    """At the end of the interpreter no thread can be started, and the primary is not affected."""

    def none(task):
        raise RuntimeError("can't create new thread at interpreter shutdown")

    tune = experiment(configs=POOL, strategy=Shadow(), sinks=[])(lambda config: config["id"])
    monkeypatch.setattr(threads, "submit", none)
    outcome = tune.call()
    assert outcome.result == "primary"
    assert {branch.reason for branch in outcome.wait_shadows(1)} == {"no thread could be started"}


def test_a_starter_without_threads_skips_shadows(monkeypatch):
    """Shadows are skipped if only one thread can be started."""
    submit, given, release = threads.submit, [], threading.Event()

    def once(task):
        given.append(task)
        if len(given) > 1:
            raise RuntimeError("no more")
        submit(task)

    monkeypatch.setattr(background.threads, "submit", once)
    tune = experiment(configs=POOL, strategy=Shadow(), sinks=[])(lambda config: config["id"])
    outcome = tune.call()
    release.set()
    assert {branch.reason for branch in outcome.wait_shadows(10)} == {"no thread could be started"}


def test_what_is_left_at_exit_is_reported(caplog):
    """The remaining shadows are named after the strategy's own waiting time."""
    release = threading.Event()

    @experiment(configs=POOL, strategy=Shadow(drain_timeout_s=0.01), sinks=[])
    def tune(config):
        if config["id"] != "primary":
            release.wait(PATIENCE_S)

    outcome = tune.call()
    exit_report._at_exit()
    release.set()
    assert "3 shadows of experiment tune are left behind (s1, s2, s3)" in caplog.text
    assert {branch.reason for branch in outcome.wait_shadows(1)} == {"the interpreter ended before it did"}
