"""How a process that does runs in lockstep keeps memory.

A cell allocates and frees arrays of 100 kB to a few MB all the time. By default, glibc returns such memory to the
system after each generation, and the system clears it for the next: in 40 variables this took two fifths of the time.
Dask's workers are even configured to do so.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from functools import cache

_TRIM, _MAP = 128 * 1024 * 1024, 32 * 1024 * 1024
# Variables that glibc reads when a process starts, with the parameters of mallopt(3).
_VARIABLES = {"MALLOC_TRIM_THRESHOLD_": (-1, _TRIM), "MALLOC_MMAP_THRESHOLD_": (-3, _MAP)}


def keeping_memory(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with which a new process keeps up to 128 MiB, without those that are already set.

    Examples:
        >>> keeping_memory({"MALLOC_TRIM_THRESHOLD_": "1"})
        {'MALLOC_MMAP_THRESHOLD_': '33554432'}
    """
    return {name: str(value) for name, (_, value) in _VARIABLES.items() if name not in environ}


@cache
def keep_memory() -> None:
    """Let this process keep up to 128 MiB of freed memory: once, on Linux, unless the user has set it."""
    if sys.platform != "linux" or "GLIBC_TUNABLES" in os.environ:
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):  # another C library
        library = ctypes.CDLL(None)
        for name, (parameter, value) in _VARIABLES.items():
            if name not in os.environ:
                library.mallopt(parameter, value)
