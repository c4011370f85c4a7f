"""Ordinary kernels, which are started where none can be forked: how their output is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

LAUNCHERS = (["-m", "ipykernel_launcher"], ["-m", "ipykernel"])
_IGNORED = ["-Xfrozen_modules=off"]  # requests a debugger that can step into the standard library

# The file is run instead of ipykernel's launcher, and without importing benchbook, which the kernel's Python may lack.
_LAUNCH = (
    "import sys; sys.path[:1] = [p for p in sys.path[:1] if p]; import runpy; "
    "runpy.run_path(sys.argv.pop(1), run_name='__main__')"
)


def plain(cmd: Sequence[str]) -> list[str]:
    """Return a kernel's command without options that make no difference here."""
    return [part for part in cmd if part not in _IGNORED]


def keeping_output(cmd: Sequence[str]) -> list[str] | None:
    """Return the command of a kernel that keeps all output; None if it is not ipykernel's.

    Args:
        cmd: The command in the kernel's description.
    """
    command = plain(cmd)
    if command[1:3] not in LAUNCHERS:
        return None
    return [command[0], "-c", _LAUNCH, str(Path(__file__).with_name("kernel_app.py")), *command[3:]]
