"""Numbers of processes and seconds that callers give: what is possible, and the checks that say what was expected."""

from __future__ import annotations

from typing import Any

from benchbook.errors import UsageError
from benchbook.whole_numbers import check_whole

MOST_WORKERS = 1024
LONGEST_S = 1e8  # three years; the timers of the system overflow at about a hundred times that


def check_workers(argument: str, value: Any) -> int:
    """Return a number of processes.

    Raises:
        UsageError: It is not a whole number from 1 to 1,024.

    Examples:
        >>> check_workers("workers", 2)
        2
    """
    number = check_whole(argument, value, 1)
    if number > MOST_WORKERS:
        raise UsageError(f"{argument} is {value!r}, expected at most {MOST_WORKERS} processes")
    return number


def check_seconds(argument: str, value: Any, least_s: float | None = None) -> float:
    """Return a number of seconds.

    Args:
        argument: What the caller calls it.
        value: What the caller gave.
        least_s: The smallest possible number; None: any above 0.

    Raises:
        UsageError: It is no number, or not in the range.

    Examples:
        >>> check_seconds("timeout", 0.5)
        0.5
    """
    expected = f"seconds {'> 0' if least_s is None else f'>= {least_s:g}'} and at most {LONGEST_S:g}"
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{argument} is {value!r}, expected {expected}") from error
    if not (seconds > 0 if least_s is None else least_s <= seconds) or seconds > LONGEST_S:
        raise UsageError(f"{argument} is {value!r}, expected {expected}")
    return seconds
