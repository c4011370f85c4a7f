"""The kernel of a forked process: nothing that a cell has put out is lost, however much it is and however it ends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any, NoReturn

import zmq
from ipykernel import kernelapp

_PATIENCE_MS = 2000  # for a client that does not read any more


class IPKernelApp(kernelapp.IPKernelApp):
    """ipykernel's application, with an output channel that keeps everything; its name is that of its logger, too."""

    def init_iopub(self, context: Any) -> None:
        """Open the output channel, in a context of its own, so that its end can be awaited.

        A socket with a limit drops what comes faster than it is read, and says nothing.
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
        """Let the client have what was flushed; nothing can be put out any more."""
        self.iopub_thread.stop()
        self.output.destroy(linger=_PATIENCE_MS)


def _delivering(leave: Callable[[int], NoReturn], app: IPKernelApp) -> Callable[[int], NoReturn]:
    """Return `os._exit` that first delivers what was flushed: the thread that sends it would end at once."""
    mine = os.getpid()

    def leave_when_delivered(status: int) -> NoReturn:
        try:
            if os.getpid() == mine:  # a child that the notebook forked leaves its parent's sockets alone
                with contextlib.suppress(Exception):
                    app.deliver()
        finally:
            leave(status)

    return leave_when_delivered
