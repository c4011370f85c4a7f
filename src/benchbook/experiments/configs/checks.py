"""Checks of numbers that users give."""

from __future__ import annotations

from benchbook.errors import UsageError


def at_least(name: str, value: object, least: int) -> int:
    """Return a whole number of at least `least`.

    Raises:
        UsageError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name} is {value!r}, expected a whole number >= {least}")
    return value
