"""Names of configurations and calls, and the JSON form on which they are based."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import Any

from benchbook.errors import UsageError, unicode_of

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
        UsageError: The `id` is not a text or number, or a value has no JSON form.

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
        UsageError: A value has no JSON form, or a key is not a text; the message names its place.
    """
    # `type(...) is` is fast, and nearly all values are of these types
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
    if hasattr(value, "get_secret_value"):  # ids are digests, so different configurations must have different JSON
        secret = value.get_secret_value()
        return plain(secret.hex() if isinstance(secret, bytes) else secret, path)
    made = _converted(value)
    if made is value:
        name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
        raise UsageError(f"{path} is of type {name}, expected JSON values, mappings, sequences or pydantic models")
    return plain(made, path)


def as_json(value: Any, around: tuple[int, ...] = ()) -> Any:
    """Return any value as JSON values, for a record; each part without a JSON form becomes its shortened `repr`.

    Args:
        value: Anything.
        around: Identities of the values that contain it: a value that contains itself is not followed.
    """
    kind = type(value)
    if kind is str:
        return value if value.isascii() else unicode_of(value)
    if kind in (bool, type(None)):
        return value
    if kind is int:
        return value if -(2**63) <= value < 2**64 else _long_number(value)
    if kind is float:
        return value if value - value == 0 else str(value)
    if len(around) < _DEEPEST and id(value) not in around:
        try:
            return _parts_as_json(value, (*around, id(value)))
        except Exception:  # noqa: BLE001  # whatever error the user's value raises when it is read, it has a repr
            return _shortened(_safe_repr(value))
    return _shortened(_safe_repr(value))


def _parts_as_json(value: Any, around: tuple[int, ...]) -> Any:
    if isinstance(value, Mapping):
        made: dict[str, Any] = {}
        for key, item in value.items():
            name = key_of(key)
            made[name if name not in made else _shortened(_safe_repr(key))] = as_json(item, around)
        return made
    if isinstance(value, list | tuple | range | set | frozenset):
        return [as_json(item, around) for item in value]
    if hasattr(value, "get_secret_value"):
        return str(value)  # pydantic's own mask
    converted = _converted(value)
    return _shortened(_safe_repr(value)) if converted is value else as_json(converted, around)


def key_of(key: Any) -> str:
    """Return a key of a mapping as a text."""
    try:
        return unicode_of(str(key))
    except Exception:  # noqa: BLE001  # as of any value
        return _safe_repr(key)


def as_float(value: Any) -> float:
    """Return a number as a float; numbers that are too large become infinite.

    Raises:
        TypeError: It is not a number.
        ValueError: It is a text, but not a number.
    """
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def hidden_in(value: Any) -> frozenset[str]:
    """Return the texts hidden by pydantic secrets in a configuration."""
    if hasattr(value, "get_secret_value"):
        text = str(value.get_secret_value())
        return frozenset([text]) if text else frozenset()
    if isinstance(value, Mapping):
        return frozenset().union(*map(hidden_in, value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset().union(*map(hidden_in, value))
    return hidden_in(_fields_of(value)) if hasattr(type(value), "model_fields") else frozenset()


def _long_number(value: int) -> str:
    try:
        return _shortened(str(value))
    except ValueError:  # more digits than Python converts
        return _shortened(hex(value))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."


def _converted(value: Any) -> Any:
    """Return a value converted one step towards JSON; unchanged if there is no such step."""
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
    # pydantic and NumPy objects are recognised by their methods, so that neither library is imported
    if isinstance(value, type):
        return value
    if hasattr(value, "model_dump"):
        return _dumped(value)
    return value.tolist() if callable(getattr(value, "tolist", None)) else value


def _dumped(model: Any) -> Any:
    """Return a pydantic model as JSON values, with the fields of subclasses, and with secrets as they are."""
    if not hasattr(type(model), "model_fields"):
        return model.model_dump(mode="json")
    try:
        made = model.model_dump(mode="json", serialize_as_any=True)
        return _with_secrets(made, model.model_dump(serialize_as_any=True))
    except ValueError:  # a value that pydantic cannot serialise; the others still can be
        return _fields_of(model)


def _fields_of(model: Any) -> dict[str, Any]:
    return {name: getattr(model, name, None) for name in [*type(model).model_fields, *(model.model_extra or ())]}


def _with_secrets(made: Any, original: Any) -> Any:
    if hasattr(original, "get_secret_value"):
        return original
    if isinstance(made, dict) and isinstance(original, dict) and len(made) == len(original):
        pairs = zip(made.items(), original.values(), strict=True)
        return {key: _with_secrets(item, other) for (key, item), other in pairs}
    if isinstance(made, list) and isinstance(original, list | tuple | set | frozenset) and len(made) == len(original):
        return [_with_secrets(item, other) for item, other in zip(made, original, strict=True)]
    return made


def _sized(value: int, path: str) -> int:
    if not -(2**63) <= value < 2**64:
        raise UsageError(f"{path} is {value}, more than the 64 bits that a whole number in JSON may have here")
    return value


def _safe_repr(value: Any) -> str:
    try:
        return unicode_of(repr(value))
    except Exception as error:  # noqa: BLE001  # a broken __repr__ of the user must not prevent the record
        return f"<{type(value).__qualname__} whose repr raises {type(error).__qualname__}>"
