"""The catalog of strategies, by name."""

from __future__ import annotations

import inspect
import threading
from typing import Any

from benchbook.errors import UnknownNameError, UsageError, unknown_name
from benchbook.experiments.strategies.fixed import MultiBranch, RoundRobin, Shadow, Single
from benchbook.experiments.strategies.protocol import Strategy, StrategyFactory
from benchbook.experiments.strategies.random import EpsilonGreedy, WeightedRandom

_FACTORIES: dict[str, StrategyFactory] = {
    kind.name: kind for kind in (Single, RoundRobin, Shadow, MultiBranch, WeightedRandom, EpsilonGreedy)
}
_lock = threading.Lock()


def register_strategy(name: str, factory: StrategyFactory) -> None:
    """Add a strategy to the catalog.

    Args:
        name: Its name.
        factory: A class or function that makes one from settings given by keyword.

    Raises:
        UsageError: The name is taken, empty, or the factory cannot be called.
    """
    if not name or not callable(factory):
        raise UsageError(f"a strategy needs a name and something that makes it; given {name!r} and {factory!r}")
    with _lock:
        if name in _FACTORIES:
            raise UsageError(f"there is a strategy {name!r} already; existing ones are {', '.join(sorted(_FACTORIES))}")
        _FACTORIES[name] = factory


def unregister_strategy(name: str) -> None:
    """Remove a strategy from the catalog.

    Raises:
        UnknownNameError: There is none of this name.
    """
    with _lock:
        _find(name)
        del _FACTORIES[name]


def get_strategy(name: str, **settings: Any) -> Strategy:
    """Return a new strategy by its name.

    Raises:
        UnknownNameError: There is none of this name.
        UsageError: It does not take these settings.

    Examples:
        >>> get_strategy("round_robin", start=1).name
        'round_robin'
    """
    factory = _find(name)
    try:
        inspect.signature(factory).bind(**settings)
    except TypeError as error:
        raise UsageError(f"strategy {name!r}: {error}") from error
    made: Strategy = factory(**settings)
    return made


def list_strategies() -> dict[str, str]:
    """Return the names of all strategies, sorted, each with what it does."""
    return {name: _summary(_FACTORIES[name]) for name in sorted(_FACTORIES)}


def _find(name: str) -> StrategyFactory:
    if name not in _FACTORIES:
        message = str(unknown_name("strategy", name, _FACTORIES))
        known = "" if "known are" in message else f" (known are {', '.join(sorted(_FACTORIES))})"
        raise UnknownNameError(message + known)
    return _FACTORIES[name]


def _summary(factory: StrategyFactory) -> str:
    return (inspect.getdoc(factory) or "").partition("\n")[0]
