"""Names of configurations and calls, and the JSON form on which they rest."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import Any

from benchbook.errors import UsageError

ID_LENGTH = 16
_DEEPEST = 40
_LONGEST_TEXT = 2000


def new_id() -> str:
    """Return a new unique name of 16 hex digits."""
    return secrets.token_hex(ID_LENGTH // 2)


def config_id_of(config: Any) -> str:
    """Return a configuration's own `id`, else the first 16 hex digits of its digest.

    The digest is that of canonical JSON: the same in every process, whatever the order of the keys.

    Raises:
        UsageError: The `id` is no text or number, or a value has no JSON form.

    Examples:
        >>> config_id_of({"a": 1, "b": {"c": 2}}) == config_id_of({"b": {"c": 2}, "a": 1})
        True
        >>> config_id_of({"id": "small", "population": 20})
        'small'
    """
    named = config.get("id") if isinstance(config, Mapping) else getattr(config, "id", None)
    if named is None:
        from benchbook.digests import digest  # it loads NumPy

        try:
            return digest(plain(config))[:ID_LENGTH]
        except ValueError as error:
            raise UsageError(f"the configuration has no JSON form: {error}") from error
    if isinstance(named, bool) or not isinstance(named, str | int) or named == "":
        raise UsageError(f"the id of a configuration is {named!r}, expected a text or a whole number")
    return str(named)


def plain(value: Any, path: str = "config") -> Any:
    """Return a configuration as JSON values.

    Raises:
        UsageError: A value has no JSON form, or a key is no text; the message names its place.
    """
    # `type(...) is` is quick, and these are nearly all values there are
    kind = type(value)
    if kind in (str, int, bool, type(None)):
        return _sized(value, path) if kind is int else value
    if kind is float:
        return value if value - value == 0 else str(value)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise UsageError(f"{path} has the key {key!r}, expected texts as keys")
        return {key: plain(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    made = _converted(value)
    if made is value:
        name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
        raise UsageError(f"{path} is of type {name}, expected JSON values, mappings, sequences or pydantic models")
    return plain(made, path)


def as_json(value: Any, depth: int = 0) -> Any:
    """Return any value as JSON values, for a record: what has no JSON form becomes its shortened `repr`."""
    kind = type(value)
    if kind in (str, bool, type(None)):
        return value
    if kind is int:
        return value if -(2**63) <= value < 2**64 else str(value)
    if kind is float:
        return value if value - value == 0 else str(value)
    if depth < _DEEPEST:
        if isinstance(value, Mapping):
            return {str(key): as_json(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple | range | set | frozenset):
            return [as_json(item, depth + 1) for item in value]
        made = _converted(value)
        if made is not value:
            return as_json(made, depth + 1)
    text = _safe_repr(value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."


def _converted(value: Any) -> Any:
    """Return a value one step nearer to JSON; itself where there is no such step."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return next(base(value) for base in (str, int, float) if isinstance(value, base))
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    # pydantic and NumPy are recognised by what they offer: neither is imported for it
    for method, arguments in (("model_dump", {"mode": "json"}), ("tolist", {})):
        found = getattr(value, method, None)
        if callable(found) and not isinstance(value, type):
            return found(**arguments)
    return value


def _sized(value: int, path: str) -> int:
    if not -(2**63) <= value < 2**64:
        raise UsageError(f"{path} is {value}, more than the 64 bits that a whole number in JSON may have here")
    return value


def _safe_repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:  # noqa: BLE001  # a broken __repr__ of the user's must not cost the record
        return f"<{type(value).__qualname__} whose repr raises {type(error).__qualname__}>"
