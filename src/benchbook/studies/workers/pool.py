"""A pool of processes that survives the death of any of them: an executor like those of `concurrent.futures`.

Each process does one task at a time, so that its death costs only that task; the next task gets a new process. A
process is a fresh Python that imports benchbook first, which pins its arithmetic and gives it one BLAS
thread; nothing is inherited, and it ends by itself when its parent does.
"""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.spawn import get_preparation_data
from typing import Any, TypeVar

from benchbook.errors import ExecutionError, UsageError, WorkerLostError
from benchbook.limits import check_workers
from benchbook.numerics import pins

log = logging.getLogger(__name__)
T = TypeVar("T")
_END_S = 5.0
_TELLS_BEGIN = "tells_begin"


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection


class WorkerPool(Executor):
    """Processes that do one task each at a time.

    Examples:
        >>> with WorkerPool(1) as pool:
        ...     pool.submit(divmod, 7, 2).result()
        (3, 1)
    """

    def __init__(self, workers: int | None = None, *, kill_after_s: float | None = None) -> None:
        """Set the number of processes; they are started when there is work.

        Args:
            workers: Processes; default: one for each processor.
            kill_after_s: Seconds after which a task is ended with its process.
        """
        self.workers = (os.cpu_count() or 1) if workers is None else check_workers("workers", workers)
        self._kill_after_s = kill_after_s
        self._work: queue.SimpleQueue[tuple[Future[Any], bytes] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._alive: set[int] = set()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have `work(*args, **kwargs)` done by a process.

        The future raises `WorkerLostError` if that process ended before.

        Raises:
            UsageError: The work cannot be sent to another process.
            ExecutionError: The pool is shut down.
        """
        if self._closed:
            raise ExecutionError("the pool of workers is shut down")
        future: Future[T] = Future()
        self._work.put((future, _packed(work, args, kwargs)))
        if len(self._threads) < self.workers:
            # A daemon: a process that hangs must not keep Python from ending.
            thread = threading.Thread(target=self._drive, name="benchbook-worker", daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: after the waiting tasks, or at once with `cancel_futures`."""
        self._closed = True
        if cancel_futures:
            while not self._work.empty():
                item = self._work.get()
                if item is not None:
                    item[0].cancel()
        for _ in self._threads:
            self._work.put(None)
        if cancel_futures:
            with self._lock:
                for process in self._processes:
                    process.kill()
        if wait:
            for thread in self._threads:
                thread.join()

    def processes(self) -> list[int]:
        """Return the process ids of the workers that run."""
        with self._lock:
            return [process.pid for process in self._processes if process.poll() is None]

    def _drive(self) -> None:
        """Give tasks to one process after another, until there are none."""
        worker: _Worker | None = None
        while (item := self._work.get()) is not None:
            future, work = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                if worker is None:
                    worker = self._start()
                answer = self._done(worker, work)
            except WorkerLostError as error:
                if worker is not None:
                    self._forget(worker)
                worker = None
                future.set_exception(error)
            except Exception as error:  # noqa: BLE001  # whatever it is, it belongs to the future
                future.set_exception(error)
            else:
                failed, value = pickle.loads(answer)  # noqa: S301  # from our own child
                if failed:
                    future.set_exception(value)
                else:
                    future.set_result(value)
        if worker is not None:
            self._forget(worker)

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        try:
            process = subprocess.Popen(  # this Python, a fixed module
                [sys.executable, "-m", "benchbook.studies.workers.process", str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **pins()},
            )
        except OSError as error:
            ours.close()
            raise ExecutionError(f"cannot start a worker: {error.strerror or error}") from error
        finally:
            theirs.close()
        with self._lock:
            self._processes.append(process)
            if self._closed:
                process.kill()
        worker = _Worker(process, ours)
        try:
            ours.send({**_preparation(), _TELLS_BEGIN: self._kill_after_s is not None})
        except OSError as error:
            self._forget(worker)
            raise WorkerLostError("a worker ended as it started") from error
        return worker

    def _done(self, worker: _Worker, work: bytes) -> bytes:
        try:
            worker.connection.send_bytes(work)
            if self._kill_after_s is not None:
                # The process reports when it begins, so that starting and loading do not count as the task's time.
                worker.connection.recv_bytes()
            if not worker.connection.poll(self._kill_after_s):
                worker.process.kill()
                raise WorkerLostError(
                    f"the worker was ended after {self._kill_after_s:g} s without an answer",
                    timed_out=True,
                    after_s=self._kill_after_s,
                )
            return worker.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkerLostError(_why(worker.process)) from error

    def _forget(self, worker: _Worker) -> None:
        worker.connection.close()
        try:
            worker.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
        with self._lock:
            if worker.process in self._processes:
                self._processes.remove(worker.process)


def _preparation() -> dict[str, Any]:
    """Return what a process needs to know about this one: where modules are found, and the script that was started."""
    return {key: value for key, value in get_preparation_data("benchbook-worker").items() if key != "authkey"}


def _packed(work: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    try:
        return pickle.dumps((work, args, kwargs), protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UsageError(
            f"cannot be sent to another process: {error}; define it in a module, or use executor='serial'"
        ) from error


def _why(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(_END_S)
    except subprocess.TimeoutExpired:
        return "the worker closed its connection"
    if code < 0:
        name = signal.Signals(-code).name
        hint = "; out of memory?" if -code == signal.SIGKILL else ""
        return f"the worker was ended by {name}{hint}"
    return f"the worker ended with exit code {code}"
