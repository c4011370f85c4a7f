"""After interrupts, deaths and orphans nothing is left behind, and failures are reported."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchbook.scratch import sweep
from benchbook.specs.engine import fork_server
from benchbook.specs.engine.fork_server import ForkServer, Link
from benchbook.specs.engine.kernels import EngineKernels
from benchbook.specs.notebooks.discover import SpecFile
from benchbook.specs.notebooks.execution.execute import execute_specs
from benchbook.specs.notebooks.execution.workers import NotebookWorkers

from .conftest import Execute, execute_with, notebook

LONG_S = 60.0
FOREVER = "import threading; threading.Event().wait()"
WITH_CHILD = """
import os, pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
pathlib.Path("pids.part").write_text(f"{os.getpid()} {child.pid} {os.getppid()}")
os.replace("pids.part", "pids")
child.wait()
"""


def gone(pid: int) -> bool:
    """Return whether a process has ended; a zombie has ended, too."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Callable[[], Any]) -> Any:
    """Wait until a condition is true and return its value."""
    deadline = time.monotonic() + LONG_S
    while not (value := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def pids(folder: Path) -> list[int]:
    """Return the processes that a notebook has named: kernel, its child, fork server."""
    wait_for((folder / "pids").exists)
    return [int(number) for number in (folder / "pids").read_text().split()]


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder for temporary files with a name short enough for sockets; check that it is empty again."""
    folder = Path(tempfile.mkdtemp(prefix="s"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    folder.rmdir()


@pytest.fixture
def own_workers(sockets: Path) -> Iterator[NotebookWorkers]:
    """Return workers that a test may kill."""
    pool = NotebookWorkers()
    yield pool
    pool.close()


def test_a_killed_kernel_is_a_failure_with_its_signal_and_cell(execute: Execute) -> None:
    """The copy keeps earlier output, and the worker continues with the next notebook."""
    ended = execute("print('before')", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "print('after')")
    assert ended.error == "the kernel died, killed by SIGKILL"
    assert ended.cell == "second"
    assert ended.cells == ["first", "second"]
    assert "before" in ended.copy.read_text()
    assert execute("print('alive', end='')").output == "alive"


def test_a_kernel_that_exits_is_reported_with_its_code(execute: Execute) -> None:
    """A notebook that exits Python is a failure, not a success."""
    assert execute("import os\nos._exit(3)").error == "the kernel died with exit code 3"


def test_an_exception_is_shown_with_the_lines_around_it(execute: Execute) -> None:
    """The excerpt comes from the cell, without colours, however deep the error was."""
    ended = execute("import json", "text = '{'\njson.loads(text)\nprint('not reached')")
    assert ended.error is not None
    assert ended.error.startswith("JSONDecodeError: ")
    assert ended.cell == "second"
    assert any(line.startswith("----> 2 json.loads(text)") for line in ended.excerpt)


def test_a_notebook_that_takes_too_long_is_kept_as_far_as_it_came(execute: Execute, tmp_path: Path) -> None:
    """The kernel and the processes that it started are killed."""
    ended = execute("print('before')", WITH_CHILD, "print('after')", timeout_s=5.0)
    assert ended.error == "ended after 5 s, the time-out"
    assert ended.cell == "second"
    assert "before" in ended.copy.read_text()
    kernel, child, _ = pids(tmp_path)
    wait_for(lambda: gone(kernel) and gone(child))


@pytest.mark.parametrize("who", ["worker", "server"])
def test_kernels_do_not_outlive_the_process_that_asked_for_them_nor_the_server(
    own_workers: NotebookWorkers, tmp_path: Path, who: str
) -> None:
    """If either is killed, the kernels end; processes they started end with the one that asked for them."""
    worker = own_workers.take()
    ended: list[Any] = []
    thread = threading.Thread(target=lambda: ended.append(execute_with(worker, tmp_path, WITH_CHILD)))
    thread.start()
    kernel, child, server = pids(tmp_path)
    os.kill(worker._process.pid if who == "worker" else server, signal.SIGKILL)
    wait_for(lambda: gone(kernel))
    thread.join(LONG_S)
    if who == "worker":
        wait_for(lambda: gone(child))
        assert "the worker process ended with code -9" in ended[0].error
    else:
        os.kill(child, signal.SIGKILL)
        assert ended[0].error.startswith("the kernel died")


IN_NATIVE_CODE = """
import ctypes, os, pathlib
pathlib.Path("pids.part").write_text(f"{os.getpid()} {os.getppid()}")
os.replace("pids.part", "pids")
ctypes.PyDLL(None).sleep(1000)  # with the interpreter's lock
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has this signal")
@pytest.mark.parametrize("kind", ["forked", "ordinary"])
def test_kernels_in_native_code_end_with_their_parent(
    kind: str, sockets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel ends with its fork server or worker; the folder of an ordinary kernel is removed by the next worker."""
    if kind == "ordinary":
        monkeypatch.setenv(fork_server.CHOICE_VARIABLE, "ordinary")
        monkeypatch.setenv("TMPDIR", str(sockets))
    with contextlib.closing(NotebookWorkers()) as pool:
        worker = pool.take()
        ended: list[Any] = []
        thread = threading.Thread(target=lambda: ended.append(execute_with(worker, tmp_path, IN_NATIVE_CODE)))
        thread.start()
        kernel, parent = pids(tmp_path)
        os.kill(parent, signal.SIGKILL)
        wait_for(lambda: gone(kernel))
        thread.join(LONG_S)
    assert ended[0].error is not None
    assert len(list(sockets.iterdir())) == (kind == "ordinary")
    assert len(sweep("bench-")) == (kind == "ordinary")


def test_nothing_outlives_the_process_that_started_all(tmp_path: Path, sockets: Path) -> None:
    """If it is killed, fork server, worker and kernel end, and the sockets are removed."""
    notebook(tmp_path, "endless", [WITH_CHILD])
    code = (
        "import benchbook, pathlib, sys\n"
        "from benchbook.specs.notebooks.discover import SpecFile\n"
        "from benchbook.specs.notebooks.execution.execute import execute_specs\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "execute_specs([SpecFile(name='endless', path=folder / 'endless.ipynb', title='')], {})\n"
    )
    environment = {**os.environ, "TMPDIR": str(sockets)}
    parent = psutil.Popen([sys.executable, "-c", code, str(tmp_path)], env=environment)
    pids(tmp_path)
    family = parent.children(recursive=True)
    assert len(family) >= 4  # fork server, worker, kernel, and the process that the notebook started
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_for(lambda: all(gone(process.pid) for process in family))


def test_after_an_execution_no_process_thread_file_or_folder_is_left(tmp_path: Path, sockets: Path) -> None:
    """This holds even after a notebook that left a process behind."""
    left = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']).pid"
    files = [
        SpecFile(name=name, path=notebook(tmp_path, name, [source]), title=name)
        for name, source in (("one", left), ("two", "1 / 0"))
    ]
    this = psutil.Process()
    descriptors, threads, others = this.num_fds(), threading.active_count(), this.children(recursive=True)
    results = execute_specs(files, {}, workers=2)
    assert [result.outcome["status"] for result in results] == ["error", "error"]
    assert set(this.children(recursive=True)) <= set(others)
    assert this.num_fds() == descriptors
    assert threading.active_count() == threads


@pytest.fixture
def own_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ForkServer]:
    """Return a fork server for kernels of this test process."""
    monkeypatch.setattr(fork_server, "_current", fork_server._Current())
    server = ForkServer()
    link = Link(server.connect(), server.folder)
    fork_server.use(link)
    yield server
    link.close()
    server.close()


async def started() -> tuple[EngineKernels, Any]:
    """Return a kernel and a client that is ready."""
    kernels = EngineKernels(kernel_name="python3")
    await kernels.start_kernel()
    client = kernels.client()
    client.start_channels()
    await client.wait_for_ready(timeout=LONG_S)
    return kernels, client


async def reply(client: Any, source: str) -> dict[str, Any]:
    """Make a kernel execute something and return its answer.

    For a moment after a cell has failed, a kernel aborts further requests.
    """
    while True:
        answer = await client.execute(source, reply=True, timeout=LONG_S)
        if answer["content"]["status"] != "aborted":
            return dict(answer["content"])


def test_an_interrupt_stops_the_cell_and_not_the_kernel(own_server: ForkServer) -> None:
    """As Jupyter requires, the cell ends with KeyboardInterrupt, and the next one runs."""

    async def scenario() -> tuple[dict[str, Any], dict[str, Any]]:
        kernels, client = await started()
        try:
            # Its output shows that the code runs: an earlier interrupt would find no cell.
            request = client.execute("import time\nprint('runs', flush=True)\nfor _ in range(6000): time.sleep(0.01)")
            while (await client.get_iopub_msg(timeout=LONG_S))["header"]["msg_type"] != "stream":
                pass
            await kernels.interrupt_kernel()
            while (answer := await client.get_shell_msg(timeout=LONG_S))["parent_header"]["msg_id"] != request:
                pass
            return dict(answer["content"]), await reply(client, "1 + 1")
        finally:
            client.stop_channels()
            await kernels.shutdown_kernel()

    interrupted, after = asyncio.run(scenario())
    assert interrupted["ename"] == "KeyboardInterrupt"
    assert after["status"] == "ok"


def test_a_kernel_can_be_restarted_and_shut_down(own_server: ForkServer) -> None:
    """After a restart another process answers at the same sockets; after the shutdown none is left."""

    async def scenario() -> tuple[int, int, bool]:
        kernels, client = await started()
        first = kernels.provisioner.pid
        await kernels.restart_kernel()
        await client.wait_for_ready(timeout=LONG_S)
        second = kernels.provisioner.pid
        client.stop_channels()
        await kernels.shutdown_kernel()
        return first, second, await kernels.is_alive()

    first, second, alive = asyncio.run(scenario())
    assert first != second
    assert not alive
    assert gone(first)
    assert gone(second)
    assert list(own_server.folder.iterdir()) == []


def test_ctrl_c_does_not_reach_worker_and_server_by_themselves(own_workers: NotebookWorkers) -> None:
    """Each has its own session, so that only the command decides what an interrupt ends."""
    worker = own_workers.take()
    server = own_workers._server
    assert server is not None
    for process in (worker._process, server._process):
        assert isinstance(process, subprocess.Popen)
        assert os.getsid(process.pid) == process.pid
