"""Generators as experiments: their branch ends when they end, are closed or fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from typing import Any

import pytest

from benchbook.errors import UsageError
from benchbook.experiments import InMemory, MultiBranch, current_branch, experiment, log_metrics

CONFIG = [{"a": 3}]


def counting(config: dict[str, int]) -> Generator[int, Any, str]:
    """Yield numbers, report each, and return a text."""
    for k in range(config["a"]):
        log_metrics({"k": k})
        yield k
    return "over"


async def counting_async(config: dict[str, int]) -> AsyncIterator[int]:
    """Yield numbers, and report each."""
    for k in range(config["a"]):
        log_metrics({"k": k})
        await asyncio.sleep(0)
        yield k


def only(kept: InMemory) -> Any:
    """Return the record of the only branch, whose call has ended as well."""
    assert all(record.ending is not None for record in kept.records)
    (branch,) = kept.branches
    return branch


def test_a_generator_that_ends_is_a_success() -> None:
    """Its values reach the caller, its numbers the sinks, and what it returns is the output."""
    kept = InMemory()
    run = experiment(configs=CONFIG, sinks=[kept])(counting)
    seen = []
    for value in run():
        assert current_branch() is None  # the caller's own code is not inside of the branch
        seen.append(value)
    assert seen == [0, 1, 2]
    assert (run.last_branches[0].output, only(kept).ending.status) == ("over", "success")
    assert [m.value for m in only(kept).metrics if m.name == "k"] == [0, 1, 2]


def test_a_generator_that_is_closed_is_skipped() -> None:
    """Whoever has seen enough ends the branch, also by letting go of the generator."""
    kept = InMemory()
    running = experiment(configs=CONFIG, sinks=[kept])(counting)()
    assert next(running) == 0
    running.close()
    assert only(kept).ending.status == "skipped"


def test_a_generator_that_nobody_begins_leaves_no_branch() -> None:
    """Nothing has run, so there is nothing to end."""
    kept = InMemory()
    experiment(configs=CONFIG, sinks=[kept])(counting)().close()
    assert kept.records == []


def test_a_generator_that_fails_has_failed() -> None:
    """The caller gets the very error, and the branch has it."""
    error = ValueError("boom")

    def failing(config: dict[str, int]) -> Generator[int]:
        yield 1
        raise error

    kept = InMemory()
    running = experiment(configs=CONFIG, sinks=[kept])(failing)()
    next(running)
    with pytest.raises(ValueError, match="boom") as caught:
        next(running)
    assert caught.value is error
    assert only(kept).ending.status == "failed"


def test_what_is_sent_and_thrown_reaches_the_generator() -> None:
    """As if it were called by itself."""

    def echo(config: dict[str, int]) -> Generator[Any, Any, Any]:
        said = yield "ready"
        try:
            yield said
        except KeyError:
            yield "caught"

    running = experiment(configs=CONFIG, sinks=[])(echo)()
    assert [next(running), running.send("hello"), running.throw(KeyError())] == ["ready", "hello", "caught"]
    running.close()


@pytest.mark.parametrize(("most", "status"), [(9, "success"), (2, "skipped")])
def test_an_async_generator_ends_its_branch(most: int, status: str) -> None:
    """Read to its end it is a success; closed before, it is skipped."""
    kept = InMemory()
    run = experiment(configs=CONFIG, sinks=[kept])(counting_async)

    async def read() -> list[int]:
        seen: list[int] = []
        running = run()
        async for value in running:
            seen.append(value)
            if len(seen) == most:
                break
        await running.aclose()
        return seen

    assert asyncio.run(read()) == [0, 1, 2][:most]
    assert only(kept).ending.status == status


def test_an_async_generator_that_fails_has_failed() -> None:
    """Also where what it awaits is cancelled."""

    async def failing(config: dict[str, int]) -> AsyncIterator[int]:
        yield 1
        raise asyncio.CancelledError

    kept = InMemory()
    run = experiment(configs=CONFIG, sinks=[kept])(failing)

    async def read() -> None:
        async for _ in run():
            pass

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(read())
    assert only(kept).ending.status == "failed"


def test_a_strategy_with_several_branches_refuses_a_generator() -> None:
    """Its values could not be told apart."""
    kept = InMemory()
    run = experiment(configs=[{"a": 1}, {"a": 2}], sinks=[kept], strategy=MultiBranch())(counting)
    with pytest.raises(UsageError, match="several branches"):
        next(run())
    assert kept.records == []
