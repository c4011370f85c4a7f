"""The circumstances of a run: commit, host, environment, memory."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from benchbook.clock import SYSTEM_CLOCK
from benchbook.digests import text_digest
from benchbook.importing.objects import version_of
from benchbook.numerics import cpu_name, fingerprint
from benchbook.problems import kernel
from benchbook.records import Environment, Host, Memory
from benchbook.typing import JsonObject, JsonValue

# Packages that can change a result, in addition to an adapter's library.
_PACKAGES = ("benchbook", "numpy", "coco-experiment")
# Name of the kernel among the packages. Neither its compiler nor its variant changes a bit of a result.
KERNEL = "benchbook-kernel"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def library_version() -> str:
    """Return benchbook's version."""
    return version_of("benchbook", "0+unknown")  # a source tree may never have been installed


@cache
def environment(packages: tuple[str, ...] = ()) -> Environment:
    """Return the software environment of this process.

    Args:
        packages: Distributions that the run's optimizer uses beyond benchbook's own.
    """
    compiled = kernel.info()
    return Environment(
        python=platform.python_version(),
        packages={name: found for name in (*_PACKAGES, *packages) if (found := version_of(name, ""))}
        | {KERNEL: f"{compiled.version}, {compiled.compiler}"},
        platform=platform.platform(),
        cpu=cpu_name(),
        arithmetic=fingerprint(),
    )


def environment_key(found: Environment) -> str:
    """Return the digest (hex) of what can change the numbers of a run apart from its code.

    These are Python (not its patch release), NumPy, the mathematical library and the kind of processor. The kernel's
    compiler and variant are not among them: its bits depend on neither. What pinning controls is left out: a process
    that had loaded NumPy before benchbook can share a study with pinned workers, and `verify` names the difference.
    """
    a = found.arithmetic
    python = ".".join(found.python.split(".")[:2])
    return text_digest(python, a.numpy, a.libm, a.machine)


def measurement(command: str, packages: Iterable[str], rows: Sequence[JsonValue]) -> JsonObject:
    """Return measured rows with command, date and versions, in the form that the site's tables read.

    Args:
        command: The command that measures them again.
        packages: Distributions used in addition to benchbook and NumPy; those not installed are left out.
        rows: What was measured.
    """
    names = dict.fromkeys(["benchbook", "numpy", *packages])
    return {
        "command": command,
        "measured": SYSTEM_CLOCK.now().date().isoformat(),
        "versions": {name: found for name in names if (found := version_of(name, ""))},
        "rows": list(rows),
    }


@cache
def host() -> Host:
    """Return the machine this process runs on."""
    import psutil

    return Host(
        name=platform.node(),
        machine=platform.machine(),
        cpu_count=os.cpu_count(),
        memory_bytes=int(psutil.virtual_memory().total),
    )


def commit() -> tuple[str | None, bool | None]:
    """Return the commit of the repository around the working directory, and whether it has uncommitted changes."""
    return _commit(str(Path.cwd()))


def look_up(packages: tuple[str, ...] = ()) -> None:
    """Determine what is the same for all runs of this process, which includes a call of git, before the first run.

    Args:
        packages: As for `environment`.
    """
    commit()
    host()
    environment(packages)


class MemoryWatch:
    """Measures by how much work makes this process larger: the difference of its size, or of its peak if that rose."""

    def __init__(self) -> None:
        """Record the present size."""
        self._peak, self._size = _peak_rss(), _rss()

    def memory(self, runs: int = 1) -> Memory:
        """Return the peak of this process, and the growth since then in equal parts for `runs`."""
        peak, size = _peak_rss(), _rss()
        if size is None or self._size is None:
            return Memory(peak_rss_bytes=peak)
        most = max(size, peak) if peak is not None and self._peak is not None and peak > self._peak else size
        return Memory(peak_rss_bytes=peak, grown_bytes=max(most - self._size, 0) // runs)


def _rss() -> int | None:
    """Return the resident set of this process; from /proc if it exists, where this takes a few microseconds."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123  # paths take as long again
            return int(file.read(128).split()[1]) * PAGE_BYTES
    except (OSError, IndexError, ValueError):
        import psutil

        return int(psutil.Process().memory_info().rss)


def _peak_rss() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux kibibytes.
    return int(peak) if sys.platform == "darwin" else int(peak) * 1024


@cache
def _commit(folder: str) -> tuple[str | None, bool | None]:
    head = _git(folder, "rev-parse", "HEAD")
    if head is None:
        return None, None
    status = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return head, None if status is None else bool(status)


def _git(folder: str, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # fixed arguments, no shell
            ["git", *arguments],  # noqa: S607  # the user's git, wherever it is
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
