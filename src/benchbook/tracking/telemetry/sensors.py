"""Sensors: each reads some values of the machine or of this process and its children; names contain the units."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

import psutil

from benchbook.tracking.telemetry.resource_limits import Limits, limits_here, memory_in_use, usable_cpus

Values: TypeAlias = Mapping[str, float | None]


class SensorError(Exception):
    """A sensor has no value; the message gives the reason."""


class Sensor(Protocol):
    """Reads values; if it raises, only its own values are missing, with the error as the reason."""

    name: str

    def read(self, elapsed_s: float) -> Values:
        """Return values by name, `elapsed_s` seconds after the last reading; None: not known yet."""


class ProcessTree:
    """CPU, memory and IO of this process and all of its children, together.

    CPU is in percent of one processor, so that four busy workers are 400. Memory that processes share counts in each.
    What a child did between the last reading and its end is not seen.
    """

    name = "process_tree"

    def __init__(self) -> None:
        """Begin with this process."""
        self._me = psutil.Process()
        self._cpu_s: dict[tuple[int, float], float] = {}
        self._io: dict[tuple[int, float], tuple[int, int]] = {}
        self._is_first = True

    def read(self, elapsed_s: float) -> Values:
        """Return `cpu_tree_percent`, `rss_bytes`, `processes`, `read_bytes_per_s` and `write_bytes_per_s`."""
        cpu_s, io, rss = {}, {}, 0
        for process in self._tree():
            try:
                with process.oneshot():
                    key = (process.pid, process.create_time())
                    times = process.cpu_times()
                    cpu_s[key] = times.user + times.system
                    rss += process.memory_info().rss
                    counters = _io_of(process)
            except psutil.Error:  # it has ended in the meantime
                continue
            if counters is not None:
                io[key] = counters
        used = sum(seconds - self._cpu_s.get(key, 0.0) for key, seconds in cpu_s.items())
        read = sum(now[0] - self._io.get(key, (0, 0))[0] for key, now in io.items())
        written = sum(now[1] - self._io.get(key, (0, 0))[1] for key, now in io.items())
        known, self._is_first = not self._is_first and elapsed_s > 0, False
        self._cpu_s, self._io = cpu_s, io
        return {
            "cpu_tree_percent": max(0.0, 100 * used / elapsed_s) if known else None,
            "rss_bytes": float(rss),
            "processes": float(len(cpu_s)),
            "read_bytes_per_s": max(0.0, read / elapsed_s) if known and io else None,
            "write_bytes_per_s": max(0.0, written / elapsed_s) if known and io else None,
        }

    def _tree(self) -> list[psutil.Process]:
        pids = _descendants(self._me.pid)
        if pids is None:
            return [self._me, *self._me.children(recursive=True)]
        found = [self._me]
        for pid in pids:
            with contextlib.suppress(psutil.Error):  # it has ended in the meantime
                found.append(psutil.Process(pid))
        return found


def _descendants(pid: int) -> list[int] | None:
    """Return the processes below one, as Linux lists them; None where it does not.

    The portable way looks at all processes of the machine, which took nine tenths of the time of a sample.
    """
    found: list[int] = []
    waiting = [pid]
    while waiting:
        of = waiting.pop()
        try:
            for task in os.listdir(f"/proc/{of}/task"):  # noqa: PTH208  # paths cost as much as the reading
                with open(f"/proc/{of}/task/{task}/children", "rb") as file:  # noqa: PTH123  # paths cost as much as the reading
                    waiting += [int(child) for child in file.read().split()]
        except OSError:
            if of == pid:
                return None  # no such list on this system
        if of != pid:
            found.append(of)
    return found


def _io_of(process: psutil.Process) -> tuple[int, int] | None:
    try:
        counters = process.io_counters()
    except (psutil.Error, AttributeError):
        return None
    return counters.read_bytes, counters.write_bytes


class System:
    """The machine: CPU in percent of all processors, and the share of memory in use; in a container, of its limit."""

    name = "system"

    def __init__(self, limits: Limits) -> None:
        """Keep the limits."""
        self._limits = limits
        self._is_first = True

    def read(self, elapsed_s: float) -> Values:
        """Return `cpu_system_percent` and `memory_used_share`."""
        percent = psutil.cpu_percent(None)
        first, self._is_first = self._is_first, False
        used = memory_in_use(self._limits)
        if used is None:
            memory = psutil.virtual_memory()
            used, total = memory.total - memory.available, memory.total
        else:
            total = self._limits.memory_bytes
        return {"cpu_system_percent": None if first else percent, "memory_used_share": min(1.0, used / total)}


class Evaluations:
    """Evaluations per second, from a counter that the work bumps.

    If work is counted in large parts, such as whole cells of a study, the rate is that of the last part until the next
    one. If the next part takes longer than the last one took, the rate falls to the largest value that is still
    possible.
    """

    name = "evaluations"

    def __init__(self, value: Callable[[], int]) -> None:
        """Keep how to read the counter."""
        self._value = value
        self._before = value()
        self._part = 0
        self._since_s = 0.0
        self._rate: float | None = None

    def read(self, elapsed_s: float) -> Values:
        """Return `evaluations_per_s`; None until the first evaluation."""
        now = self._value()
        done, self._before = now - self._before, now
        self._since_s += elapsed_s
        if self._since_s <= 0 or now == 0:
            return {"evaluations_per_s": None}
        if done > 0:
            self._part, self._rate, self._since_s = done, done / self._since_s, 0.0
        elif self._rate is not None:
            return {"evaluations_per_s": min(self._rate, self._part / self._since_s)}
        return {"evaluations_per_s": self._rate}


def machine_limits() -> Limits:
    """Return what this process may use on this machine; memory is 0 if the system does not report it."""
    try:
        memory = int(psutil.virtual_memory().total)
    except Exception:  # noqa: BLE001  # in a sandbox it may be anything; it is checked before a division
        memory = 0
    return limits_here(memory, usable_cpus())
