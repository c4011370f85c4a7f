"""The fork server: a process that has imported the libraries and forks kernels on request.

The process that started it holds the other end of a pair of sockets, and can pass further ends to other processes. A
kernel
belongs to the end over which it was requested: when that end is closed, even by the death of its process, its kernels
are killed; when the first one is closed, everything ends. Kernels notice themselves when the server has ended.

It is single-threaded and loads no event loop, so that a fork copies no held lock.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from benchbook.numerics import PIN_VARIABLES
from benchbook.parent_death import die_with_parent
from benchbook.specs.engine.kernel import Order, become_kernel
from benchbook.specs.engine.messages import Line, Message, read_at_start

Task = Callable[[], None]


def main(arguments: list[str]) -> None:
    """Serve the socket with the number in the first argument; the folder in the second one is removed at the end."""
    control, folder = Line(socket.socket(fileno=int(arguments[0]))), arguments[1]
    started = dict(os.environ)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as in a kernel
    mine = os.getpid()
    task, server = None, None
    try:
        from benchbook.specs.engine.preload import preload

        preload()
        kept = {name: value for name, value in os.environ.items() if name not in started or name in PIN_VARIABLES}
        server = Server(control, started_with=read_at_start(started), kept=kept)
        task = server.serve()
    finally:
        if os.getpid() == mine:
            if server is not None:
                server.end()
            shutil.rmtree(folder, ignore_errors=True)
    if task is not None:
        task()


class Server:
    """The server's loop.

    Args:
        control: The first end; the server lives as long as the other side.
        started_with: Variables that take effect only at the start of a process.
        kept: Variables that imports have set, as they would in a kernel.
    """

    def __init__(self, control: Line, *, started_with: dict[str, str], kept: dict[str, str]) -> None:
        """Start with one end and no kernel."""
        self._kept = kept
        self._control = control
        self._kernels: dict[Line, set[int]] = {control: set()}
        self._started_with = started_with

    def serve(self) -> Task | None:
        """Answer until the control end is closed; in a forked process, return its task."""
        while self._control in self._kernels:
            ready, _, _ = select.select([line.socket for line in self._kernels], [], [])
            for line in [line for line in self._kernels if line.socket in ready]:
                task = self._hear(line)
                if task is not None:
                    return task
        return None

    def end(self) -> None:
        """Kill all kernels and close all connections."""
        for line in list(self._kernels):
            self._drop(line)

    def _hear(self, line: Line) -> Task | None:
        try:
            messages = line.receive()
        except OSError:
            messages = None
        if messages is None:
            self._drop(line)
            return None
        for message in messages:
            task = self._obey(line, message)
            if task is not None:
                return task
        return None

    def _obey(self, line: Line, message: Message) -> Task | None:
        if message["do"] == "adopt":
            self._kernels[Line(socket.socket(fileno=line.take_descriptor()))] = set()
            return None
        if message["do"] == "fork":
            return self._fork(line, message["order"])
        pid = int(message["pid"])
        self._answer(line, {"code": self._code(line, pid)})
        return None

    def _fork(self, line: Line, order: Order) -> Task | None:
        if order["started_with"] != self._started_with:
            changed = {name for name, _ in set(order["started_with"].items()) ^ set(self._started_with.items())}
            self._answer(line, {"error": f"{', '.join(sorted(changed))} changed after the fork server started"})
            return None
        if threading.active_count() > 1:
            self._answer(line, {"error": "a library that was imported has started a thread"})
            return None
        mine = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            self._answer(line, {"error": f"fork failed: {error}"})
            return None
        if pid == 0:
            die_with_parent(mine)
            os.setsid()
            for other in self._kernels:
                other.close()
            return lambda: become_kernel({**order, "environment": {**self._kept, **order["environment"]}})
        self._kernels[line].add(pid)
        self._answer(line, {"pid": pid})
        return None

    def _code(self, line: Line, pid: int) -> int | None:
        """Return the return code of a kernel, as in `subprocess`; None while it runs."""
        if pid not in self._kernels[line]:
            return 0
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            return None
        self._kernels[line].discard(pid)
        return os.waitstatus_to_exitcode(status)

    def _drop(self, line: Line) -> None:
        for pid in self._kernels.pop(line):
            for kill in (os.killpg, os.kill):  # its group, or itself if it has none yet
                with contextlib.suppress(ProcessLookupError):
                    kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        line.close()

    def _answer(self, line: Line, message: Message) -> None:
        with contextlib.suppress(OSError):  # the requester has ended, which is noticed in the next turn
            line.send(message)


if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if entry and Path(entry) != Path.cwd()]
    main(sys.argv[1:])
