"""Whole numbers that callers give: what counts as one, and the check that says what was expected."""

from __future__ import annotations

import operator
from typing import Any, TypeGuard

from benchbook.errors import UsageError


def whole(value: Any) -> Any:
    """Return a whole number that is written as a float, such as `1e4`, as an int; anything else as it is.

    Examples:
        >>> whole(1e4), whole(1.5), whole("2")
        (10000, 1.5, '2')
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


def is_whole(value: object) -> TypeGuard[int]:
    """Say whether a value is an int and no truth value, which Python takes for 0 or 1.

    Examples:
        >>> is_whole(2), is_whole(2.0), is_whole(True)
        (True, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool)


def check_whole(argument: str, value: Any, least: int, context: str = "", *, most: int | None = None) -> int:
    """Return `value` as a plain int; NumPy's integers count as whole numbers, its truth values do not.

    Raises:
        UsageError: It is not a whole number >= `least`, or more than `most`.

    Examples:
        >>> check_whole("dim", 3, 1)
        3
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise UsageError(_expected(argument, value, least, context)) from error
    if type(value).__name__ in ("bool", "bool_") or number < least:  # the older NumPys take True for 1
        raise UsageError(_expected(argument, value, least, context))
    if most is not None and number > most:
        raise UsageError(f"{argument} is {value!r}, expected at most {most}, which an artifact can hold")
    return number


def _expected(argument: str, value: Any, least: int, context: str) -> str:
    return f"{argument} is {value!r}, expected a whole number >= {least} {context}".rstrip()
