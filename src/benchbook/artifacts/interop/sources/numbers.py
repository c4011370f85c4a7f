"""Numbers as other tools write them; Python itself would also accept `1_0` and digits of any script."""

from __future__ import annotations

import re
from typing import Any

from benchbook.whole_numbers import is_whole

MOST = 2**53  # beyond this, not every whole number is a float
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE)
_DECIMALS = re.compile(r"[+-]?[0-9]*\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?")
_DIGITS = 400  # no logger writes longer numbers


def number(text: str) -> float | None:
    """Return the number in a text, including infinity and NaN; None if it is not a number.

    Examples:
        >>> number("+1.5e-08"), number("-Inf"), number("1_0"), number("None")
        (1.5e-08, -inf, None, None)
    """
    return float(text) if len(text) <= _DIGITS and _NUMBER.fullmatch(text) else None


def whole(text: str) -> int | None:
    """Return the whole number from 0 to 2**53 in a text; None if it is not one.

    Examples:
        >>> whole("100"), whole("1e+02"), whole("1.5"), whole("-1"), whole("1e999")
        (100, 100, None, None, None)
    """
    value = number(text)
    if value is None or not 0 <= value <= MOST or value != int(value):
        return None
    return int(value)


def rounding(text: str) -> float:
    """Return half a unit of the last printed digit, which is the largest rounding error of a printed number.

    Examples:
        >>> rounding("1.5e-08"), rounding("20"), rounding("inf")
        (5e-10, 0.5, 0.0)
    """
    found = _DECIMALS.fullmatch(text)
    if found is None:
        return 0.0
    exponent = int(found[2] or 0) - len(found[1])
    return 0.5 * 10.0**exponent if abs(exponent) < 300 else 0.0


def count(value: Any, default: int = 0) -> int:
    """Return a JSON value if it is a whole number from 0 to 2**53, otherwise the default.

    Examples:
        >>> count(7), count(True), count(-1), count("7"), count(None, 3)
        (7, 0, 0, 0, 3)
    """
    return value if is_whole(value) and 0 <= value <= MOST else default
