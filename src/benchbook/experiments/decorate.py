"""The decorator `experiment`: what it takes, and what it checks before the first call."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from typing import Any

from benchbook.clock import SYSTEM_CLOCK, Clock
from benchbook.errors import UsageError
from benchbook.experiments.branches.redaction import Redact, Redactor
from benchbook.experiments.configs.binding import Binding
from benchbook.experiments.configs.pool import Configs
from benchbook.experiments.experiment import Experiment
from benchbook.experiments.running.call import Hook, Settings
from benchbook.experiments.running.retries import Retries
from benchbook.experiments.running.streams import stream, stream_async
from benchbook.experiments.sinks.protocol import Sink
from benchbook.experiments.strategies.fixed import Single
from benchbook.experiments.strategies.protocol import Strategy
from benchbook.experiments.strategies.registry import get_strategy
from benchbook.limits import check_seconds
from benchbook.whole_numbers import check_whole


def experiment(
    *,
    configs: Any,
    strategy: Strategy | str | None = None,
    sinks: Iterable[Sink] | Sink | None = None,
    retries: int | Retries = 0,
    timeout: float | None = None,
    max_concurrency: int | None = None,
    before: Hook | None = None,
    after: Hook | None = None,
    name: str | None = None,
    parameter: str = "config",
    redact: Redact = True,
    history: int = 100,
    clock: Clock = SYSTEM_CLOCK,
) -> Callable[[Callable[..., Any]], Experiment]:
    """Make a function an experiment: async, plain or a generator of either kind.

    A generator is run by one branch at a time. The branch begins with the first value and ends when the generator ends,
    fails, or is closed before its end, which counts as skipped; the generator's return value is the output.

    Args:
        configs: The pool: mappings, pydantic models, `Configs`, a model class, or the path of a YAML file or folder.
        strategy: What a call does with the pool: a strategy or its name; by default the first configuration is run.
        sinks: Where records go; None: JSON artifacts under the artifact root; empty: nowhere.
        retries: How often a failed function is retried, or a `Retries` object.
        timeout: Seconds that a branch may take, repetitions included. An async function is cancelled; a thread cannot
            be killed and is abandoned.
        max_concurrency: How many foreground branches of a call run at once; None: all, or 64 for plain functions.
        before: Called with each branch before its function, in its context; if it raises, the branch fails.
        after: Called with each branch that has ended; its exceptions are logged.
        name: Name of the experiment; None: the function's.
        parameter: The parameter that takes the configuration, unless some are marked with `Bind`.
        redact: True: what stands under the usual names is masked in records; names: under these as well; False or
            empty: nothing is.
        history: How many outcomes are kept.
        clock: Source of the times in records.

    Raises:
        UsageError: An argument is wrong, or the function has no place for the configuration.

    Examples:
        >>> @experiment(configs=[{"factor": 2}, {"factor": 3}], strategy="multi_branch", sinks=[])
        ... def scaled(value, config):
        ...     return value * config["factor"]
        >>> [branch.output for branch in scaled(10)]
        [20, 30]
    """
    local = sys._getframe(1).f_locals
    chosen = get_strategy(strategy) if isinstance(strategy, str) else strategy or Single()
    if not isinstance(chosen, Strategy):
        raise UsageError(f"strategy is {chosen!r}, expected a name or an object with name, plan and observe")
    _check_numbers(timeout, max_concurrency, history)
    masked = redact if redact is None or isinstance(redact, bool | str) else list(redact)
    Redactor(masked)  # a wrong value is reported now, not at the first call
    tries = retries if isinstance(retries, Retries) else Retries(count=retries)

    def decorate(function: Callable[..., Any]) -> Experiment:
        binding = Binding(function, parameter, local)
        settings = Settings(
            name=name or str(getattr(function, "__name__", type(function).__name__)),
            function=function,
            is_async=_is_async(function),
            binding=binding,
            retries=tries,
            timeout_s=timeout,
            max_concurrency=max_concurrency,
            before=before,
            after=after,
            clock=clock,
            streams=_streams(function, limited=timeout is not None or tries.count > 0),
        )
        pool = (
            configs if isinstance(configs, Configs) and binding.model is None else Configs(configs, model=binding.model)
        )
        for config in pool:
            binding.values(config)  # what does not fit is reported now, not at the first call
        return Experiment(settings, pool, chosen, _sinks(sinks), masked, history)

    return decorate


def _check_numbers(timeout: float | None, max_concurrency: int | None, history: int) -> None:
    if timeout is not None:
        check_seconds("timeout", timeout)
    if max_concurrency is not None:
        check_whole("max_concurrency", max_concurrency, 1)
    check_whole("history", history, 1)


def _sinks(sinks: Iterable[Sink] | Sink | None) -> list[Sink] | None:
    if sinks is None:
        return None
    given = [sinks] if isinstance(sinks, Sink) else list(sinks)
    for sink in given:
        if not isinstance(sink, Sink):
            raise UsageError(f"{sink!r} is not a sink: it needs start, params, metrics, artifact and finish")
    return given


def _streams(function: Callable[..., Any], *, limited: bool) -> Callable[..., Any] | None:
    """Return how a generator function is run; None for other functions."""
    call = getattr(type(function), "__call__", None)  # noqa: B004  # checks whether calling it gives a generator
    plain = inspect.isgeneratorfunction(function) or inspect.isgeneratorfunction(call)
    if not plain and not inspect.isasyncgenfunction(function) and not inspect.isasyncgenfunction(call):
        return None
    if limited:
        raise UsageError("a generator can have neither retries nor a timeout")
    return stream if plain else stream_async


def _is_async(function: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004  # calling it gives a coroutine
