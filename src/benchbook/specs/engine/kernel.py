"""How a forked process becomes a kernel that looks like a freshly started one."""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from typing import TypedDict


class Order(TypedDict):
    """The request for a kernel.

    Attributes:
        argv: The command line of the ordinary kernel.
        cwd: Its working directory.
        environment: Its environment.
        started_with: Those variables that take effect only at the start of a process.
    """

    argv: list[str]
    cwd: str
    environment: dict[str, str]
    started_with: dict[str, str]


def become_kernel(order: Order) -> None:
    """Renew the state that a fork shares with its parent, and run the kernel until it is shut down."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _environment(order)
    _randomness()
    from benchbook.specs.engine.kernel_app import IPKernelApp, launcher

    sys.argv = [launcher(), *order["argv"][3:]]
    # ipykernel reads the parent's process id while it is imported, which was before the fork.
    IPKernelApp.launch_instance(argv=order["argv"][3:], parent_handle=os.getppid())


def _environment(order: Order) -> None:
    os.environ.clear()
    os.environ.update(order["environment"], JPY_PARENT_PID=str(os.getppid()))
    time.tzset()
    tempfile.tempdir = None  # TMPDIR is read at first use, which may have been before the fork
    os.chdir(order["cwd"])
    sys.orig_argv = order["argv"]


def _randomness() -> None:
    """Give each kernel its own random states; Python's and those of new generators come from the system."""
    import numpy as np

    random.seed()
    np.random.seed()  # noqa: NPY002  # it is the legacy state that must be renewed
