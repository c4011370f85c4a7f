"""Conversion of reported values (NumPy numbers, paths, any text) to values that a manifest can contain.

Nothing here raises, however odd a value is: tracking must never stop the work.
"""

from __future__ import annotations

import math
import os
from typing import Any

from benchbook.errors import unicode_of

_LONGEST = 500


def text(value: Any) -> str:
    """Return a label, a name or a path as Unicode.

    Examples:
        >>> from pathlib import Path
        >>> text("fit"), text(Path("a")), text(3)
        ('fit', 'a', '3')
    """
    if type(value) is str and value.isascii():
        return value
    try:
        return unicode_of(os.fsdecode(value) if isinstance(value, bytes | os.PathLike) else str(value))
    except Exception as error:  # noqa: BLE001  # the value is the user's
        return f"<{type(value).__name__} whose text raises {type(error).__name__}>"


def number(value: Any) -> float | str:
    """Return a finite number unchanged, anything else as text.

    Examples:
        >>> number(2), number(float("nan")), number(10**400), number("lost")
        (2.0, 'nan', 'inf', 'lost')
    """
    try:
        made = float(value.item() if hasattr(value, "item") else value)
    except OverflowError:
        made = math.inf if value > 0 else -math.inf
    except Exception:  # noqa: BLE001  # the value is the user's
        return text(value)[:_LONGEST]
    return made if math.isfinite(made) else str(made)


def place(value: Any) -> int | float | None:
    """Return the position of a number on its axis, as an integer if it is one; None if it is not a finite number.

    Examples:
        >>> place(3.0), place(2.5), place(2**70), place(None)
        (3, 2.5, 1.1805916207174113e+21, None)
    """
    if value is None:
        return None
    made = number(value)
    if isinstance(made, str):
        return None
    return int(made) if made.is_integer() and abs(made) < 2**53 else made


def plain(value: Any) -> Any:
    """Return an event as JSON values, if it contains others."""
    if isinstance(value, dict):
        return {text(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value if not isinstance(value, str) else text(value)
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)
    return number(value) if hasattr(value, "__float__") else text(value)
