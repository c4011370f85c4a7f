"""Process-wide state that an objective or an optimizer may change, restored after its run."""

from __future__ import annotations

import contextlib
import os
import random
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class _State:
    """State that all threads of the process share."""

    folder: str | None
    numpy_random: Any
    python_random: Any
    filters: list[Any]

    @classmethod
    def now(cls) -> _State:
        legacy = np.random.get_state()  # noqa: NPY002  # an objective may use the global generator
        return cls(_folder(), legacy, random.getstate(), list(warnings.filters))

    def put_back(self) -> None:
        if self.folder is not None and _folder() != self.folder:
            with contextlib.suppress(OSError):  # it has been removed in the meantime
                os.chdir(self.folder)
        np.random.set_state(self.numpy_random)  # noqa: NPY002  # the same
        random.setstate(self.python_random)
        if warnings.filters != self.filters:
            warnings.resetwarnings()  # makes Python forget which filter applied to which line
            warnings.filters[:] = self.filters  # type: ignore[index]  # a list, which typeshed calls a sequence


class _Runs:
    """The running runs of this process; the first saves the state, and the last restores it.

    A run that ends in one thread must not restore state that a run in another thread is using.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._before: _State | None = None

    def enter(self) -> None:
        with self._lock:
            if self._count == 0:
                self._before = _State.now()
            self._count += 1

    def leave(self) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0 and self._before is not None:
                self._before.put_back()
                self._before = None


_runs = _Runs()


def _forget() -> None:
    """Reset in a forked child: the running runs belong to the parent."""
    global _runs  # noqa: PLW0603  # a lock held by a thread that no longer exists can only be replaced
    _runs = _Runs()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@contextmanager
def state_put_back() -> Iterator[None]:
    """Restore afterwards: NumPy's error handling, working folder, global random states, filters of warnings.

    So one run affects neither the next one nor its caller. If runs overlap, in threads or nested, all but NumPy's error
    handling is restored when the last one has ended.

    Examples:
        >>> with state_put_back():
        ...     _ = np.seterr(all="raise")
        >>> np.geterr()["over"]
        'warn'
    """
    handling, runs = np.geterr(), _runs
    runs.enter()
    try:
        yield
    finally:
        np.seterr(**handling)
        runs.leave()


def _folder() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109  # as text it costs a microsecond, and there are runs of a hundred
    except OSError:
        return None
