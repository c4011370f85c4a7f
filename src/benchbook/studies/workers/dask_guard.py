"""Runs with a time limit, done for a Dask worker in a separate process, so that the worker survives them.

A Dask worker does its work in a thread, where alarms do not work; killing its process would lose the worker and the
results of the run. So runs with a time limit, and second attempts, go to a separate process on the worker's machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from benchbook.errors import UsageError, WorkerLostError
from benchbook.records import RunRecord
from benchbook.scratch import scratch_folder
from benchbook.studies.workers.pool import WorkerPool
from benchbook.studies.workers.task import Task, do

# Each thread takes a process for a task and returns it: starting a process takes longer than a short run.
_idle: list[tuple[float | None, WorkerPool]] = []


def do_guarded(task: Task, kill_after_s: float | None) -> list[RunRecord]:
    """Do the runs of a task; in another process if they have a time limit.

    Args:
        task: The runs.
        kill_after_s: Seconds after which that process is ended.

    Raises:
        WorkerLostError: The process ended at the first attempt.
    """
    if not task.is_watched:
        return do(task)
    with _salvage_folder(task) as folder:
        own = replace(task, salvage_folder=folder)
        pool = _take(kill_after_s)
        try:
            return pool.submit(do, own).result()
        except WorkerLostError as error:
            if not (task.again or error.timed_out):
                raise
            return own.lost(error)
        except UsageError:  # defined in a notebook: Dask could send it here, but plain pickle cannot send it on
            return do(task)
        finally:
            _idle.append((kill_after_s, pool))


@contextmanager
def _salvage_folder(task: Task) -> Iterator[Path]:
    """Yield the study's own folder, or on another machine one made for the task."""
    if task.salvage_folder is not None and task.salvage_folder.is_dir():
        yield task.salvage_folder
        return
    with scratch_folder("benchbook-study-") as folder:
        yield folder


def end_guards() -> None:
    """End the processes that are idle, on this machine."""
    while _idle:
        _idle.pop()[1].shutdown()


def _take(kill_after_s: float | None) -> WorkerPool:
    while _idle:
        after_s, pool = _idle.pop()
        if after_s == kill_after_s:
            return pool
        pool.shutdown()
    return WorkerPool(1, kill_after_s=kill_after_s)
