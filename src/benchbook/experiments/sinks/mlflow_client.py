"""Settings for MLflow's client: a short time-out, and requests of an accepted size."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
_OUTAGES = {"INTERNAL_ERROR", "TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "DEADLINE_EXCEEDED"}
# the client reads only these variables, at each request
_TIMEOUT, _RETRIES = "MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
# it would print a link at the end of each run, among the output of the experiment
_QUIET = "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"
_environment = threading.RLock()


class Patience:
    """Within this context, a request of MLflow's client has a time limit, unless the user has set one.

    By default, the client waits two minutes for an answer and retries seven times with growing delays. Requests that
    the user's code makes in another thread in the meantime have the same time-out.
    """

    def __init__(self, timeout_s: float) -> None:
        self._settings = {_TIMEOUT: str(max(round(timeout_s), 1)), _RETRIES: "1", _QUIET: "true"}
        self._added: list[str] = []

    def __enter__(self) -> None:
        _environment.acquire()
        self._added = [name for name in self._settings if name not in os.environ]
        os.environ.update({name: self._settings[name] for name in self._added})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        for name in self._added:
            os.environ.pop(name, None)
        _environment.release()


def is_refusal(error: Exception) -> bool:
    """Return whether a server, or a local store, answers but rejects what it was given."""
    code = getattr(error, "error_code", None)  # the base class of MLflow's own errors
    return type(error).__name__ == "RestException" or (code is not None and code not in _OUTAGES)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield parts of at most `size` items.

    Examples:
        >>> list(chunks([1, 2, 3], 2))
        [[1, 2], [3]]
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]
