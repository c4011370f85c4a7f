"""What this process may use: memory and processors of the machine, or of a container's limits (cgroup v1, v2)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_UNLIMITED = 2**60  # cgroup v1 writes a number near 2**63 if there is no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of what may be used.

    Attributes:
        memory_bytes: Memory.
        cpus: Processors; may be a fraction.
        memory_usage: File with the memory use of the container; None if the machine is the limit.
    """

    memory_bytes: int
    cpus: float
    memory_usage: Path | None = None


def limits_here(memory_bytes: int, cpus: float, root: Path = Path("/")) -> Limits:
    """Return the limits, given what the machine has; `root` is where `proc` and `sys` are mounted."""
    groups = _groups(root)
    usage: Path | None = None
    for folder in _folders(root, groups, "memory"):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            value = _integer(folder / limit)
            if value is not None and value < min(memory_bytes, _UNLIMITED):
                memory_bytes, usage = value, folder / used
    for folder in _folders(root, groups, "cpu"):
        quota = _quota(folder)
        if quota is not None:
            cpus = min(cpus, quota)
    return Limits(memory_bytes=memory_bytes, cpus=cpus, memory_usage=usage)


def usable_cpus() -> float:
    """Return the processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return float(len(os.sched_getaffinity(0)))
    return float(os.cpu_count() or 1)


def memory_in_use(limits: Limits) -> int | None:
    """Return what a container uses of its memory, without files that the kernel can drop; None if none limits it."""
    if limits.memory_usage is None:
        return None
    used = _integer(limits.memory_usage)
    if used is None:
        return None
    droppable = 0
    try:
        for line in (limits.memory_usage.parent / "memory.stat").read_text().splitlines():
            name, _, number = line.partition(" ")
            if name in ("inactive_file", "total_inactive_file"):
                droppable = max(droppable, int(number))
    except (OSError, ValueError):
        pass
    return max(0, used - droppable)


def _groups(root: Path) -> dict[str, str]:
    """Return the path of this process in each hierarchy; that of v2 has the name ''."""
    groups: dict[str, str] = {}
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return groups
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for controller in controllers.split(","):
            groups[controller] = path
    return groups


def _folders(root: Path, groups: dict[str, str], controller: str) -> list[Path]:
    """Return the folders whose limits hold: that of this process and all above it."""
    found: list[Path] = []
    mount = root / "sys/fs/cgroup"
    for name, base in (("", mount), (controller, mount / controller)):
        if name not in groups:
            continue
        path = PurePosixPath(groups[name].lstrip("/"))
        # Inside a container the path is often that of the host, and only its root is mounted.
        found += [base / part for part in (path, *path.parents) if (base / part).is_dir()]
    return found


def _quota(folder: Path) -> float | None:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        pass
    given, period_us = _integer(folder / "cpu.cfs_quota_us"), _integer(folder / "cpu.cfs_period_us")
    if given is None or period_us is None or given <= 0 or period_us <= 0:
        return None
    return given / period_us


def _integer(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
