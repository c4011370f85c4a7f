"""The pool of workers: an executor whose processes may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
from programs import wait_until

from benchbook.errors import ExecutionError, UsageError, WorkerLostError
from benchbook.numerics import fingerprint
from benchbook.studies.workers.executors import SerialExecutor
from benchbook.studies.workers.pool import WorkerPool


@pytest.fixture(scope="module")
def pool() -> WorkerPool:
    """Return a pool of two workers."""
    pool = WorkerPool(2)
    yield pool  # type: ignore[misc]
    pool.shutdown()


def test_work_is_done_in_other_processes(pool: WorkerPool) -> None:
    """Results, also large ones, come from at most the requested number of processes."""
    processes = {pool.submit(os.getpid).result() for _ in range(5)}
    assert len(processes) <= 2
    assert os.getpid() not in processes
    assert pool.submit(np.zeros, 3_000_000).result().nbytes == 24_000_000


def test_workers_have_pinned_arithmetic_and_one_thread(pool: WorkerPool) -> None:
    """The arithmetic of workers does not depend on what the parent has loaded before."""
    found = pool.submit(fingerprint).result()
    assert found.blas_threads == 1
    assert found.pinned == bool(found.cpu_dispatch is not None and found.pinned)


def test_errors_come_back_with_their_type(pool: WorkerPool) -> None:
    """The future raises what the work raised."""
    with pytest.raises(ZeroDivisionError):
        pool.submit(divmod, 1, 0).result()


def test_a_death_costs_one_piece_of_work(pool: WorkerPool) -> None:
    """The future says how the process ended, and a new process does the next work."""
    for name in ("SIGKILL", "SIGSEGV"):
        with pytest.raises(WorkerLostError, match=f"ended by {name}"):
            pool.submit(signal.raise_signal, getattr(signal, name)).result()
    with pytest.raises(WorkerLostError, match="exit code 3"):
        pool.submit(os._exit, 3).result()
    assert pool.submit(divmod, 7, 2).result() == (3, 1)


def test_work_that_takes_too_long_is_ended() -> None:
    """The process is killed from outside."""
    with WorkerPool(1, kill_after_s=1.5) as pool, pytest.raises(WorkerLostError, match=r"after 1\.5 s") as caught:
        pool.submit(time.sleep, 60).result()
    assert caught.value.timed_out


def test_what_cannot_be_sent_is_refused(pool: WorkerPool) -> None:
    """The message says what to do."""
    with pytest.raises(UsageError, match="define it in a module, or use executor='serial'"):
        pool.submit(lambda: 1)


def test_a_pool_that_is_shut_down_takes_no_work() -> None:
    """New work is refused, and waiting work is cancelled on request."""
    pool = WorkerPool(1)
    running, waiting = pool.submit(time.sleep, 60), pool.submit(time.sleep, 60)
    wait_until(running.running, "the first work was running")
    pool.shutdown(cancel_futures=True)
    assert waiting.cancelled()
    assert isinstance(running.exception(), WorkerLostError)
    assert pool.processes() == []
    with pytest.raises(ExecutionError, match="shut down"):
        pool.submit(divmod, 7, 2)


def test_the_serial_executor_keeps_errors_in_the_future() -> None:
    """Errors are kept in the future, as by other executors."""
    assert SerialExecutor().submit(divmod, 7, 2).result() == (3, 1)
    assert isinstance(SerialExecutor().submit(divmod, 1, 0).exception(), ZeroDivisionError)


def test_functions_of_the_started_script_are_found() -> None:
    """A script that defines an optimizer can use worker processes."""
    import subprocess
    import textwrap
    from pathlib import Path
    from tempfile import TemporaryDirectory

    # Without a file there is no script to load them from, and the message says so.
    lines = "from benchbook.studies.workers.pool import WorkerPool\ndef own(x): return x\npool = WorkerPool(1)\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{lines}print(pool.submit(own, 1).exception())"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "must go into a module" in done.stdout, done.stderr
    script = """
        from benchbook.studies.workers.pool import WorkerPool
        def own(x):
            return x + 1
        if __name__ == "__main__":
            with WorkerPool(1) as pool:
                print(pool.submit(own, 1).result())
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "script.py"
        path.write_text(textwrap.dedent(script))
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False)
    assert done.stdout == "2\n", done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux a process can ask to end with its parent")
def test_workers_die_with_their_parent_inside_native_code() -> None:
    """Workers end even if native code never releases the interpreter's lock."""
    code = (
        "import ctypes, time\n"
        "from benchbook.studies.workers.pool import WorkerPool\n"
        "if __name__ == '__main__':\n"
        "    pool = WorkerPool(1)\n"
        "    pool.submit(abs, 1).result()\n"
        "    pool.submit(eval, '__import__(\"ctypes\").PyDLL(None).sleep(60)')\n"
        "    print(*pool.processes(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        while worker.status() != psutil.STATUS_SLEEPING:
            time.sleep(0.01)
        parent.kill()
    worker.wait(60)
