"""Profiles of runs, of parameter sets and of arbitrary functions, with the overhead of the profiler."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchbook.artifacts.io import save
from benchbook.artifacts.store.store import Store
from benchbook.clock import SYSTEM_CLOCK
from benchbook.errors import UsageError
from benchbook.optimizers import OptimizerChoice
from benchbook.optimizers.catalog import settings_of
from benchbook.profiling.call_counts import count_calls
from benchbook.profiling.hints import naming_setting
from benchbook.profiling.profiler import INTERVAL_S, profile
from benchbook.profiling.stages import stage
from benchbook.profiling.summarise import with_calls, with_functions
from benchbook.records import RunRecord
from benchbook.records.profile import Overhead, Profiled
from benchbook.scratch import scratch_folder
from benchbook.studies.runs import provenance
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.execute import code_digest, execute
from benchbook.studies.runs.planned_run import PlannedRun, params_plan
from benchbook.studies.runs.run import planned

Work = Callable[[], str | None]  # does the work, and returns why it failed, or None

_SHORTEST_INTERVAL_S, _SAMPLES = 2e-4, 1000
# Work of at most this many seconds is repeated this often with and without the profiler; longer work is done once.
_REPEATS = ((0.5, 5), (2.0, 3), (10.0, 1))


def profile_run(
    optimizer: str, function: str, *, seed: int = 0, repeats: int | None = None, **arguments: Any
) -> Profiled:
    """Profile one run, from its plan to its artifact on disk.

    Args:
        optimizer: Name in the catalog.
        function: Name in the catalog.
        seed: Integer >= 0.
        repeats: How often it is done with and without the profiler; see `profile_work`.
        **arguments: The others of `benchbook.run`.

    Raises:
        UsageError: An argument is wrong; nothing was run.

    Examples:
        >>> found = profile_run("particle_swarm", "sphere", dim=2, budget=200, repeats=0)
        >>> sorted({stage.name for stage in found.stages})
        ['ask', 'encode', 'evaluate', 'loop', 'observe', 'set-up', 'tell', 'write']
    """
    spec = planned(optimizer, function, seed=seed, **arguments).spec
    name = f"{spec.optimizer} on {spec.function}, dim {spec.dim}, {spec.budget:,} evaluations"
    with scratch_folder("benchbook-profile-") as folder:

        def work() -> str | None:
            with stage("set-up"):
                item = planned(optimizer, function, seed=seed, **arguments)
                provenance.look_up(item.optimizer.packages)
                code_digest(item)  # kept for the record
            record = execute(item)
            save(record, folder / "run.json.zst")
            return _why(record)

        return _hinted(
            profile_work(name, work, repeats=repeats), planned(optimizer, function, seed=seed, **arguments).optimizer
        )


def profile_params(choice: OptimizerChoice, params: Mapping[str, Any], *, repeats: int | None = None) -> Profiled:
    """Profile all runs of an optimizer in a parameter set, including the store.

    Args:
        choice: The optimizer.
        params: The parameters, as `benchbook.params.load` returns them.
        repeats: How often they are done with and without the profiler; see `profile_work`.

    Raises:
        UsageError: A function, dimension or instance is not known.
    """
    runs = len(params_plan([choice], params))
    name = f"{choice.name}, parameters {params['preset']}, {runs:,} runs"
    return _profile_stored(name, choice, lambda: params_plan([choice], params), repeats)


def profile_runs(name: str, plan: Sequence[PlannedRun], *, repeats: int | None = None) -> Profiled:
    """Profile runs of one cell, in lockstep and with a store; see `profile_params`.

    Args:
        name: What the profile is called.
        plan: The runs.
        repeats: How often they are done with and without the profiler; see `profile_work`.
    """
    return _profile_stored(name, plan[0].optimizer, lambda: plan, repeats)


def _profile_stored(
    name: str, choice: OptimizerChoice, make_plan: Callable[[], Sequence[PlannedRun]], repeats: int | None
) -> Profiled:
    """Profile runs of one optimizer, from their plan to a store."""

    def work() -> str | None:
        with scratch_folder("benchbook-profile-") as folder:
            with stage("set-up"):
                plan = make_plan()
                provenance.look_up(choice.packages)
            with Store(folder) as store:
                records = execute_all(plan, store=store)
        return next((why for record in records if (why := _why(record))), None)

    return _hinted(profile_work(name, work, repeats=repeats), choice)


def _hinted(found: Profiled, choice: OptimizerChoice) -> Profiled:
    """Name the optimizer's own setting in the hints."""
    settings = [setting.name for setting in settings_of(choice)]
    return replace(
        found, bottlenecks=tuple(replace(one, hint=naming_setting(one.hint, settings)) for one in found.bottlenecks)
    )


def profile_call(name: str, function: Callable[[], Any], *, repeats: int | None = None) -> Profiled:
    """Profile a function without arguments, plain or async; its exceptions are recorded in the profile.

    Args:
        name: What the profile is called.
        function: Called each time that the work is done; see `profile_work`.
        repeats: How often it is called with and without the profiler.
    """

    def work() -> None:
        result = function()
        if inspect.iscoroutine(result):
            asyncio.run(result)

    return profile_work(name, work, repeats=repeats)


def profile_work(name: str, work: Work, *, repeats: int | None = None) -> Profiled:
    """Profile some work: once to see how long it takes, then plain, with stages, and with functions sampled, in turns.

    The times of the stages are from a run without sampling, because sampling slows work down more; functions share them
    in proportion to their samples. Of several runs, the one with the median length is used. In one more run `cProfile`
    counts the calls. Work that fails, or is interrupted by Ctrl-C, is not repeated; the measurements so far are
    returned.

    Args:
        name: What the profile is called.
        work: Does the work, and returns why it failed, or None.
        repeats: How often it is done in each of the three ways. 0: once only, with stages and functions; overhead and
            calls are then unknown. None: depending on its length, and once only from 10 s on.

    Raises:
        UsageError: `repeats` is negative.
    """
    if repeats is not None and repeats < 0:
        raise UsageError(f"repeats is {repeats}, expected at least 0")
    found = _profiled(name, work, INTERVAL_S)
    if found.status != "completed":
        return found
    times = _times(found.total_s) if repeats is None else repeats
    if times == 0:
        return _without(found, "overhead", f"it was done once, in {found.total_s:.0f} s; --repeats 1 measures it")
    return _repeated(found, work, times)


def _repeated(found: Profiled, work: Work, times: int) -> Profiled:
    interval_s = round(min(INTERVAL_S, max(_SHORTEST_INTERVAL_S, found.total_s / _SAMPLES)), 5)
    plain_s: list[float] = []
    stage_profiles: list[Profiled] = []
    sampled: list[Profiled] = []
    # The three ways take turns, starting with another one in each round, so that a machine that becomes slower favours
    # none.
    ways: list[Callable[[], object]] = [
        lambda: plain_s.append(_plain_s(work)),
        lambda: stage_profiles.append(_completed(_profiled(found.name, work, None))),
        lambda: sampled.append(_completed(_profiled(found.name, work, interval_s))),
    ]
    try:
        for turn in range(times):
            for k in range(len(ways)):
                ways[(turn + k) % len(ways)]()
        found = with_functions(_median(stage_profiles), _median(sampled))
        found = replace(
            found,
            overhead=Overhead.of(
                tuple(plain_s),
                tuple(one.total_s for one in stage_profiles),
                () if found.interval_s is None else tuple(one.total_s for one in sampled),
            ),
        )
        return with_calls(found, count_calls(work))
    except _AgainError as error:
        return _without(found, "repetitions", f"when it was done again, it failed: {error}")
    except KeyboardInterrupt:
        return replace(found, status="interrupted", error="KeyboardInterrupt, while it was done again")
    except (Exception, SystemExit) as error:  # noqa: BLE001  # arbitrary code, which succeeded the first time
        return _without(found, "repetitions", f"when it was done again, it raised {type(error).__name__}: {error}")


class _AgainError(Exception):
    """Work succeeded once, and failed when it was repeated."""


def _profiled(name: str, work: Work, interval_s: float | None) -> Profiled:
    observed = profile(name, functions=interval_s is not None, interval_s=interval_s or INTERVAL_S)
    failure: str | None = None
    error: BaseException | None = None
    observed.start()
    try:
        failure = work()
    except (Exception, KeyboardInterrupt, SystemExit) as raised:  # noqa: BLE001  # it is reported, and the profile kept
        error = raised
    found = observed.stop(error)
    return found if failure is None else replace(found, status="failed", error=failure)


def _completed(found: Profiled) -> Profiled:
    if found.status == "interrupted":
        raise KeyboardInterrupt
    if found.status != "completed":
        raise _AgainError(found.error)
    return found


def _plain_s(work: Work) -> float:
    begin_s = SYSTEM_CLOCK.monotonic_s()
    failure = work()
    if failure is not None:
        raise _AgainError(failure)
    return SYSTEM_CLOCK.monotonic_s() - begin_s


def _median(found: Sequence[Profiled]) -> Profiled:
    return sorted(found, key=lambda one: one.total_s)[len(found) // 2]


def _times(total_s: float) -> int:
    return next((times for most_s, times in _REPEATS if total_s <= most_s), 0)


def _without(found: Profiled, what: str, reason: str) -> Profiled:
    return replace(found, missing={**found.missing, what: reason})


def _why(record: RunRecord) -> str | None:
    return None if record.error is None else f"{record.error.type}: {record.error.message}"
