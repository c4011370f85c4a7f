"""`profile`: where the time of a piece of work goes, stage by stage and function by function."""

from __future__ import annotations

import math
import sys
from contextlib import nullcontext
from dataclasses import replace
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.errors import UsageError
from benchbook.profiling.sampler import FunctionSampler
from benchbook.profiling.stages import StageRecorder
from benchbook.records.profile import Profiled

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

INTERVAL_S = 0.001


def profile(
    name: str, *, functions: bool = True, interval_s: float = INTERVAL_S, clock: Clock = SYSTEM_CLOCK
) -> Profile:
    """Return a profile to be entered by `with`, or started and stopped cell by cell; see the guide "Profile a run".

    Runs of benchbook within it name their own stages: set-up, loop, ask, evaluate, tell, observe,
    encode and write. Others are named by `stage`.

    Args:
        name: What is profiled.
        functions: Whether to sample the functions below the stages, by pyinstrument (extra `profile`).
        interval_s: Seconds between two samples, at least 0.0001.
        clock: Measures the stages.

    Raises:
        UsageError: The name is empty, or the interval is out of range.

    Examples:
        >>> with profile("squares", functions=False) as found:
        ...     for _ in range(3):
        ...         with found.stage("evaluate"):
        ...             squares = [x**2 for x in range(1000)]
        >>> [(stage.name, stage.calls) for stage in found.result.stages]
        [('evaluate', 3)]
    """
    if not name.strip():
        raise UsageError("the name of a profile is empty, expected a text")
    if not (math.isfinite(interval_s) and interval_s >= 1e-4):
        raise UsageError(f"interval_s is {interval_s!r}, expected at least 0.0001 s between two samples")
    return Profile(name, interval_s if functions else None, clock)


class Profile:
    """A running or finished profile; made by `profile`.

    It belongs to the thread that started it, and a thread can have only one running profile.
    """

    def __init__(self, name: str, interval_s: float | None, clock: Clock = SYSTEM_CLOCK) -> None:
        """Keep the arguments."""
        self.name = name
        self._clock = clock
        self._recorder = StageRecorder(clock)
        self._sampler = None if interval_s is None else FunctionSampler(interval_s, self._where)
        self._created_at = ""
        self._result: Profiled | None = None

    def __enter__(self) -> Self:
        """Start."""
        return self._start(sys._getframe(1))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; the measurements are kept even if the block raised."""
        self.stop(error)

    def start(self) -> Self:
        """Start; for cells of a notebook.

        Raises:
            UsageError: It was started before, or another profile is running in this thread.
        """
        return self._start(sys._getframe(1))

    def stop(self, error: BaseException | None = None) -> Profiled:
        """Stop, and return the result; `error` is the exception that ended the work, if any.

        Raises:
            UsageError: It was not started.
        """
        self._check_started()
        if self._result is None:
            self._recorder.stop()
            if self._sampler is not None:
                self._sampler.stop()
            self._result = self._found(error)
        return self._result

    def stage(self, name: str) -> AbstractContextManager[None]:
        """Return a block that is recorded as a stage within the enclosing one."""
        return self._recorder.stage(name)

    def begin_stage(self, name: str) -> None:
        """Enter a stage that `end_stage` leaves, in another cell of a notebook."""
        self._recorder.enter(name)

    def end_stage(self) -> None:
        """Leave the stage entered last."""
        self._recorder.leave_to(max(1, self._recorder.depth - 1))

    def so_far(self) -> Profiled:
        """Return the result so far, without the open stages and without spans.

        Raises:
            UsageError: It was not started.
        """
        if self._result is not None:
            return self._result
        self._check_started()
        with self._sampler.paused() if self._sampler is not None else nullcontext():
            return replace(self._found(None, spans=False), status="running")

    @property
    def result(self) -> Profiled:
        """The result.

        Raises:
            UsageError: It was not stopped yet.
        """
        if self._result is None:
            raise UsageError(f"the profile {self.name!r} has no result yet: stop it first")
        return self._result

    def __repr__(self) -> str:
        """Return the name and, once it is stopped, the table of stages."""
        if self._result is None:
            return f"<profile {self.name!r}, not stopped>"
        from benchbook.profiling.tables import text

        return text(self._result)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self)}

    def _start(self, frame: FrameType) -> Self:
        if self._created_at:
            raise UsageError(f"the profile {self.name!r} was already started; each call of profile() makes a new one")
        if self._sampler is not None:
            self._sampler.prepare()
        self._recorder.start()
        self._created_at = timestamp(self._clock.now())
        if self._sampler is not None:
            self._sampler.start(frame)
        return self

    def _check_started(self) -> None:
        if not self._created_at:
            raise UsageError(f"the profile {self.name!r} was not started")

    def _where(self) -> tuple[int, float]:
        return self._recorder.current, self._recorder.elapsed_s

    def _found(self, error: BaseException | None, *, spans: bool = True) -> Profiled:
        from benchbook.profiling.summarise import findings

        return findings(self.name, self._created_at, self._recorder, self._sampler, error, spans=spans)
