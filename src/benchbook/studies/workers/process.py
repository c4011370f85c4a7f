"""One process of a pool of workers: `python -m benchbook.studies.workers.process FILE_DESCRIPTOR PARENT`."""

from __future__ import annotations

import logging
import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import spawn
from multiprocessing.connection import Connection
from typing import Any

from benchbook.parent_death import die_with_parent
from benchbook.studies.runs.few_warnings import show_few


def main() -> None:
    """Do the tasks that the parent sends, one after another, until it is gone."""
    die_with_parent(int(sys.argv[2]))  # the thread that started it ends after it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is handled by the parent, which then ends this process
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    show_few()
    connection = Connection(int(sys.argv[1]))
    pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    preparation = connection.recv()
    sys.path[:] = preparation["sys_path"]
    threading.Thread(target=_receive, args=(connection, pieces), daemon=True).start()
    begin = _say_begin(connection) if preparation.pop("tells_begin") else None
    while True:
        connection.send_bytes(_answer(pieces.get(), preparation, begin))


def _receive(connection: Connection, pieces: queue.SimpleQueue[bytes]) -> None:
    """Receive tasks; when the parent is gone, end at once, even in the middle of a run."""
    while True:
        try:
            pieces.put(connection.recv_bytes())
        except (EOFError, OSError):
            os._exit(1)


def _say_begin(connection: Connection) -> Callable[[], None]:
    return lambda: connection.send_bytes(b"")


def _answer(piece: bytes, preparation: dict[str, Any], begin: Callable[[], None] | None) -> bytes:
    begun = False
    try:
        if b"__main__" in piece and preparation:
            spawn.prepare(preparation)  # the parent's script, without its part behind `if __name__ == "__main__"`
            preparation.clear()
        work, args, kwargs = _unpacked(piece)
        if begin is not None:
            begun = True
            begin()
        answer = (False, work(*args, **kwargs))
        return pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # noqa: BLE001  # includes a SystemExit raised by a module as it is loaded
        if begin is not None and not begun:
            begin()
        return pickle.dumps((True, _portable(error)), protocol=pickle.HIGHEST_PROTOCOL)


def _unpacked(piece: bytes) -> Any:
    from benchbook.errors import UsageError

    try:
        return pickle.loads(piece)  # noqa: S301  # from our own parent
    except (AttributeError, ImportError) as error:
        raise UsageError(
            f"a worker process cannot load what it is to do: {error}; what is defined in a notebook or in "
            "interactive Python must go into a module, or use executor='serial'"
        ) from error


def _portable(error: BaseException) -> Exception:
    """Return an error that can be sent: itself, or its text if it cannot be pickled."""
    from benchbook.errors import ExecutionError, text_of

    if not isinstance(error, Exception):  # raised in the parent it would end the whole study
        return ExecutionError(f"{type(error).__name__}: {text_of(error)}")
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # our own error, to see whether it survives
    except Exception:  # noqa: BLE001  # an arbitrary error may fail in any way
        return ExecutionError(f"{type(error).__name__}: {text_of(error)}")
    return error


if __name__ == "__main__":
    main()
