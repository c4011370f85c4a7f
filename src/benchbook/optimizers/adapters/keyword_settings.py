"""A library's own keyword arguments as settings, read from its signatures."""

from __future__ import annotations

import inspect
import math
from collections.abc import Collection
from typing import Any

from benchbook.optimizers.adapters.factory import Parameter


def settings_of(thing: type, *, skip: Collection[str] = ()) -> dict[str, Parameter]:
    """Return the keyword arguments of a class whose defaults are JSON values; others cannot be recorded.

    Args:
        thing: The class.
        skip: Arguments that the adapter sets itself.
    """
    found = {}
    for name, parameter in inspect.signature(thing).parameters.items():
        variadic = parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        if variadic or name in skip or not _recordable(parameter.default):
            continue
        found[name] = Parameter(
            default=parameter.default,
            kind=_kind(parameter.default),
            meaning=f"Passed to {thing.__name__} as it is.",
        )
    return found


def _recordable(default: Any) -> bool:
    if isinstance(default, float):
        return math.isfinite(default)
    return default is None or isinstance(default, bool | int | str)


def _kind(default: Any) -> Any:
    # The library checks further: an argument with the default 1 may accept 0.5.
    if isinstance(default, bool):
        return bool
    if isinstance(default, int | float):
        return int | float
    return str if isinstance(default, str) else Any
