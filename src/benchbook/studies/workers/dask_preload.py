"""What a Dask worker on this machine does when it starts: Dask imports this module and calls its function."""

from __future__ import annotations

from multiprocessing import parent_process
from typing import Any

from benchbook.parent_death import die_with_parent


def dask_setup(worker: Any) -> None:  # noqa: ARG001  # Dask passes it
    """Let the worker end with the process that started the cluster."""
    parent = parent_process()
    if parent is not None and parent.pid is not None:
        die_with_parent(parent.pid)  # Dask starts workers from a thread that watches them to their end
