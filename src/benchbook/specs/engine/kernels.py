"""Kernels as the engine has them: found like all others, forked where possible, over sockets of the file system.

Nothing is installed into the user's Jupyter folders: the provisioner is added to the kernel's description in memory.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from importlib.metadata import EntryPoint
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from benchbook.specs.engine.fork_server import ForkServerError, current, unavailable
from benchbook.specs.engine.provisioner import NAME

_PATIENCE_S = 1.0  # for one answer; a kernel that has not heard is asked again
_POLL_S = 0.01
_LONGEST_BYTES = 90  # the name of a socket holds 104 on macOS and 108 on Linux, and `/k-ipc-5` follows


class EngineClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel says so, rather than after a fifth of a second without a word."""

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = True, hb: bool = False, control: bool = True
    ) -> None:
        """Start all channels but the heartbeat: that a kernel lives is known from its process."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)

    def connect_iopub(self, identity: bytes | None = None) -> Any:
        """Connect to the output channel, on which nothing is dropped however much comes at once."""
        self.context.setsockopt(zmq.RCVHWM, 0)
        return super().connect_iopub(identity)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel is idle and heard on the output channel.

        Raises:
            RuntimeError: It died, or took too long.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            if await self._heard_idle(self.kernel_info()):
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if deadline is not None and time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _heard_idle(self, request: str) -> bool:
        """Tell whether the answer to a request came, and on the output channel that the kernel is idle after it."""
        try:
            reply = await self.get_shell_msg(timeout=_PATIENCE_S)
            self._handle_kernel_info_reply(reply)
            while True:
                message = await self.get_iopub_msg(timeout=_PATIENCE_S)
                if message["parent_header"].get("msg_id") == request and message["content"] == {
                    "execution_state": "idle"
                }:
                    return True
        except Empty:
            return False


class EngineKernels(AsyncKernelManager):
    """Starts and stops a kernel of the engine."""

    def __init__(self, **traits: Any) -> None:
        """Choose a folder for the sockets, where no other user looks in."""
        self._folder = Path(tempfile.mkdtemp(prefix="k", dir=_parent_folder()))
        super().__init__(
            transport="ipc" if len(os.fsencode(self._folder)) <= _LONGEST_BYTES else "tcp",
            connection_file=str(self._folder / "k.json"),
            client_factory=EngineClient,
            **traits,
        )

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The kernel's description, with our provisioner where it names no other."""
        found = super().kernel_spec
        if found is not None and found.language == "python":
            found.metadata = {"kernel_provisioner": {"provisioner_name": NAME}, **found.metadata}
            _register()
        return found

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        """Clean up, with the folder of the sockets."""
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self.remove_sockets()

    cleanup_resources = _async_cleanup_resources

    def remove_sockets(self) -> None:
        """Remove the folder of the sockets."""
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _async_wait(self, pollinterval: float = _POLL_S) -> None:
        while await self.is_alive():
            await asyncio.sleep(_POLL_S)


def _parent_folder() -> Path | None:
    """Return the fork server's folder, which goes with it, where there is a server."""
    if unavailable() is not None:
        return None
    try:
        return current().folder
    except ForkServerError:
        return None  # the provisioner will meet the same error, and say so


def _register() -> None:
    """Make the provisioner known, also where the package's entry points are not installed."""
    factory = KernelProvisionerFactory.instance()
    if NAME not in factory.provisioners:
        home = "benchbook.specs.engine.provisioner:ForkProvisioner"
        factory.provisioners[NAME] = EntryPoint(NAME, home, KernelProvisionerFactory.GROUP_NAME)
