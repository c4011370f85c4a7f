"""Experiments inside a notebook, whose cells run in an event loop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

SETUP = """
import asyncio, threading
from benchbook.experiments import MultiBranch, Shadow, experiment, current_branch
POOL = [{"id": name} for name in "abc"]
"""
PLAIN = """
barrier = threading.Barrier(3)
@experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
def plain(x, config):
    barrier.wait(10)
    return x, config["id"]
[branch.output for branch in plain(1)]
"""
ASYNC = """
@experiment(configs=POOL, strategy=MultiBranch(), sinks=[])
async def tune(x, config):
    await asyncio.sleep(0)
    return x, config["id"], asyncio.get_running_loop() is loop
loop = asyncio.get_running_loop()
[branch.output for branch in await tune(2)]
"""
SHADOW = """
returned = threading.Event()
@experiment(configs=POOL, strategy=Shadow(), sinks=[])
async def shadowed(config):
    if config["id"] != "a":
        returned.wait(10)
    return config["id"]
outcome = await shadowed.call()
pending = len(outcome.branches.pending())
returned.set()
outcome.result, pending, [branch.output for branch in await outcome.shadows()]
"""
PLAIN_TIMEOUT = """
@experiment(configs=POOL, timeout=0.05, sinks=[])
def endless(config):
    threading.Event().wait()
endless()
"""


@pytest.fixture(scope="module")
def client() -> Iterator[BlockingKernelClient]:
    """Return a kernel like that of a notebook."""
    manager = KernelManager(kernel_name="python3", transport="ipc")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def run(client: BlockingKernelClient, code: str) -> str:
    """Run a cell and return the text of its result, or of its error."""
    said: list[str] = []

    def hear(message):
        content = message["content"]
        if message["msg_type"] == "execute_result":
            said.append(content["data"]["text/plain"])
        elif message["msg_type"] == "error":
            said.append(f"{content['ename']}: {content['evalue']}")

    client.execute_interactive(code, timeout=60, output_hook=hear)
    return "\n".join(said)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq", "ignore::DeprecationWarning:jupyter_client")
def test_plain_and_async_experiments_run_in_a_cell(client):
    """Plain ones need no await, async ones are awaited in the kernel's loop, and shadows run there as well."""
    assert run(client, SETUP) == ""
    assert run(client, PLAIN) == "[(1, 'a'), (1, 'b'), (1, 'c')]"
    assert run(client, ASYNC) == "[(2, 'a', True), (2, 'b', True), (2, 'c', True)]"
    assert run(client, SHADOW) == "('a', 2, ['b', 'c'])"
    assert run(client, PLAIN_TIMEOUT) == "TimeoutError: branch a did not end within 0.05 s"
    assert run(client, "len(tune.last_branches.successful())") == "3"
