"""Processes that end with their parent, also while native code holds the interpreter's lock."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG = 1  # prctl(2)

# Asks for the signal, and replaces itself by the program; Linux remembers the request.
_GUARD = """
import ctypes, os, signal, sys
try:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
except AttributeError:
    pass
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""


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


def dying_with_us(command: Sequence[str], environment: Mapping[str, str] | None = None) -> list[str]:
    """Return a command for `subprocess` whose process Linux kills when this one ends; elsewhere the command itself.

    It is the end of the thread that counts which starts the process; it must outlive it.

    Args:
        command: The program and its arguments.
        environment: Its environment; default: that of this process.
    """
    path = (os.environ if environment is None else environment).get("PATH")
    if sys.platform != "linux" or shutil.which(command[0], path=path) is None:
        return list(command)
    return [sys.executable, "-I", "-S", "-c", _GUARD, str(os.getpid()), *command]
