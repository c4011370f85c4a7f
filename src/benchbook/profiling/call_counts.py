"""How often functions are called: counted by the standard library's profiler in a separate run."""

from __future__ import annotations

import cProfile
import re
from collections.abc import Callable
from typing import Any

from benchbook.profiling.sampler import COMPILED, Function, near

_METHOD = re.compile(r"<method '(?P<name>[^']+)' of '(?P<type>[^']+)' objects>")
_BUILT_IN = re.compile(r"<built-in method (?P<name>[^ >]+)>")


def count_calls(work: Callable[[], Any]) -> dict[Function, int]:
    """Do some work and return how often each function was called, by name, file and first line.

    Exceptions of the work are passed on.

    Raises:
        ValueError: Another profiler of this kind is active.

    Examples:
        >>> counted = count_calls(lambda: [abs(x) for x in range(5)])
        >>> counted["abs", "<built-in>", 0]
        5
    """
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        work()
    finally:
        profiler.disable()
    calls: dict[Function, int] = {}
    for entry in profiler.getstats():
        function = _function(entry.code)
        calls[function] = calls.get(function, 0) + int(entry.callcount)
    return calls


def _function(code: Any) -> Function:
    """Return a function as the sampler names it; `code` is a code object, or a text for compiled functions."""
    if not isinstance(code, str):
        return code.co_name, near(code.co_filename), code.co_firstlineno
    method, built_in = _METHOD.match(code), _BUILT_IN.match(code)
    if method:
        return f"{method['type'].rpartition('.')[2]}.{method['name']}", COMPILED, 0
    return (built_in["name"].rpartition(".")[2] if built_in else code), COMPILED, 0
