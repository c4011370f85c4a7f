"""Generators as experiments: the branch ends when the generator ends, is closed or fails."""

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
    """Return the record of the only branch, whose call has ended."""
    assert all(record.ending is not None for record in kept.records)
    (branch,) = kept.branches
    return branch


def test_a_generator_that_ends_is_a_success() -> None:
    """Values reach the caller, metrics reach the sinks, and the generator's return value is the output."""
    kept = InMemory()
    run = experiment(configs=CONFIG, sinks=[kept])(counting)
    seen = []
    for value in run():
        assert current_branch() is None  # the caller's own code is not part of the branch
        seen.append(value)
    assert seen == [0, 1, 2]
    assert (run.last_branches[0].output, only(kept).ending.status) == ("over", "success")
    assert [m.value for m in only(kept).metrics if m.name == "k"] == [0, 1, 2]


def test_a_generator_that_is_closed_is_skipped() -> None:
    """Closing the generator ends the branch, and so does dropping the last reference to it."""
    kept = InMemory()
    running = experiment(configs=CONFIG, sinks=[kept])(counting)()
    assert next(running) == 0
    running.close()
    assert only(kept).ending.status == "skipped"


def test_a_generator_that_is_never_started_leaves_no_branch() -> None:
    """A generator that was never started has run nothing, so no branch is recorded."""
    kept = InMemory()
    experiment(configs=CONFIG, sinks=[kept])(counting)().close()
    assert kept.records == []


def test_a_generator_that_fails_has_failed() -> None:
    """The caller gets the original error, and the branch records it."""
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
    """Sent values and thrown exceptions arrive as without the decorator."""

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
    """Read to its end it is a success; closed earlier, it is skipped."""
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
    """An async generator has also failed if something that it awaits is cancelled."""

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
    """The values of several branches could not be distinguished."""
    kept = InMemory()
    run = experiment(configs=[{"a": 1}, {"a": 2}], sinks=[kept], strategy=MultiBranch())(counting)
    with pytest.raises(UsageError, match="several branches"):
        next(run())
    assert kept.records == []
