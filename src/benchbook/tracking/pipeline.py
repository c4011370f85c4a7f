"""`track`: steps of a long piece of work, recorded as they happen."""

from __future__ import annotations

import logging
import math
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.errors import StorageError, UsageError, text_of
from benchbook.files import PIPELINE_VARIABLE, artifact_root
from benchbook.records.pipeline import NOT_REACHED, VERSION, Eta, PerformanceTest, PipelineState, StepStatus
from benchbook.tracking import given
from benchbook.tracking.counter import Counter, EvaluationCount
from benchbook.tracking.eta import Forecast
from benchbook.tracking.files.folders import earlier_shapes, slug_of
from benchbook.tracking.files.writer import Record
from benchbook.tracking.output.terminal import Shown, wanted
from benchbook.tracking.protocol import Listener
from benchbook.tracking.signals import act_on_deferred, unwatch, watch
from benchbook.tracking.step import Step, why

if TYPE_CHECKING:
    from benchbook.tracking.telemetry.sampling import Sampler

log = logging.getLogger(__name__)

# After a hundred predictions the next one waits until the pipeline has become a hundredth older.
_MANY, _GROWTH = 100, 1.01


def track(
    name: str,
    *,
    total: int | None = None,
    steps: Sequence[str] = (),
    weights: Sequence[float] | None = None,
    spec: str | None = None,
    telemetry: bool | float = True,
    tensorboard: Path | str | None = None,
    root: Path | None = None,
    show: bool | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> Pipeline:
    """Return a pipeline to be entered by `with`; see the how-to guide "Track a pipeline".

    Args:
        name: Name of the pipeline; runs of one name learn their durations from one another.
        total: How many steps there will be; None: as many as `steps` names, or unknown.
        steps: Labels of the steps to come, if they are known; they may start in another order.
        weights: Relative amount of work of each of `steps`, in any unit, for the prediction.
        spec: Name of the spec that runs in it.
        telemetry: Whether to watch the machine, or seconds between two samples, at least 0.1. [1 s]
        tensorboard: Folder that metrics and telemetry are mirrored into, for TensorBoard.
        root: Artifact root; None: the one of this project.
        show: Whether each step says on standard error, when it begins and when it ends, which it is, how much time has
            passed, and the ETA; None: if that is a terminal to which logging does not write the steps.
        clock: Measures the time.

    Raises:
        UsageError: The name holds no letter or digit, or a number is out of range.

    Examples:
        >>> import tempfile
        >>> with track("example", total=1, telemetry=False, root=Path(tempfile.mkdtemp())) as pipeline:
        ...     with pipeline.step("the only one") as step:
        ...         step.metric("loss", 0.5)
        >>> pipeline.state.status.value, pipeline.state.steps[0].metrics["loss"].last
        ('completed', 0.5)
    """
    name = given.text(name)
    slug_of(name)
    if total is not None and total < max(1, len(steps)):
        raise UsageError(f"total is {total}, expected at least {max(1, len(steps))}")
    if weights is not None and (len(weights) != len(steps) or not all(0 <= w < math.inf for w in weights)):
        raise UsageError(f"weights is {list(weights)}, expected a finite number >= 0 for each of {len(steps)} steps")
    interval_s = None if telemetry is False else 1.0 if telemetry is True else float(telemetry)
    if interval_s is not None and not interval_s >= 0.1:
        raise UsageError(f"telemetry is {interval_s} s, expected at least 0.1 s between two samples")
    plan = {
        "total": int(total or len(steps)) or None,
        "steps": tuple(map(given.text, steps)),
        "weights": None if weights is None else [float(weight) for weight in weights],
        "spec": spec,
    }
    return Pipeline(name, plan, interval_s, tensorboard, root, clock, show=show)


class Pipeline:
    """A tracked pipeline; made by `track`.

    In a forked child it does nothing: no event is recorded there, and only the process that started a pipeline ends it.
    """

    def __init__(
        self,
        name: str,
        plan: dict[str, Any],
        interval_s: float | None,
        tensorboard: Path | str | None,
        root: Path | None,
        clock: Clock,
        *,
        show: bool | None = False,
    ) -> None:
        """Keep the arguments; nothing is written before the start."""
        self.name = name
        self._plan = plan
        self._interval_s, self._tensorboard, self._root, self._clock = interval_s, tensorboard, root, clock
        self._show = show
        self._record: Record | None = None
        self._forecast = Forecast()
        self._sampler: Sampler | None = None
        self._listeners: list[Listener] = []
        self._end_hooks: list[Callable[[], None]] = []
        self._steps: list[Step] = []
        self._ending = threading.Lock()
        self._finisher: int | None = None
        self.evaluations = Counter()

    # ------------------------------------------------------------------------------------------ start and end

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End as completed, or as failed or cancelled, depending on the exception that left the block."""
        self.finish(*why(error))

    def end_by(self, error: BaseException | None) -> None:
        """End as `with` does, but log errors of tracking instead of raising them, so that the work does not fail."""
        try:
            self.finish(*why(error))
        except Exception as failure:  # noqa: BLE001  # tracking must never stop the work
            log.warning("pipeline %s could not be ended: %s: %s", self.name, type(failure).__name__, text_of(failure))
        finally:
            unwatch(self)  # an ended pipeline does not react to signals

    def start(self) -> Self:
        """Take the lock and write the first event.

        Raises:
            StorageError: The folder or a file in it cannot be written; nothing has been computed yet.
            UsageError: It was started before.
        """
        if self._record is not None:
            raise UsageError(f"the pipeline {self.name!r} was already started; each call of track() makes a new one")
        from importlib.metadata import version

        first = {
            "event": "start",
            "v": VERSION,
            "name": self.name,
            **self._plan,
            "parent": os.environ.get(PIPELINE_VARIABLE) or None,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "version": version("benchbook"),
        }
        # The work may change its directory; all files of a run stay in one place.
        self._root = Path(self._root or artifact_root()).absolute()
        self._record = Record(self.name, first, self._clock, self._root, self.hear)
        try:
            self._begin()
        except BaseException as error:
            self.end_by(error)  # otherwise it would be listed as died
            self._listeners.clear()
            self._end_hooks.clear()
            raise
        return self

    def _begin(self) -> None:
        try:
            self._forecast = Forecast(earlier_shapes(self.name, self.run_id, self._root))
        except StorageError as error:  # a run can be tracked without earlier ones
            log.warning("earlier runs of %s cannot be read: %s", self.name, error)
        watch(self)
        if self._tensorboard is not None:
            from benchbook.tracking.tensorboard import mirror

            mirror(self, Path(self._tensorboard).absolute())
        if wanted(self._show):
            self.add_listener(Shown(self).hear)
        if self._interval_s is not None:
            self._watch_the_machine(self._interval_s)

    def _watch_the_machine(self, interval_s: float) -> None:
        from benchbook.tracking.telemetry.sampling import Sampler

        try:
            sampler = Sampler(self, interval_s)
            sampler.start()
        except Exception as error:  # noqa: BLE001  # failing telemetry must not prevent the start
            reason = f"{type(error).__name__}: {text_of(error)}"
            self.emit("missing", lambda _: {"sensor": "telemetry", "reason": reason})
        else:
            self._sampler = sampler

    def finish(self, status: StepStatus = StepStatus.COMPLETED, reason: str | None = None) -> None:
        """End: write the last event, the snapshot and the report, and release the lock."""
        record = self._record
        if record is None or record.is_foreign or not self._ending.acquire(blocking=False):
            return
        self._finisher = threading.get_ident()
        sampler, self._sampler = self._sampler, None
        summary = sampler.stop() if sampler is not None else {}
        for step in self._steps:
            step.end(StepStatus.CANCELLED, reason or NOT_REACHED)
        for hook in self._end_hooks:
            try:
                hook()
            except Exception as error:  # noqa: BLE001  # the same
                log.warning("a mirror of pipeline %s could not be closed: %s", self.name, text_of(error))
        try:
            record.finish({"status": status.value, "reason": reason, "telemetry": summary})
            self._finisher = None
            act_on_deferred()
        finally:
            self._finisher = None
            unwatch(self)

    # ------------------------------------------------------------------------------------------ what happens in it

    @contextmanager
    def step(self, label: str) -> Iterator[Step]:
        """Run the next step, from entering the block to leaving it; an exception ends the step and is passed on."""
        step = self.begin_step(label)
        try:
            yield step
        except BaseException as error:
            step.end(*why(error))
            raise
        step.end()

    def begin_step(self, label: str) -> Step:
        """Start a step that `Step.end` ends; for cells of a notebook."""
        step = Step(self, label)
        self._steps.append(step)
        return step

    def skip(self, label: str, reason: str = "") -> None:
        """Record that a step is skipped, and why."""
        name = given.text(label)
        self.emit(
            "step_skipped", lambda state: {"step": state.place_of(name), "label": name, "reason": given.text(reason)}
        )

    def claim(self, text: str, verdict: str) -> None:
        """Record a claim that was checked; the live page shows the last ones."""
        self.emit("claim", lambda _: {"text": text, "verdict": str(verdict)})

    def smoke_test(
        self, name: str, work: Callable[[], object], *, amount: float = 1, unit: str = "calls", repeats: int = 5
    ) -> PerformanceTest:
        """Time a small fixed piece of work and keep the result with the run, start-up apart from steady state.

        Args:
            name: Its name; results of earlier runs with this name on this machine are shown with it.
            work: Called once for the start-up, then `repeats` times.
            amount: How much each call does, in `unit`.
            unit: Unit of the amount, such as evaluations.
            repeats: At least 1.

        Raises:
            UsageError: `repeats` is less than 1, or the pipeline was not started.
        """
        from benchbook.tracking.performance import smoke_test

        return smoke_test(self, name, work, amount=amount, unit=unit, repeats=repeats, seconds=self._clock.monotonic_s)

    def count(self, evaluations: int) -> None:
        """Count evaluations that were done, for the rate in the telemetry."""
        self.evaluations.add(evaluations)

    def observer(self) -> EvaluationCount:
        """Return an observer (see `benchbook.protocols.Observer`) that counts the evaluations of a run."""
        return EvaluationCount(self.evaluations)

    def emit(self, kind: str, fields: Callable[[PipelineState], dict[str, Any]], *, boundary: bool = False) -> None:
        """Write an event; `fields` sees the state that it is added to."""
        self._required().emit(kind, fields, boundary=boundary)

    def add_listener(self, listener: Listener, at_end: Callable[[], None] | None = None) -> None:
        """Let `listener` hear each event after it was written, and call `at_end` before the last."""
        self._listeners.append(listener)
        if at_end is not None:
            self._end_hooks.append(at_end)

    def hear(self, event: dict[str, Any]) -> None:
        """Hand an event, or a sample of the telemetry, to the listeners."""
        for listener in list(self._listeners):
            try:
                listener(event)
            except Exception as error:  # noqa: BLE001  # a failing mirror must not stop the pipeline
                self._listeners.remove(listener)
                log.warning("%r receives no more events of pipeline %s: %s", listener, self.name, text_of(error))

    def now(self) -> str:
        """Return the present moment in ISO 8601."""
        return timestamp(self._clock.now())

    # ------------------------------------------------------------------------------------------ what is known

    @property
    def run_id(self) -> str:
        """Unique name of this run; also that of its folder."""
        return self.folder.name

    @property
    def folder(self) -> Path:
        """Where it is written to."""
        return self._required().folder

    @property
    def state(self) -> PipelineState:
        """The state so far; read-only."""
        return self._required().state

    @property
    def write_problem(self) -> str | None:
        """Why events wait in memory rather than in the manifest; None if all is well."""
        return self._required().problem

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return self._required().elapsed_s

    def eta(self) -> Eta | None:
        """Return the estimated remaining time; None if there is nothing to base it on."""
        return self._forecast.estimate(self.state, self.elapsed_s)

    def eta_after(self, state: PipelineState, t: float) -> dict[str, Any] | None:
        """Return the estimate for an event being written; if there are many steps, not each gets a new one."""
        before = state.predictions[-1].t if len(state.predictions) >= _MANY else -math.inf
        if t < before * _GROWTH:
            return None
        eta = self._forecast.estimate(state, t)
        if eta is None or not math.isfinite(eta.high_s):
            return None
        return {"remaining_s": eta.remaining_s, "low_s": eta.low_s, "high_s": eta.high_s, "earlier": eta.earlier}

    def _repr_html_(self) -> str:
        from benchbook.tracking.live_page import as_html

        return as_html(self.folder)

    def _required(self) -> Record:
        if self._record is None:
            raise UsageError(f"the pipeline {self.name!r} was not started: use `with track(...) as pipeline:`")
        return self._record

    # ------------------------------------------------------------------------------------------ signals

    def is_busy_here(self) -> bool:
        """Return whether the calling thread is in the middle of writing; see `benchbook.tracking.signals`."""
        if self._finisher == threading.get_ident():
            return True
        return self._record is not None and self._record.is_busy_here()

    def interrupted(self, name: str) -> None:
        """Mark the running steps by a signal, and flush."""
        record = self._record
        if record is not None and not record.is_foreign:
            record.emit("signal", lambda _: {"name": name}, boundary=True)
            record.sync()

    def ended_by(self, name: str) -> None:
        """End as cancelled, because a signal is about to end the process."""
        self.finish(StepStatus.CANCELLED, name)
