"""The executors by name: serial, processes, dask; or one of the user."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

from benchbook.errors import ExecutionError, MissingExtraError, UsageError, unknown_name
from benchbook.limits import check_workers
from benchbook.numerics import pins
from benchbook.protocols import Executor as ExecutorProtocol
from benchbook.scratch import scratch_folder
from benchbook.studies.runs.memory import keeping_memory
from benchbook.studies.workers import dask_preload
from benchbook.studies.workers.dask_guard import end_guards
from benchbook.studies.workers.pool import WorkerPool

T = TypeVar("T")
EXECUTORS = ("serial", "processes", "dask")


class SerialExecutor(Executor):
    """Does the work at once, in this process.

    Examples:
        >>> SerialExecutor().submit(divmod, 7, 2).result()
        (3, 1)
    """

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do the work and return its finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # it belongs to the future
            future.set_exception(error)
        return future


def chosen_executor(executor: str | ExecutorProtocol | None, workers: int | None) -> str | ExecutorProtocol:
    """Choose an executor for a number of workers: several of them are processes, unless an executor is given.

    Examples:
        >>> chosen_executor(None, 2), chosen_executor(None, 1), chosen_executor("dask", 2)
        ('processes', 'serial', 'dask')
    """
    if executor is not None:
        return executor
    return "processes" if workers is not None and check_workers("workers", workers) > 1 else "serial"


@contextmanager
def opened(
    executor: str | ExecutorProtocol, *, workers: int | None, scheduler: str | None, kill_after_s: float | None
) -> Iterator[tuple[ExecutorProtocol, int]]:
    """Open an executor, and yield it with the number of tasks it should hold at a time.

    An executor of the user stays open.

    Raises:
        UsageError: There is none of this name, or an argument does not fit it.
        MissingExtraError: Dask is not installed.
    """
    if workers is not None:
        check_workers("workers", workers)
    if scheduler is not None and executor != "dask":
        raise UsageError(f"scheduler is {scheduler!r}, which is for executor='dask'")
    if executor == "serial":
        yield SerialExecutor(), 1
    elif executor == "processes":
        pool = WorkerPool(workers, kill_after_s=kill_after_s)
        try:
            yield pool, 2 * pool.workers
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        pool.shutdown()
    elif executor == "dask":
        with _dask(workers, scheduler) as (client, count):
            yield client, 2 * count
    elif isinstance(executor, str):
        raise unknown_name("executor", executor, EXECUTORS)
    else:
        yield executor, 2 * (workers or os.cpu_count() or 1)


@contextmanager
def _dask(workers: int | None, scheduler: str | None) -> Iterator[tuple[ExecutorProtocol, int]]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise MissingExtraError("executor 'dask' needs dask.distributed: pip install 'benchbook[dask]'") from error
    # benchbook itself counts deaths of workers: one retry, run by run.
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        # no worker holds a second task, which would be lost with the first
        "distributed.scheduler.worker-saturation": 1.0,
        # Workers that sample their own stacks a hundred times per second, and serve pages that nobody opens, are
        # slower.
        "distributed.worker.profile.enabled": False,
        "distributed.worker.http.routes": [],
        "distributed.scheduler.http.routes": [],
        "distributed.nanny.pre-spawn-environ": {
            **dask.config.get("distributed.nanny.pre-spawn-environ", {}),
            **keeping_memory(os.environ),  # Dask's default makes workers return memory all the time
            **pins(),
        },
    }
    with scratch_folder("benchbook-dask-") as folder, dask.config.set({**settings, "temporary-directory": str(folder)}):
        cluster = None
        try:
            if scheduler is None:
                cluster = LocalCluster(  # type: ignore[no-untyped-call]  # Dask's are untyped
                    n_workers=workers or os.cpu_count() or 1,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=":0",
                    silence_logs=40,
                    preload=[dask_preload.__name__],
                )
            client = Client(cluster if cluster is not None else scheduler, timeout=10)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError, RuntimeError) as error:
            if cluster is not None:
                cluster.close()
            raise ExecutionError(f"cannot reach the Dask scheduler {scheduler or ''}: {error}") from error
        try:
            count = workers or len(client.scheduler_info(n_workers=-1)["workers"]) or 1
            yield client.get_executor(pure=False, retries=0), count  # type: ignore[no-untyped-call]
            client.run(end_guards, on_error="ignore")
        finally:
            client.close(timeout=5)  # type: ignore[no-untyped-call]
            if cluster is not None:
                cluster.close(timeout=10)


def is_lost_worker(error: BaseException) -> bool:
    """Return whether an error means that the process of a task ended, for any executor."""
    return type(error).__name__ in {"WorkerLostError", "KilledWorker", "BrokenProcessPool"}
