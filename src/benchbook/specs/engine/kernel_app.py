"""The application of a kernel: no output of a cell is lost, however much it is and however the kernel ends.

Forked kernels import it. Ordinary ones run this file, also with a Python that has ipykernel but not benchbook.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import zmq
from ipykernel import kernelapp

_PATIENCE_MS = 2000  # for a client that no longer reads


class IPKernelApp(kernelapp.IPKernelApp):
    """ipykernel's application, with an output channel that keeps everything; its name is that of its logger, too."""

    def init_iopub(self, context: Any) -> None:
        """Open the output channel in its own context, so that its end can be awaited.

        A socket with a limit silently drops messages that arrive faster than they are read.
        """
        self.output = zmq.Context()
        self.output.setsockopt(zmq.SNDHWM, 0)
        super().init_iopub(self.output)  # type: ignore[no-untyped-call]
        os._exit = _delivering(os._exit, self)  # type: ignore[assignment]  # it never returns either

    def close(self) -> None:
        """Close everything."""
        super().close()  # type: ignore[no-untyped-call]
        self.output.destroy(linger=_PATIENCE_MS)

    def deliver(self) -> None:
        """Deliver flushed output to the client; no more output is possible afterwards."""
        self.iopub_thread.stop()
        self.output.destroy(linger=_PATIENCE_MS)


def _delivering(leave: Callable[[int], NoReturn], app: IPKernelApp) -> Callable[[int], NoReturn]:
    """Return an `os._exit` that first delivers flushed output, because the sending thread would end at once."""
    mine = os.getpid()

    def leave_when_delivered(status: int) -> NoReturn:
        try:
            if os.getpid() == mine:  # a child that the notebook forked must not touch its parent's sockets
                with contextlib.suppress(Exception):
                    app.deliver()
        finally:
            leave(status)

    return leave_when_delivered


def main() -> None:
    """Run an ordinary kernel, which looks as if it had been started by ipykernel's own launcher."""
    sys.argv[0] = launcher()
    IPKernelApp.launch_instance()


def launcher() -> str:
    """Return the first argument of `python -m ipykernel_launcher`: the file of that module."""
    spec = importlib.util.find_spec("ipykernel_launcher")
    return str(spec.origin) if spec is not None else "ipykernel_launcher"


if __name__ == "__main__":
    main()
