"""What MLflow's client needs: a time-out that is short, and requests of a size it accepts."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
_OUTAGES = {"INTERNAL_ERROR", "TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "DEADLINE_EXCEEDED"}
# the client reads these at each request, and takes them from nowhere else
_TIMEOUT, _RETRIES = "MLFLOW_HTTP_REQUEST_TIMEOUT", "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
# at the end of each run it would print where to see it, in the midst of what the experiment prints
_QUIET = "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"
_environment = threading.RLock()


class Patience:
    """While it is entered, a request of MLflow's client takes so long at most, unless the user has set it otherwise.

    By itself the client waits two minutes for an answer and tries seven times again, longer each time. Requests that
    the user's own code makes in another thread meanwhile have the same time-out.
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
    """Say whether a server, or a local store, is there but does not take what it was given."""
    code = getattr(error, "error_code", None)  # of all that MLflow raises itself
    return type(error).__name__ == "RestException" or (code is not None and code not in _OUTAGES)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield parts of at most `size` items.

    Examples:
        >>> list(chunks([1, 2, 3], 2))
        [[1, 2], [3]]
    """
    for start in range(0, len(items), size):
        yield items[start : start + size]
