"""Isolation of a library from the rest of the process: global random state, warnings and float errors.

Some libraries draw from the global generators of NumPy and of the module `random`. Their calls run inside a
`Boundary`: the run's own state temporarily replaces the user's, and is kept for the next call. A process-wide lock
keeps runs in different threads apart. One case cannot be prevented: another thread of the user that draws global
numbers while a library is running draws from the run's state.
"""

from __future__ import annotations

import random
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from benchbook.optimizers.adapters.global_state import OwnState

_LOCK = threading.RLock()
_watchers: list[set[str]] = []


class Boundary:
    """Runs a library's calls with their own random state and without irrelevant warnings.

    Args:
        rng: Generator of the run; the private global state is seeded from it.
        swaps: Whether the library may draw from global random state.
        noise: Irrelevant warnings as `(message, category)`, with a regular expression for the beginning of the message.
    """

    def __init__(
        self, rng: np.random.Generator, *, swaps: bool, noise: tuple[tuple[str, type[Warning]], ...] = ()
    ) -> None:
        """Seed the private global state."""
        self._noise = noise
        self._numpy: OwnState | None = None
        self._python: Any = None
        if swaps:
            numpy_seed, python_seed = (int(seed) for seed in rng.integers(2**32, size=2))
            self._numpy = OwnState(numpy_seed)
            self._python = random.Random(python_seed).getstate()  # noqa: S311  # for a library's search, not for secrets

    @property
    def isolates(self) -> bool:
        """Whether more than float errors is isolated."""
        return self._numpy is not None or bool(self._noise)

    def crossed(self) -> AbstractContextManager[None]:
        """Enter the library; on leaving, the state of the process is restored in any case."""
        # Overflow in a library's search shows in its values; the user need not be warned.
        if not self.isolates:
            return np.errstate(all="ignore")
        return self._isolated()

    @contextmanager
    def _isolated(self) -> Iterator[None]:
        with np.errstate(all="ignore"), _LOCK, warnings.catch_warnings():
            for message, category in self._noise:
                warnings.filterwarnings("ignore", message=message, category=category)
            if self._numpy is None:
                yield
                return
            with self._swapped(self._numpy):
                yield

    @contextmanager
    def _swapped(self, own: OwnState) -> Iterator[None]:
        theirs = random.getstate()
        own.enter()
        random.setstate(self._python)
        try:
            yield
        finally:
            before, self._python = self._python, random.getstate()
            random.setstate(theirs)
            drawn = own.leave()
            for seen in _watchers:
                if drawn:
                    seen.add("numpy.random")
                if before != self._python:
                    seen.add("random")


@contextmanager
def watched() -> Iterator[set[str]]:
    """Record which global generators were used inside boundaries: "numpy.random", "random"."""
    seen: set[str] = set()
    _watchers.append(seen)
    try:
        yield seen
    finally:
        _watchers.remove(seen)
