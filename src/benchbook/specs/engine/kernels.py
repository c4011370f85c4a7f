"""Kernels of the engine: found like all others, forked if possible, connected by sockets of the file system.

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

from benchbook.scratch import ScratchFolder
from benchbook.specs.engine.fork_server import ForkServerError, current, unavailable
from benchbook.specs.engine.losses import MessageNumbers, listening
from benchbook.specs.engine.provisioner import NAME

_PATIENCE_S = 1.0  # wait for one answer; then the request is repeated
_POLL_S = 0.01
_LONGEST_BYTES = 90  # a socket's path may have 104 bytes on macOS and 108 on Linux, and `/k-ipc-5` follows


class EngineClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel reports it, instead of after a fifth of a second of silence."""

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = True, hb: bool = False, control: bool = True
    ) -> None:
        """Start all channels but the heartbeat: the process shows whether a kernel lives."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)
        self.numbers = MessageNumbers()
        for channel in (self.shell_channel, self.iopub_channel, self.stdin_channel, self.control_channel):
            channel.get_msg = listening(channel.get_msg, self.numbers)

    def connect_iopub(self, identity: bytes | None = None) -> Any:
        """Connect to the output channel, on which nothing is dropped, however much arrives at once."""
        self.context.setsockopt(zmq.RCVHWM, 0)
        return super().connect_iopub(identity)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel is idle and its output channel works.

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
        """Return whether the answer to a request arrived, and the idle message after it on the output channel."""
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
    """Starts and stops a kernel of the engine.

    Attributes:
        forks: Whether the kernel is to be forked, if that is possible.
    """

    forks = True

    def __init__(self, **traits: Any) -> None:
        """Choose a private folder for the sockets."""
        within = self._parent_folder()
        self._scratch = ScratchFolder("bench-") if within is None else None
        self._folder = self._scratch.path if self._scratch else Path(tempfile.mkdtemp(prefix="k", dir=within))
        super().__init__(
            transport="ipc" if len(os.fsencode(self._folder)) <= _LONGEST_BYTES else "tcp",
            connection_file=str(self._folder / "k.json"),
            client_factory=EngineClient,
            **traits,
        )

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The kernel's description, with our provisioner unless it names another."""
        found = super().kernel_spec
        if found is not None:
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
        if self._scratch is not None:
            self._scratch.remove()
        else:
            shutil.rmtree(self._folder, ignore_errors=True)

    @staticmethod
    def _parent_folder() -> Path | None:
        """Return the fork server's folder, which is removed with it, if there is a server."""
        if unavailable() is not None:
            return None
        try:
            return current().folder
        except ForkServerError:
            return None  # the provisioner will get the same error and report it

    async def _async_wait(self, pollinterval: float = _POLL_S) -> None:
        while await self.is_alive():
            await asyncio.sleep(_POLL_S)


class OrdinaryKernels(EngineKernels):
    """Starts an ordinary kernel, for those who need the process itself; no fork server is started for it."""

    forks = False

    @staticmethod
    def _parent_folder() -> Path | None:
        return None


def _register() -> None:
    """Make the provisioner known, even if the package's entry points are not installed."""
    factory = KernelProvisionerFactory.instance()
    if NAME not in factory.provisioners:
        home = "benchbook.specs.engine.provisioner:ForkProvisioner"
        factory.provisioners[NAME] = EntryPoint(NAME, home, KernelProvisionerFactory.GROUP_NAME)
