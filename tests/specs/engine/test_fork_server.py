"""Which kernels are forked, which are not, and the messages about it."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchbook.numerics import pins
from benchbook.specs.engine import fork_server
from benchbook.specs.engine.fork_server import ForkedProcess, ForkServer, ForkServerError, Link, unavailable
from benchbook.specs.engine.kernel import Order
from benchbook.specs.engine.messages import Line, read_at_start
from benchbook.specs.engine.provisioner import _unfit
from benchbook.specs.notebooks.execution.workers import NotebookWorkers

from .conftest import execute_with

PARENT = "import os; print(os.getppid(), end='')"
LAUNCH = [sys.executable, "-m", "ipykernel_launcher", "-f", "k.json"]


@pytest.fixture
def server() -> Iterator[ForkServer]:
    """Return a separate fork server."""
    server = ForkServer()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("platform", "choice", "reason"),
    [
        ("linux", "", None),
        ("linux", "ordinary", "BENCHBOOK_KERNELS is ordinary"),
        ("darwin", "", "macOS"),
        ("darwin", "fork", None),
    ],
)
def test_kernels_are_forked_on_linux_and_elsewhere_on_request(
    monkeypatch: pytest.MonkeyPatch, platform: str, choice: str, reason: str | None
) -> None:
    """The variable decides; on macOS forking is off by default."""
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv("BENCHBOOK_KERNELS", choice)
    found = unavailable()
    assert found is None if reason is None else str(found).startswith(reason)


def test_where_fork_is_missing_kernels_are_ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are ordinary even if forking is asked for."""
    monkeypatch.setenv("BENCHBOOK_KERNELS", "fork")
    monkeypatch.delattr(os, "fork")
    assert unavailable() == "this platform cannot fork"


@pytest.mark.parametrize(
    ("cmd", "kwargs", "reason"),
    [
        (LAUNCH, {"cwd": ".", "env": {}}, None),
        ([sys.executable, "-Xfrozen_modules=off", *LAUNCH[1:]], {}, None),
        (["/elsewhere/python", *LAUNCH[1:]], {}, "its Python is /elsewhere/python"),
        ([sys.executable, "-m", "xeus"], {}, "its command is"),
        (LAUNCH, {"preexec_fn": print}, "it is to be started with preexec_fn"),
    ],
)
def test_only_kernels_of_this_python_are_forked(cmd: list[str], kwargs: dict[str, object], reason: str | None) -> None:
    """Kernels with any other description are started in the ordinary way."""
    found = _unfit(cmd, kwargs)
    assert found is None if reason is None else str(found).startswith(reason)


def test_the_choice_of_the_user_reaches_the_kernels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With ordinary kernels no fork server is started, and the log gives the reason."""
    monkeypatch.setenv("BENCHBOOK_KERNELS", "ordinary")
    caplog.set_level(logging.INFO, "benchbook")
    pool = NotebookWorkers()
    try:
        worker = pool.take()
        assert int(execute_with(worker, tmp_path, PARENT).output) == worker._process.pid
    finally:
        pool.close()
    assert "ordinary kernels: BENCHBOOK_KERNELS is ordinary" in caplog.text


def test_when_the_fork_server_dies_kernels_are_ordinary_and_a_warning_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The same worker executes the notebook anyway."""
    pool = NotebookWorkers()
    try:
        worker = pool.take()
        server = pool._server
        assert server is not None
        assert int(execute_with(worker, tmp_path, PARENT).output) == server._process.pid
        os.kill(server._process.pid, signal.SIGKILL)
        server._process.wait()
        ended = execute_with(worker, tmp_path, PARENT)
        assert ended.error is None
        assert int(ended.output) == worker._process.pid
        assert "ordinary kernel: the fork server has gone" in caplog.text
        pool.give_back(pool.take())  # another worker can still be started
    finally:
        pool.close()


def test_a_server_that_cannot_import_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The server's last message is kept, and a request ends with an error instead of waiting."""
    (tmp_path / "psutil").mkdir()
    (tmp_path / "psutil" / "__init__.py").write_text("raise ImportError('no processes today')")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    server = ForkServer()
    try:
        link = Link(server.connect(), server.folder)
        with pytest.raises(ForkServerError, match="the fork server has gone"):
            link.fork({"argv": LAUNCH, "cwd": ".", "environment": {}, "started_with": {}})
        link.close()
        server._process.wait()
        assert server.last_words() == "ImportError: no processes today"
    finally:
        server.close()


def test_variables_that_only_a_start_can_change_are_refused(server: ForkServer) -> None:
    """A kernel is not forked under a different hash seed; the message names the variable."""
    link = Link(server.connect(), server.folder)
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    with pytest.raises(ForkServerError, match=r"PYTHONHASHSEED.* changed after the fork server started"):
        link.fork({"argv": LAUNCH, "cwd": ".", "environment": environment, "started_with": read_at_start(environment)})
    assert link.code(1) == 0  # not a child of this process, so nothing is waited for
    link.close()


def test_a_kernel_whose_folder_is_missing_ends_with_an_error(server: ForkServer, tmp_path: Path) -> None:
    """The process reports its end as `subprocess` would."""
    link = Link(server.connect(), server.folder)
    try:
        started_with = read_at_start({**pins(), **os.environ})
        order: Order = {"argv": LAUNCH, "cwd": str(tmp_path / "no"), "environment": {}, "started_with": started_with}
        process = ForkedProcess(link, link.fork(order))
        assert process.wait() == 1
        assert process.poll() == 1
        process.terminate()  # too late, but not an error
        assert "FileNotFoundError" in server.last_words()
    finally:
        link.close()


def test_messages_arrive_whole_however_they_are_cut() -> None:
    """Long messages, several in one piece, and one with a descriptor arrive complete."""
    here, there = (Line(end) for end in socket.socketpair())
    other = os.open(os.devnull, os.O_RDONLY)
    long = {"text": "x" * 100_000}
    here.send({"first": 1}, descriptor=other)
    here.socket.sendall(b'{"second": 2}\n{"thi')
    here.socket.sendall(b'rd": 3}\n')
    received: list[object] = []
    while len(received) < 3:
        received += there.receive() or []
    assert received == [{"first": 1}, {"second": 2}, {"third": 3}]
    os.close(there.take_descriptor())
    here.send({"left": 1}, descriptor=other)
    assert there.receive() == [{"left": 1}]
    thread = threading.Thread(target=here.send, args=(long,))
    thread.start()
    answers: list[object] = []
    while not answers:
        answers += there.receive() or []
    thread.join()
    assert answers == [long]
    here.close()
    assert there.receive() is None
    there.close()
    os.close(other)


def test_an_answer_that_comes_too_late_is_not_taken_for_another() -> None:
    """After a timeout the link is not used any more."""
    ours, theirs = socket.socketpair()
    link = Link(ours, Path())
    ours.settimeout(0.01)
    with pytest.raises(ForkServerError, match="did not answer within"):
        link.code(1)
    with pytest.raises(ForkServerError, match="has gone"):
        link.code(1)
    theirs.close()


def test_a_process_without_a_link_starts_a_server_when_it_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under papermill, it is started once and ends with the process."""
    monkeypatch.setattr(fork_server, "_current", fork_server._Current())
    link = fork_server.current()
    assert fork_server.current() is link
    server = fork_server._current._server
    assert server is not None
    fork_server.close()
    assert server._process.returncode is not None
    assert not link.folder.exists()
