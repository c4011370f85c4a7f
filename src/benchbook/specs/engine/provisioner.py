"""The kernel provisioner `benchbook-fork`: kernels from the fork server, or ordinary ones if that is impossible."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from benchbook.numerics import pins
from benchbook.parent_death import dying_with_us
from benchbook.specs.engine.fork_server import ForkedProcess, ForkServerError, current, unavailable
from benchbook.specs.engine.messages import read_at_start
from benchbook.specs.engine.ordinary import LAUNCHERS, keeping_output, plain

NAME = "benchbook-fork"
_UNDERSTOOD = {"cwd", "env", "extra_arguments", "kernel_id"}
_log = logging.getLogger(__name__)


class ForkProvisioner(LocalProvisioner):
    """Launches Python kernels by forking; everything else is as for local kernels.

    Attributes:
        keeps_output: Whether the kernel is known to drop no output; None before the launch.
    """

    keeps_output: bool | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel; if that is impossible, start an ordinary one and log it."""
        asked = getattr(self.parent, "forks", True)
        reason = (unavailable() or _unfit(cmd, kwargs)) if asked else "none is to be forked"
        if reason is not None:
            _log.info("ordinary kernel: %s", reason)
            return await self._launch_ordinary(cmd, kwargs)
        try:
            link = current()
            pid = link.fork(_order(cmd, kwargs))
        except ForkServerError as error:
            _log.warning("ordinary kernel: %s", error)
            return await self._launch_ordinary(cmd, kwargs)
        self.process = ForkedProcess(link, pid)  # type: ignore[assignment]  # it has the needed interface of `Popen`
        self.pid = self.pgid = pid
        self.cwd = kwargs.get("cwd") or os.getcwd()  # noqa: PTH109  # as in the base class
        self.keeps_output = True
        return self.connection_info

    async def _launch_ordinary(self, cmd: list[str], kwargs: dict[str, Any]) -> KernelConnectionInfo:
        ours = keeping_output(cmd)
        self.keeps_output = ours is not None
        return await super().launch_kernel(dying_with_us(ours or cmd, kwargs.get("env") or os.environ), **kwargs)


def _unfit(cmd: Sequence[str], kwargs: dict[str, Any]) -> str | None:
    """Return why the kernel of a command cannot be forked from this Python; None if it can."""
    if cmd[0] != sys.executable:
        return f"its Python is {cmd[0]}, this one {sys.executable}"
    if plain(cmd)[1:3] not in LAUNCHERS:
        return f"its command is {' '.join(cmd[:3])}"
    if other := {name for name, value in kwargs.items() if value is not None} - _UNDERSTOOD:
        return f"it is to be started with {', '.join(sorted(other))}"
    return None


def _order(cmd: Sequence[str], kwargs: dict[str, Any]) -> Any:
    environment = dict(kwargs.get("env") or os.environ)
    return {
        "argv": plain(cmd),
        "cwd": str(kwargs.get("cwd") or os.getcwd()),  # noqa: PTH109  # the message contains a str
        "environment": environment,
        # the server has pinned its arithmetic, as importing benchbook in the notebook would
        "started_with": read_at_start({**pins(), **environment}),
    }
