from __future__ import annotations

import asyncio
import threading

import pytest

from benchbook.errors import UsageError
from benchbook.experiments import Branch, BranchContainer, BranchStatus, MultiBranch, Shadow, Single, experiment

POOL = [{"id": name} for name in "abc"]
PATIENCE_S = 20.0


def waits_for(gates):
    """Return a plain function whose branches end when their gate opens."""

    def tune(config):
        if not gates[config["id"]].wait(PATIENCE_S):
            raise TimeoutError(config["id"])
        return config["id"]

    return tune


def test_branches_come_as_they_end():
    """The order is that of the endings, while `for` keeps the order of the configurations."""
    gates = {name: threading.Event() for name in "abc"}
    tune = experiment(configs=POOL, strategy=MultiBranch(), sinks=[])(waits_for(gates))
    branches = tune.start()
    assert {branch.status for branch in branches} == {BranchStatus.PENDING}
    ended = branches.as_ended(PATIENCE_S)
    order = []
    for name in "bca":
        gates[name].set()
        order.append(next(ended).output)
    assert (order, [branch.output for branch in branches]) == (["b", "c", "a"], ["a", "b", "c"])
    assert next(ended, None) is None


def test_async_branches_come_as_they_end():
    """Ended branches are returned while others are still running."""
    gates = {}

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(config):
        await gates[config["id"]].wait()
        return config["id"]

    async def main():
        gates.update({name: asyncio.Event() for name in "abc"})
        order, next_ones = [], iter("bca")
        gates[next(next_ones)].set()
        async for branch in tune.start():
            order.append(branch.output)
            gates[next(next_ones, "a")].set()
        return order

    assert asyncio.run(main()) == ["b", "c", "a"]


def test_plain_branches_are_awaited_too():
    """Threads notify the event loop when a plain branch ends."""
    gates = {name: threading.Event() for name in "abc"}
    tune = experiment(configs=POOL, strategy=MultiBranch(), sinks=[])(waits_for(gates))

    async def main():
        branches = tune.start()
        for gate in gates.values():
            gate.set()
        return {branch.output async for branch in branches}

    assert asyncio.run(main()) == set("abc")


def test_remaining_async_branches_are_cancelled():
    """Cancelled branches stop where they wait and keep the reason; ended ones stay as they are."""
    stopped = []

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(config):
        if config["id"] == "b":
            return 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append(config["id"])
            raise

    async def main():
        branches = tune.start()
        given_up = []
        async for branch in branches:
            if branch.status is BranchStatus.SUCCESS:
                given_up = [one.config_id for one in branches.cancel("good enough")]
        await asyncio.sleep(0)
        return branches, given_up

    branches, given_up = asyncio.run(main())
    assert (given_up, sorted(stopped)) == (["a", "c"], ["a", "c"])
    assert [branch.reason for branch in branches] == ["good enough", None, "good enough"]
    assert tune.last_branches is branches


def test_remaining_plain_branches_are_given_up():
    """The call returns while the threads continue, and they can see that nobody waits for them."""
    release, ended, branches = threading.Event(), [], []

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[], after=ended.append)
    def tune(config):
        if config["id"] != "b":
            release.wait(PATIENCE_S)
        return config["id"]

    branches = tune.start()
    next(branches.as_ended(PATIENCE_S))
    try:
        assert [branch.config_id for branch in branches.cancel()] == ["a", "c"]
        assert not branches.cancel()
        assert {branch.status for branch in branches.as_ended(PATIENCE_S)} == {
            BranchStatus.SUCCESS,
            BranchStatus.SKIPPED,
        }
        assert len(ended) == 3
    finally:
        release.set()


def test_the_only_branch_may_be_cancelled():
    """The caller gets the cancellation as an error, and is not cancelled itself."""
    running = []

    @experiment(configs=POOL, strategy=Single(), sinks=[], before=running.append)
    async def tune(config):
        running[0].cancel("no more")
        await asyncio.Event().wait()

    async def main():
        with pytest.raises(asyncio.CancelledError, match="no more"):
            await tune()
        return asyncio.current_task().cancelling()

    assert asyncio.run(main()) == 0


def test_shadows_are_cancelled_with_the_rest():
    """Shadows that still wait for their turn are cancelled, too."""
    release = threading.Event()

    @experiment(configs=POOL, strategy=Shadow(max_concurrency=1), sinks=[])
    def tune(config):
        if config["id"] != "a":
            release.wait(PATIENCE_S)

    outcome = tune.call()
    try:
        assert len(outcome.branches.cancel("enough")) == 2
        assert [branch.reason for branch in outcome.branches.as_ended(PATIENCE_S)] == [None, "enough", "enough"]
    finally:
        release.set()


def test_waiting_has_an_end():
    """The error says how many branches are missing."""
    with pytest.raises(TimeoutError, match=r"1 of 1 branches did not end within 0.01 s"):
        list(BranchContainer([Branch(config={})]).as_ended(0.01))


def test_a_loop_is_not_made_to_wait_for_itself():
    """Blocking the loop would wait for ever, so it is refused."""

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(config):
        return config["id"]

    async def main():
        branches = tune.start()
        with pytest.raises(UsageError, match="async for"):
            branches.as_ended()
        return [branch.output async for branch in branches]

    assert asyncio.run(main()) == ["a", "b", "c"]


def test_an_async_call_begins_inside_a_loop_only():
    """Without a running loop the call is refused."""

    @experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
    async def tune(config): ...

    with pytest.raises(UsageError, match="where an event loop runs"):
        tune.start()


def test_generators_are_not_begun_ahead():
    """A generator function cannot be started in advance, since its caller takes the values as they come."""

    @experiment(configs=POOL, sinks=[])
    def tune(config):
        yield 1

    with pytest.raises(UsageError, match="generator function"):
        tune.start()
