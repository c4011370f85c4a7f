"""A function as an experiment: called like the function, without the configuration."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import wait
from typing import Any

from benchbook.errors import UsageError
from benchbook.experiments import threads
from benchbook.experiments.branches.branch import Role
from benchbook.experiments.branches.container import BranchContainer
from benchbook.experiments.branches.current import CURRENT
from benchbook.experiments.branches.redaction import Redact
from benchbook.experiments.configs.ids import new_id
from benchbook.experiments.configs.pool import Configs
from benchbook.experiments.running.background import Lane, ShadowHandle
from benchbook.experiments.running.begin import checked, job_of
from benchbook.experiments.running.call import Call, Job, Settings
from benchbook.experiments.running.foreground import run_tasks, run_threads
from benchbook.experiments.running.outcome import Outcome
from benchbook.experiments.sinks.protocol import Sink
from benchbook.experiments.sinks.recorder import Recorder
from benchbook.experiments.strategies.protocol import Plan, Strategy

SINKS_TIMEOUT_S = 60.0


class Experiment:
    """A function under several configurations; made by `experiment`.

    Calling it calls the function, as the strategy says, with a configuration; an async function's call is awaited.

    Attributes:
        name: Name of the experiment.
        configs: The pool.
        strategy: The strategy.
    """

    def __init__(
        self,
        settings: Settings,
        configs: Configs,
        strategy: Strategy,
        sinks: Sequence[Sink] | None,
        redact: Redact,
        history: int,
    ) -> None:
        functools.update_wrapper(self, settings.function)
        self.__signature__ = settings.binding.signature
        self.name = settings.name
        self.configs = configs
        self.strategy = strategy
        self._settings = settings
        self._sinks = sinks
        self._redact = redact
        self._history: deque[Outcome] = deque(maxlen=history)
        self._numbers = iter(range(sys.maxsize))  # taking the next number is atomic
        self._lane: Lane | None = None
        self._followed: set[asyncio.Task[None]] = set()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the strategy's result; a coroutine for an async function, a generator for a generator function."""
        if self._settings.streams is not None:
            self._settings.binding.check_arguments(args, kwargs)
            return self._settings.streams(functools.partial(self._begin_stream, args, kwargs))
        if self._settings.is_async:
            return self._result_async(args, kwargs)
        return self._run_plain(args, kwargs).result

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """Bind to an instance, if the function is a method."""
        return self if instance is None else _Bound(self, instance)

    def __reduce__(self) -> str:
        """Pickle by name, as functions are."""
        return str(self.__dict__["__qualname__"])  # the function's; `update_wrapper` has set it

    def __repr__(self) -> str:
        return f"Experiment({self.name}, {self.strategy.name}, {len(self.configs)} configurations)"

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return the outcome of a call, result and branches; a coroutine for an async function.

        A failed branch does not raise here, but when its `result` is read.
        """
        if self._settings.streams is not None:
            raise UsageError(f"{self.name} is a generator function: call it, and find its outcome in `history`")
        return self._run_async(args, kwargs) if self._settings.is_async else self._run_plain(args, kwargs)

    def start(self, *args: Any, **kwargs: Any) -> BranchContainer:
        """Begin a call and return its branches at once; they can be iterated over as they end, and cancelled.

        Branches of an async function are tasks of the running loop; those of a plain function run in threads.

        Raises:
            UsageError: The function is a generator, or async without a running loop.
        """
        if self._settings.streams is not None:
            raise UsageError(f"{self.name} is a generator function: call it, and take its values as they come")
        return self._start_async(args, kwargs) if self._settings.is_async else self._start_plain(args, kwargs)

    @property
    def last_branches(self) -> BranchContainer:
        """All branches of the call that returned last, of this one only; empty before the first."""
        try:
            return self._history[-1].branches
        except IndexError:
            return BranchContainer()

    @property
    def history(self) -> tuple[Outcome, ...]:
        """The outcomes of the latest calls, the last one at the end."""
        return tuple(self._history.copy())

    @functools.cached_property
    def recorder(self) -> Recorder:
        """The recorder of the sinks; the default sink is made at the first call, in the current artifact root."""
        sinks = self._sinks
        if sinks is None:
            from benchbook.experiments.sinks.json_file import JsonArtifacts

            sinks = [JsonArtifacts()]
        return Recorder(sinks, self._redact)

    def _start_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> BranchContainer:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise UsageError(f"{self.name} is async: `start` is called where an event loop runs") from None
        call, jobs, outcome = self._begin(args, kwargs)
        task = loop.create_task(self._follow_async(call, jobs, outcome))
        self._followed.add(task)  # a loop holds its tasks weakly
        task.add_done_callback(self._followed.discard)
        return call.branches

    async def _follow_async(self, call: Call, jobs: list[Job], outcome: Outcome) -> None:
        with contextlib.suppress(Exception):  # the branch keeps its exception
            await self._finish_async(call, jobs, outcome)

    def _start_plain(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> BranchContainer:
        call, jobs, outcome = self._begin(args, kwargs)

        def follow() -> None:
            with contextlib.suppress(BaseException):  # the branch keeps its exception
                self._finish_plain(call, jobs, outcome)

        try:
            threads.submit(follow)
        except RuntimeError as error:
            for job in jobs:
                job.conclude(job.branch.mark_failure, error)
            _abandon(outcome, "no thread could be started")
        return call.branches

    async def _result_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return (await self._run_async(args, kwargs)).result

    async def _run_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
        return await self._finish_async(*self._begin(args, kwargs))

    async def _finish_async(self, call: Call, jobs: list[Job], outcome: Outcome) -> Outcome:
        plan, settings = call.plan, self._settings
        try:
            await run_tasks(jobs, max_concurrency=_cap(plan, settings), first_success=plan.first_success)
        except BaseException:
            _abandon(outcome, "the call was cancelled")
            raise
        finally:
            self._history.append(outcome)
        if not plan.shadows:
            flushed = call.recorder.flush()
            if flushed:
                await asyncio.wait([asyncio.wrap_future(future) for future in flushed], timeout=SINKS_TIMEOUT_S)
        return outcome

    def _run_plain(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
        return self._finish_plain(*self._begin(args, kwargs))

    def _finish_plain(self, call: Call, jobs: list[Job], outcome: Outcome) -> Outcome:
        plan, settings = call.plan, self._settings
        try:
            run_threads(
                jobs,
                max_concurrency=_cap(plan, settings),
                first_success=plan.first_success,
                timeout_s=settings.timeout_s,
            )
        except BaseException:
            _abandon(outcome, "the call was interrupted")
            raise
        finally:
            self._history.append(outcome)
        if call.refusal is not None:
            _abandon(outcome, "the function cannot be used so")
            raise call.refusal
        if not plan.shadows:
            wait(call.recorder.flush(), timeout=SINKS_TIMEOUT_S)
        return outcome

    def _begin_stream(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Job:
        _, jobs, outcome = self._begin(args, kwargs)
        self._history.append(outcome)
        return jobs[0]

    def _begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Call, list[Job], Outcome]:
        """Plan a call and start its shadows."""
        settings = self._settings
        settings.binding.check_arguments(args, kwargs)
        clock = settings.clock
        call = Call(
            settings=settings,
            strategy=self.strategy,
            pool=self.configs,
            plan=checked(self.strategy.plan(self.configs), self.strategy.name, streams=settings.streams is not None),
            recorder=self.recorder,
            call_id=new_id(),
            number=next(self._numbers),
            parent=CURRENT.get(),
            args=args,
            kwargs=kwargs,
            started=(clock.now().timestamp(), clock.monotonic_s()),
        )
        plan = call.plan
        jobs = [job_of(call, config, plan.role) for config in plan.foreground]
        shadows = [job_of(call, config, Role.SHADOW) for config in plan.shadows]
        ordered = jobs if not shadows else sorted(jobs + shadows, key=lambda job: job.config.index)
        call.open(BranchContainer([job.branch for job in ordered]))
        return call, jobs, Outcome(call, jobs[0].branch, self._start_shadows(plan, shadows))

    def _start_shadows(self, plan: Plan, shadows: list[Job]) -> list[ShadowHandle]:
        if not shadows or plan.background is None:
            return []
        if self._lane is None or self._lane.background != plan.background:
            settings = self._settings
            self._lane = Lane(plan.background, is_async=settings.is_async, timeout_s=settings.timeout_s)
        return self._lane.add(shadows)


class _Bound:
    """An experiment as a method of an instance."""

    def __init__(self, experiment: Experiment, instance: object) -> None:
        self._experiment = experiment
        self._instance = instance

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._experiment(self._instance, *args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return the outcome of a call; see `Experiment.call`."""
        return self._experiment.call(self._instance, *args, **kwargs)

    def start(self, *args: Any, **kwargs: Any) -> BranchContainer:
        """Begin a call and return its branches at once; see `Experiment.start`."""
        return self._experiment.start(self._instance, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._experiment, name)


def _cap(plan: Plan, settings: Settings) -> int | None:
    return plan.max_concurrency or settings.max_concurrency


def _abandon(outcome: Outcome, reason: str) -> None:
    for handle in outcome.handles:
        handle.cancel(reason)
