"""A process that ends with its parent, also while native code holds the interpreter's lock."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when its parent ends; elsewhere do nothing.

    It is the end of the parent's thread that counts which started this process; it must outlive it.

    Args:
        parent: Number of the parent; if it is gone already, this process ends at once.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # a C library without it
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before it was asked for
        os._exit(1)
