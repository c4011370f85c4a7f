"""Sending tasks to an executor and receiving results in any order, with few tasks submitted at a time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait

from benchbook.errors import ExecutionError, WorkerLostError
from benchbook.protocols import Executor
from benchbook.records import RunRecord
from benchbook.studies.workers.executors import is_lost_worker
from benchbook.studies.workers.task import Task, do

log = logging.getLogger(__name__)


def dispatch(
    executor: Executor,
    tasks: Iterable[Task],
    *,
    at_a_time: int,
    work: Callable[[Task], list[RunRecord]] = do,
) -> Iterator[list[RunRecord]]:
    """Yield the records of tasks as they are finished.

    If a worker is lost, its task is retried once, run by run; a run that loses a worker again is recorded as failed,
    and the others continue.

    Args:
        executor: Does the tasks.
        tasks: Taken one by one, when there is room.
        at_a_time: How many tasks the executor holds at most.
        work: Does a task in a worker of the executor.

    Raises:
        ExecutionError: The executor failed.
    """
    waiting: dict[Future[list[RunRecord]], Task] = {}
    again: deque[Task] = deque()
    source = iter(tasks)
    try:
        while True:
            while len(waiting) < at_a_time:
                task = again.popleft() if again else next(source, None)
                if task is None:
                    break
                waiting[executor.submit(work, task)] = task
            if not waiting:
                return
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                task = waiting.pop(future)
                yield from _records(future, task, again)
    finally:
        for future in waiting:
            future.cancel()


def _records(future: Future[list[RunRecord]], task: Task, again: deque[Task]) -> Iterator[list[RunRecord]]:
    try:
        records = future.result()
    except CancelledError as error:
        raise ExecutionError("the executor failed; finished work is kept") from error
    except Exception as error:
        if not is_lost_worker(error):
            raise
        timed_out = isinstance(error, WorkerLostError) and error.timed_out
        if task.again or timed_out:
            log.warning("%s on %s: %s", task.planned[0].spec.optimizer, task.planned[0].spec.function, error)
            yield task.lost(error)
        else:
            log.info("%d runs are tried again: %s", len(task.planned), error)
            again.extend(task.one_by_one())
    else:
        yield records
