"""A profile that follows a notebook cell by cell, from inside its kernel."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from benchbook.clock import SYSTEM_CLOCK
from benchbook.errors import StorageError, UsageError
from benchbook.files import write_atomic
from benchbook.profiling.profile_document import to_document
from benchbook.profiling.profiler import Profile, profile
from benchbook.records.profile import Profiled

BETWEEN = "between cells"
SNAPSHOT = "snapshot of this profile"
_LONGEST_LABEL = 44
_SPARING = 60  # the next snapshot is written after this many times the duration of the last one

log = logging.getLogger(__name__)


def label_of(number: int, source: str) -> str:
    """Return the name of a cell as a stage: its number and its first line of code.

    Examples:
        >>> label_of(3, "# the runs" + chr(10) + "runs = spec.when()")
        'cell 3: runs = spec.when()'
    """
    lines = (line.strip() for line in source.splitlines())
    first = next((line for line in lines if line and not line.startswith(("#", "%%"))), "")
    shown = first if len(first) <= _LONGEST_LABEL else f"{first[: _LONGEST_LABEL - 3]}..."
    return f"cell {number}: {shown}" if shown else f"cell {number}"


class CellProfile:
    """Follows the cells that a kernel runs: each is a stage, and so is the time between them.

    A snapshot is written to a file between cells, so that it survives the death of the kernel, but rarely enough to
    take at most a few percent of the time. After a failed cell it is always written.
    """

    def __init__(self, name: str, shell: Any, path: Path, numbers: Sequence[int], *, functions: bool = True) -> None:
        """Begin to follow, from the end of the cell in which this is called.

        Args:
            name: What is profiled.
            shell: IPython's shell.
            path: Where the document of the profile is written.
            numbers: Numbers of the cells to come, as a reader counts them; later ones do not count.
            functions: Whether functions are sampled.
        """
        self._profile: Profile = profile(name, functions=functions)
        self._shell, self._path = shell, path
        self._numbers = list(numbers)
        self._done = 0
        self._running = False
        self._next_s = 0.0
        shell.events.register("pre_run_cell", self._before)
        shell.events.register("post_run_cell", self._after)

    def finish(self) -> Profiled:
        """Stop, write, and return what was found; called in the last cell, which does not count."""
        self._shell.events.unregister("pre_run_cell", self._before)
        self._shell.events.unregister("post_run_cell", self._after)
        found = self._profile.stop()
        self._write(found)
        return found

    def _before(self, info: Any) -> None:
        if self._running and self._done < len(self._numbers):
            self._profile.end_stage()
            self._profile.begin_stage(label_of(self._numbers[self._done], info.raw_cell))

    def _after(self, result: Any) -> None:
        if not self._running:  # the end of the cell in which it began
            self._running = True
            self._profile.start()
        else:
            self._profile.end_stage()
            self._done += 1
        try:
            self._keep(result.error_before_exec or result.error_in_exec)
        finally:
            self._profile.begin_stage(BETWEEN)

    def _keep(self, error: BaseException | None) -> None:
        begin_s = SYSTEM_CLOCK.monotonic_s()
        if error is None and begin_s < self._next_s:
            return
        with self._profile.stage(SNAPSHOT):
            self._write(self._profile.so_far(), error)
        end_s = SYSTEM_CLOCK.monotonic_s()
        self._next_s = end_s + _SPARING * (end_s - begin_s)

    def _write(self, found: Profiled, error: BaseException | None = None) -> None:
        document = to_document(found)
        if error is not None:
            document.update(status="failed", error=f"{type(error).__name__}: {error}")
        try:
            write_atomic(self._path, orjson.dumps(document))
        except StorageError as problem:
            log.warning("the profile so far is not kept: %s", problem)


def follow(name: str, path: str, numbers: Sequence[int], *, functions: bool = True) -> CellProfile:
    """Follow the cells of the notebook in which this is called; see `CellProfile`.

    Raises:
        UsageError: This is not IPython.
    """
    try:
        from IPython import get_ipython
    except ImportError:
        shell = None
    else:
        shell = get_ipython()
    if shell is None:
        raise UsageError("cells can be followed in a notebook only: there is no IPython here")
    return CellProfile(name, shell, Path(path), numbers, functions=functions)
