"""Numbers with an exponent and no point, such as `1e4`, which YAML 1.1 takes for text."""

from __future__ import annotations

import re
from typing import Any

from benchbook.whole_numbers import whole

EXPONENT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+")


def number(value: Any) -> Any:
    """Return the number that a text like `1e4` means, and whole numbers as int; anything else as it is.

    Examples:
        >>> number("1e4"), number(1e4), number("1e-8"), number("quick"), number(2.5)
        (10000, 10000, 1e-08, 'quick', 2.5)
    """
    if isinstance(value, str) and EXPONENT.fullmatch(value):
        value = float(value)
    return whole(value)
