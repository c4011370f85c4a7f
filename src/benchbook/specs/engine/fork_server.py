"""Starting the fork server, and requesting kernels from it."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from benchbook.errors import ExecutionError
from benchbook.scratch import ScratchFolder
from benchbook.specs.engine.kernel import Order
from benchbook.specs.engine.messages import Line, Message

CHOICE_VARIABLE = "BENCHBOOK_KERNELS"
_FORK, _ORDINARY = "fork", "ordinary"
_PATIENCE_S = 120.0  # importing everything takes two seconds, or twenty on a busy machine
_log = logging.getLogger(__name__)


class ForkServerError(ExecutionError):
    """A kernel cannot be forked; the message says why."""


class Link:
    """A connection to the fork server; kernels requested over it end with it.

    Attributes:
        folder: Folder for sockets and connection files; removed with the server.
    """

    def __init__(self, end: socket.socket, folder: Path) -> None:
        """Talk to the server at the other end."""
        end.settimeout(_PATIENCE_S)
        self._line = Line(end)
        self._lock = threading.Lock()
        self.folder = folder

    def fork(self, order: Order) -> int:
        """Fork a kernel and return its process id.

        Raises:
            ForkServerError: It could not be forked.
        """
        answer = self._ask({"do": "fork", "order": order})
        if "error" in answer:
            raise ForkServerError(str(answer["error"]))
        return int(answer["pid"])

    def code(self, pid: int) -> int | None:
        """Return the return code of a kernel, as in `subprocess`; None while it runs.

        Raises:
            ForkServerError: The server has ended, and the kernel with it.
        """
        code = self._ask({"do": "code", "pid": pid})["code"]
        return None if code is None else int(code)

    def close(self) -> None:
        """Close the connection; remaining kernels are killed."""
        self._line.close()

    def forget(self) -> None:
        """Close the connection in a forked child without a message: it belongs to the parent."""
        self._lock = threading.Lock()
        self._line.close()

    def _ask(self, message: Message) -> Message:
        with self._lock:
            try:
                return self._line.ask(message)
            except TimeoutError as error:
                # A late answer must not be mistaken for that of another request, so no further requests are sent.
                self._line.close()
                raise ForkServerError(f"the fork server did not answer within {_PATIENCE_S:g} s") from error
            except OSError as error:
                raise ForkServerError(f"the fork server has gone ({error})") from error


class ForkServer:
    """A fork server of this process; it starts at once and imports in the background."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            ForkServerError: It cannot be started.
        """
        self._scratch = ScratchFolder("bench-")
        self.folder = self._scratch.path / "k"  # the names of sockets must be short
        self.folder.mkdir()
        self._messages = tempfile.TemporaryFile()  # noqa: SIM115  # it is open as long as the server
        ours, theirs = socket.socketpair()
        self._control = Line(ours)
        number = theirs.fileno()
        try:
            self._process = subprocess.Popen(  # this Python, a fixed module
                [sys.executable, "-m", "benchbook.specs.engine.server", str(number), str(self._scratch.path)],
                stdin=subprocess.DEVNULL,
                stdout=self._messages,
                stderr=self._messages,
                pass_fds=[number],
                start_new_session=True,  # Ctrl-C is handled by the process that started it
            )
        except OSError as error:
            self._control.close()
            self._forget()
            raise ForkServerError(f"the fork server cannot be started: {error}") from error
        finally:
            theirs.close()

    def connect(self) -> socket.socket:
        """Return one end of a new connection, for this process or another one.

        Raises:
            ForkServerError: The server has gone.
        """
        ours, theirs = socket.socketpair()
        try:
            self._control.send({"do": "adopt"}, theirs.fileno())
        except OSError as error:
            ours.close()
            raise ForkServerError(f"the fork server has gone: {self.last_words()}") from error
        finally:
            theirs.close()
        return ours

    def last_words(self) -> str:
        """Return the last line that it wrote, which tells why it died."""
        self._messages.seek(0)
        lines = self._messages.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def close(self) -> None:
        """End it with all kernels, and wait for its end."""
        self._control.close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._forget()

    def forget(self) -> None:
        """Release the server in a forked child: it belongs to the parent, which ends it."""
        self._control.close()
        self._messages.close()
        self._scratch.forget()
        self._process.returncode = 0  # otherwise it would be waited for as a child of this process

    def _forget(self) -> None:
        self._messages.close()
        self._scratch.remove()


class ForkedProcess:
    """A forked kernel with the interface of `subprocess.Popen`.

    Attributes:
        pid: Its process id; also that of its group.
        returncode: Its return code; None while it runs.
    """

    stdin = stdout = stderr = None

    def __init__(self, link: Link, pid: int) -> None:
        """Watch a kernel that was forked over a connection."""
        self._link = link
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its return code; None while it runs."""
        if self.returncode is None:
            try:
                self.returncode = self._link.code(self.pid)
            except ForkServerError:
                self.returncode = -signal.SIGKILL  # the kernel ends itself once the server is gone
        return self.returncode

    def wait(self) -> int:
        """Wait for its end, and return its return code."""
        while (code := self.poll()) is None:
            threading.Event().wait(0.01)
        return code

    def send_signal(self, signum: int) -> None:
        """Send a signal; does nothing if it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Request its end."""
        self.send_signal(signal.SIGTERM)


def unavailable() -> str | None:
    """Return why kernels are not forked here; None if they are."""
    if _current.refused:
        return _current.refused
    choice = os.environ.get(CHOICE_VARIABLE, "")
    if choice == _ORDINARY:
        return f"{CHOICE_VARIABLE} is {_ORDINARY}"
    if not hasattr(os, "fork") or not hasattr(socket, "send_fds"):
        return "this platform cannot fork"
    if sys.platform == "darwin" and choice != _FORK:
        # Apple's frameworks, its linear algebra among them, may fail in a forked process; Python avoids it there too.
        return f"macOS (set {CHOICE_VARIABLE}={_FORK} to fork all the same)"
    return None


class _Current:
    """The connection of this process, and its own server if it was given no connection."""

    def __init__(self) -> None:
        self.refused = ""
        self._lock = threading.Lock()
        self._link: Link | None = None
        self._server: ForkServer | None = None

    def use(self, link: Link) -> None:
        with self._lock:
            self._link = link

    def get(self) -> Link:
        with self._lock:
            if self._link is None:
                self._server = ForkServer()
                atexit.register(self.close)
                self._link = Link(self._server.connect(), self._server.folder)
            return self._link

    def close(self) -> None:
        with self._lock:
            if self._link is not None:
                self._link.close()
            if self._server is not None:
                self._server.close()
            self._link = self._server = None
        with contextlib.suppress(ValueError):
            atexit.unregister(self.close)

    def forget(self) -> None:
        """Reset in a forked child, which may fork its own kernels."""
        self._lock = threading.Lock()
        atexit.unregister(self.close)
        if self._link is not None:
            self._link.forget()
        if self._server is not None:
            self._server.forget()
        self._link = self._server = None


_current = _Current()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_current.forget)


def use(link: Link) -> None:
    """Request the kernels of this process over a connection."""
    _current.use(link)


def refuse(reason: str) -> None:
    """Use ordinary kernels in this process."""
    _current.refused = reason


def current() -> Link:
    """Return the connection of this process; a server is started if there is none.

    Raises:
        ForkServerError: It cannot be started.
    """
    return _current.get()


def close() -> None:
    """End the server of this process, if it has its own."""
    _current.close()
