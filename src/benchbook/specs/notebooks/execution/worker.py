"""A process that executes notebooks: jobs come in and events go out, as one JSON document per line."""

from __future__ import annotations

import argparse
import json
import logging
import os
import queue
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.specs.engine import fork_server

if TYPE_CHECKING:
    from benchbook.specs.notebooks.execution.notebook import Execution

# Where these are installed, jsonschema and papermill import them for formats and places that notebooks do not have; the
# first alone takes a second.
_NEEDLESS = ("rfc3987_syntax", "isoduration", "pyarrow")
_GIVEN_UP = 1
_Jobs = queue.SimpleQueue[dict[str, Any] | None]


def main() -> None:
    """Read jobs from standard input until it closes; execute each and report its end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--link", type=int, help="the socket to the fork server")
    parser.add_argument("--folder", type=Path, help="where the fork server's sockets may lie")
    arguments = parser.parse_args()
    if arguments.link is not None:
        fork_server.use(fork_server.Link(socket.socket(fileno=arguments.link), arguments.folder))
    else:
        fork_server.refuse("there is no fork server")  # who started us has said why
    for name in _NEEDLESS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # Python's mark of what cannot be imported
    from benchbook.specs.notebooks.execution.notebook import Execution

    logger = logging.getLogger("benchbook")
    logger.setLevel(logging.INFO)  # who started us decides what is shown
    logger.addHandler(_ToEvents())
    jobs: _Jobs = queue.SimpleQueue()
    execution: list[Execution] = []
    threading.Thread(target=_listen, args=(jobs, execution), daemon=True).start()
    while (job := jobs.get()) is not None:
        execution[:] = [Execution(job, _say)]
        _say(event="end", **execution[0].run())
        execution.clear()


class _ToEvents(logging.Handler):
    """Sends log records to the parent process."""

    def emit(self, record: logging.LogRecord) -> None:
        _say(event="log", level=record.levelno, text=record.getMessage())


def _listen(jobs: _Jobs, execution: list[Execution]) -> None:
    """Receive jobs; when the other side is gone, end running ones immediately."""
    for line in sys.stdin:
        jobs.put(json.loads(line))
    for running in list(execution):
        running.abandon()
        os._exit(_GIVEN_UP)
    jobs.put(None)


def _say(**event: Any) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
