"""Properties that hold with hundreds of tasks and threads in any order."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import PATIENCE_S

from benchbook.experiments import InMemory, MultiBranch, RoundRobin, Shadow, experiment

CALLS = 300


def pool(size):
    """Return configurations named by their number."""
    return [{"n": n} for n in range(size)]


def balanced(counts: Counter[int], calls: int, size: int) -> bool:
    """Return whether each configuration was used k/n times, rounded down or up."""
    return sum(counts.values()) == calls and {counts[n] for n in range(size)} <= {calls // size, -(-calls // size)}


@given(calls=st.integers(1, 60), size=st.integers(1, 7), start=st.integers(0, 10), seed=st.integers(0, 99))
@settings(max_examples=40)
def test_round_robin_is_fair_among_tasks(calls, size, start, seed):
    """With random pauses and failures, each caller gets the answer to its own question."""
    rng = random.Random(seed)  # noqa: S311  # no secret

    @experiment(configs=pool(size), strategy=RoundRobin(start), sinks=[])
    async def tune(x, pauses, fails, config):
        for _ in range(pauses):
            await asyncio.sleep(0)
        if fails:
            raise ValueError(x, config["n"])
        return x, config["n"]

    async def ask(x):
        try:
            return await tune(x, rng.randrange(4), rng.random() < 0.3)
        except ValueError as error:
            return error.args

    async def main():
        return await asyncio.gather(*(ask(x) for x in range(calls)))

    answers = asyncio.run(main())
    assert [answer[0] for answer in answers] == list(range(calls))
    assert balanced(Counter(answer[1] for answer in answers), calls, size)


@pytest.mark.parametrize("size", [3, 7])
def test_round_robin_is_fair_among_threads(size):
    """Hundreds of calls are made from many threads."""
    lock, used, gate = threading.Lock(), Counter(), threading.Barrier(20)

    @experiment(configs=pool(size), strategy="round_robin", sinks=[])
    def tune(x, config):
        with lock:
            used[config["n"]] += 1
        return x, config["n"]

    wrong = []

    def ask(number):
        gate.wait(PATIENCE_S)
        wrong.extend(x for x in range(CALLS // 20) if tune((number, x))[0] != (number, x))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert balanced(used, CALLS, size)


@given(size=st.integers(1, 30), calls=st.integers(1, 8), seed=st.integers(0, 99), cap=st.none() | st.integers(1, 5))
@settings(max_examples=30)
def test_multi_branch_loses_and_mixes_nothing(size, calls, seed, cap):
    """In simultaneous calls each container has all configurations in order, with the results of its own call."""
    rng, memory = random.Random(seed), InMemory(most=10_000)  # noqa: S311  # no secret
    failing = {(x, n) for x in range(calls) for n in range(size) if rng.random() < 0.2}
    pauses = {(x, n): rng.randrange(4) for x in range(calls) for n in range(size)}

    @experiment(configs=pool(size), strategy=MultiBranch(), max_concurrency=cap, sinks=[memory])
    async def tune(x, config):
        key = (x, config["n"])
        for _ in range(pauses[key]):
            await asyncio.sleep(0)
        if key in failing:
            raise LookupError(key)
        return key

    async def main():
        return await asyncio.gather(*(tune.call(x) for x in range(calls)))

    for x, outcome in enumerate(asyncio.run(main())):
        assert len(outcome.branches) == size
        for n, branch in enumerate(outcome.branches):
            assert branch.call_id == outcome.call_id
            if (x, n) in failing:
                assert branch.exception.original.args == ((x, n),)
            else:
                assert branch.output == (x, n)
    assert len(memory.calls) == calls
    assert len(memory.branches) == calls * size
    assert all(record.ending is not None for record in memory.records)


def test_plain_multi_branches_in_many_threads_lose_and_mix_nothing():
    """There are hundreds of branches, and a fifth of them fail."""

    @experiment(configs=pool(30), strategy=MultiBranch(), max_concurrency=8, sinks=[])
    def tune(x, config):
        if config["n"] % 5 == 0:
            raise LookupError(x, config["n"])
        return x, config["n"]

    outcomes, gate = {}, threading.Barrier(10)

    def ask(x):
        gate.wait(PATIENCE_S)
        outcomes[x] = tune(x)

    threads = [threading.Thread(target=ask, args=(x,)) for x in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for x, branches in outcomes.items():
        found = [branch.exception.original.args if branch.exception else branch.output for branch in branches]
        assert found == [(x, n) for n in range(30)]


def test_last_branches_are_always_those_of_one_call():
    """The attribute is read while many calls end."""
    stop, mixed = threading.Event(), []

    @experiment(configs=pool(5), strategy=MultiBranch(), history=2, sinks=[])
    async def tune(x, config):
        await asyncio.sleep(0)
        return x

    def look():
        while not stop.is_set():
            branches = tune.last_branches
            if len({branch.output for branch in branches}) > 1 or len({branch.call_id for branch in branches}) > 1:
                mixed.append(branches)
            len(tune.history)

    async def main():
        for block in range(20):
            await asyncio.gather(*(tune(10 * block + x) for x in range(10)))

    thread = threading.Thread(target=look)
    thread.start()
    asyncio.run(main())
    stop.set()
    thread.join()
    assert not mixed


@pytest.mark.parametrize("is_async", [False, True])
def test_fifty_shadows_that_never_end_do_not_hold_back_the_primary(is_async):
    """Hundreds of calls return while no shadow has ended."""
    release = threading.Event()

    def plain(x, config):
        if config["n"] != 0:
            release.wait(30)
        return x

    async def coroutine(x, config):
        if config["n"] != 0:
            while not release.is_set():
                await asyncio.sleep(0.01)
        return x

    decorate = experiment(configs=pool(51), strategy=Shadow(backlog=20_000), sinks=[], history=1)
    tune = decorate(coroutine if is_async else plain)

    async def main():
        return [await tune.call(x) for x in range(CALLS)]

    outcomes = asyncio.run(main()) if is_async else [tune.call(x) for x in range(CALLS)]
    assert [outcome.result for outcome in outcomes] == list(range(CALLS))
    assert all(len(outcome.branches.pending()) == 50 for outcome in outcomes)
    release.set()
    for x, outcome in enumerate(outcomes):
        assert {branch.output for branch in outcome.wait_shadows(30)} == {x}
