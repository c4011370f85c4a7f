"""The cost of an experiment: microseconds per decorated call, seconds for 1,000 branches, bytes over many calls.

Wall time and the processor time of this process are reported; the verdict uses the second, which is stable under other
load. The fastest of several rounds counts, because other load can only add time.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable

import psutil

from benchbook.experiments import InMemory, MultiBranch, RoundRobin, experiment

CALL_GOAL_US = 50.0
BRANCHES_GOAL_S = 0.2
POOL = [{"n": n} for n in range(1000)]


@experiment(configs=POOL[:3], strategy="single", sinks=[InMemory()])
async def decorated(x: int, config: dict[str, int]) -> int:
    """Return the argument."""
    return x if config else 0


async def bare(x: int) -> int:
    """Return the argument."""
    return x


@experiment(configs=POOL, strategy=MultiBranch(), sinks=[InMemory()], history=1)
async def many(config: dict[str, int]) -> int:
    """Return a number."""
    return config["n"]


@experiment(configs=POOL, strategy=MultiBranch(), sinks=[InMemory()], history=1)
def many_plain(config: dict[str, int]) -> int:
    """Return a number."""
    return config["n"]


@experiment(configs=POOL[:7], strategy=RoundRobin(), sinks=[InMemory()])
async def turns(x: int, config: dict[str, int]) -> int:
    """Return the argument."""
    return x if config else 0


def quickest(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the least wall time and the least processor time of several rounds, in seconds."""
    walls, processors = [], []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return min(walls), min(processors)


async def _repeat(function: Callable[[int], Awaitable[object]], calls: int) -> None:
    for x in range(calls):
        await function(x)


def measure_call(calls: int, rounds: int) -> None:
    """Print the overhead of the decorator for an async call."""
    wall, processor = quickest(lambda: asyncio.run(_repeat(decorated, calls)), rounds)
    base, base_processor = quickest(lambda: asyncio.run(_repeat(bare, calls)), rounds)
    wall_us, processor_us = 1e6 * (wall - base) / calls, 1e6 * (processor - base_processor) / calls
    print(f"decorated async call, Single, in memory: {wall_us:.1f} us ({processor_us:.1f} us processor);", end=" ")
    print(f"goal {CALL_GOAL_US:.0f} us: {'met' if processor_us <= CALL_GOAL_US else 'MISSED'}")


def measure_branches(rounds: int) -> None:
    """Print the duration of 1,000 trivial branches, as tasks and as threads."""
    for name, work in (("tasks", lambda: asyncio.run(many())), ("threads", many_plain)):
        wall, processor = quickest(work, rounds)
        print(f"MultiBranch of 1,000 trivial branches, {name}: {wall:.3f} s ({processor:.3f} s processor);", end=" ")
        print(f"goal {BRANCHES_GOAL_S} s: {'met' if processor < BRANCHES_GOAL_S else 'MISSED'}")


def measure_memory(calls: int) -> None:
    """Print the growth of memory over many round-robin calls, after a first tenth of them."""
    process = psutil.Process()
    asyncio.run(_repeat(turns, calls // 10))
    gc.collect()
    before = process.memory_info().rss
    asyncio.run(_repeat(turns, calls))
    gc.collect()
    grown = process.memory_info().rss - before
    print(f"memory over {calls:,} calls by round robin: {grown / 1024:+,.0f} KiB ({grown / calls:+.2f} bytes per call)")


def main(quick: bool = False) -> None:
    """Measure and print."""
    measure_call(1_000 if quick else 5_000, 3 if quick else 9)
    measure_branches(3 if quick else 9)
    measure_memory(10_000 if quick else 100_000)


if __name__ == "__main__":
    main()
