"""The types of the fields of events and snapshots, checked when they are read, because a file may contain anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchbook.whole_numbers import is_whole

_LARGEST = 1e300  # sums of larger numbers may overflow, and JSON has only finite numbers


def check_types(document: Mapping[str, Any]) -> None:
    """Check the fields of an event or a snapshot that have the same type everywhere; unknown ones are ignored.

    Raises:
        TypeError: A field has another type.

    Examples:
        >>> check_types({"event": "step", "t": "x"})
        Traceback (most recent call last):
            ...
        TypeError: t is 'x', expected a number
    """
    for name, value in document.items():
        rule = _RULES.get(name)
        if rule is not None and not rule[1](value):
            raise TypeError(f"{name} is {repr(value)[:60]}, expected {rule[0]}")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _is_number_or_none(value: object) -> bool:
    return value is None or _is_number(value)


def _is_count(value: object) -> bool:
    return is_whole(value) and 0 <= value < 1 << 63


def _is_count_or_none(value: object) -> bool:
    return value is None or _is_count(value)


def _is_list_of_text_or_steps(value: object) -> bool:
    """Return whether they are labels, as at the start, or steps, as in a snapshot."""
    return value is None or (
        isinstance(value, list | tuple)
        and all(isinstance(item, str) or (isinstance(item, dict) and _is_step(item)) for item in value)
    )


def _is_step(step: dict[str, Any]) -> bool:
    try:
        check_types(step)
    except TypeError:
        return False
    return True


def _is_list_of_numbers(value: object) -> bool:
    return value is None or (isinstance(value, list | tuple) and all(_is_number_or_none(item) for item in value))


def _is_eta(value: object) -> bool:
    return value is None or (
        isinstance(value, dict)
        and all(_is_number(value.get(name)) for name in ("remaining_s", "low_s", "high_s"))
        and _is_count(value.get("earlier"))
    )


def _is_object_or_none(value: object) -> bool:
    return value is None or isinstance(value, dict)


_TEXT = ("text", _is_text)
_TEXT_OR_NONE = ("text or null", _is_text_or_none)
_NUMBER = ("a number", _is_number)
_NUMBER_OR_NONE = ("a number or null", _is_number_or_none)
_COUNT = ("a whole number >= 0", _is_count)
_RULES: dict[str, tuple[str, Callable[[object], bool]]] = {
    "run_id": _TEXT,
    "name": _TEXT,
    "spec": _TEXT_OR_NONE,
    "parent": _TEXT_OR_NONE,
    "at": _TEXT,
    "created_at": _TEXT,
    "ended_at": _TEXT_OR_NONE,
    "started_at": _TEXT_OR_NONE,
    "last_at": _TEXT,
    "host": _TEXT,
    "version": _TEXT,
    "reason": _TEXT_OR_NONE,
    "label": _TEXT,
    "text": _TEXT,
    "verdict": _TEXT,
    "rule": _TEXT,
    "severity": _TEXT,
    "message": _TEXT,
    "sensor": _TEXT,
    "path": _TEXT,
    "total": ("a whole number >= 0 or null", _is_count_or_none),
    "t": _NUMBER,
    "started_t": _NUMBER_OR_NONE,
    "duration_s": _NUMBER_OR_NONE,
    "fraction": _NUMBER_OR_NONE,
    "weight": _NUMBER_OR_NONE,
    "weights": ("a list of numbers or null", _is_list_of_numbers),
    "step": _COUNT,
    "index": _COUNT,
    "pid": _COUNT,
    "evaluations": _COUNT,
    "torn": _COUNT,
    "lost": _COUNT,
    "bytes": ("a whole number >= 0 or null", _is_count_or_none),
    "steps": ("a list of labels or of steps", _is_list_of_text_or_steps),
    "eta": ("an estimate or null", _is_eta),
    "telemetry": ("an object or null", _is_object_or_none),
    "evidence": ("an object or null", _is_object_or_none),
}
