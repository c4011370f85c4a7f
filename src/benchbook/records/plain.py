"""Records as dicts, lists and scalars, and back; by their fields, so that none can be forgotten."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache, partial
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
Convert = Callable[..., Any]
_SCALARS = frozenset((str, int, float, bool, type(None)))


class _NamesForTypeCheckers(dict[str, Any]):
    """Names that the modules of records import only for type checkers; NumPy is loaded if a record has arrays."""

    def __missing__(self, name: str) -> Any:
        if name == "JsonValue":
            return Any  # the value is taken as it is
        if name not in ("FloatArray", "IntArray"):
            raise KeyError(name)
        import numpy as np

        # NDArray is an alias that newer versions of NumPy do not resolve; this is what it stands for.
        return np.ndarray[Any, np.dtype[np.float64]] if name == "FloatArray" else np.ndarray[Any, np.dtype[np.int64]]


def as_plain(record: Any) -> Any:
    """Turn a record into dicts, lists and scalars; arrays stay arrays.

    Lists and mappings hold values of one kind: the first value decides whether they are records. A mapping with keys
    other than text becomes the list of its values.
    """
    kind: Any = type(record)
    if kind in _SCALARS:
        return record
    if hasattr(kind, "__dataclass_fields__"):
        return _writer(kind)(record)
    if issubclass(kind, Enum):
        return record.value
    if issubclass(kind, tuple | list):
        return [as_plain(value) for value in record] if record and _is_made(record[0]) else list(record)
    if kind is dict or isinstance(record, Mapping):
        key, first = next(iter(record.items()), ("", None))
        if not isinstance(key, str):
            return as_plain(list(record.values()))
        return {key: as_plain(value) for key, value in record.items()} if _is_made(first) else dict(record)
    return record


def from_plain(record: type[Record], document: Mapping[str, Any], **known: Any) -> Record:
    """Return the record in a document that is known to be valid; keys that are not fields of it are ignored.

    Args:
        record: The class of the record.
        document: The document.
        known: Values of fields that documents lack.
    """
    kind: Any = record
    found: Record = _reader(kind, more=bool(known))(document, **known)
    return found


@cache
def document_fields(record: type) -> tuple[str, ...]:
    """Return the names of the fields that documents have."""
    return tuple(field.name for field in fields(record) if field.metadata.get("in_document", True))


def hints_of(record: type, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the types of a dataclass's fields with their limits; `names` take precedence over those of its module."""
    return get_type_hints(record, localns=names, include_extras=True)


def parts_of(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return a type and its annotations in `Annotated`.

    Examples:
        >>> parts_of(Annotated[int, "limits"]), parts_of(int)
        ((<class 'int'>, ('limits',)), (<class 'int'>, ()))
    """
    if get_origin(hint) is Annotated:
        inner, *metadata = get_args(hint)
        return inner, tuple(metadata)
    return hint, ()


def options_of(hint: Any) -> tuple[Any, ...] | None:
    """Return the types of a union; None for other types."""
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else None


def _is_made(value: object) -> bool:
    return hasattr(value, "__dataclass_fields__") or isinstance(value, Enum | tuple)


@cache
def _writer(record: type) -> Convert:
    """Return a function that makes the dict of such a record, as one expression; see `_reader`."""
    known: dict[str, Any] = {"scalars": _SCALARS, "as_plain": as_plain}
    values = []
    for name in document_fields(record):
        told = record.__dataclass_fields__[name].metadata  # type: ignore[attr-defined]  # it is a dataclass
        if told.get("left_out_if_none"):
            values.append(f"**({{}} if r.{name} is None else {{{name!r}: as_plain(r.{name})}})")
        elif "missing" in told:
            known[f"nulls_{name}"] = partial(_with_nulls, missing=told["missing"], whole=told["whole"])
            values.append(f"{name!r}: nulls_{name}(r.{name})")
        else:
            values.append(f"{name!r}: v if type(v := r.{name}) in scalars else as_plain(v)")
    made: Convert = eval(f"lambda r: {{{', '.join(values)}}}", known)  # noqa: S307  # made only of the names of a dataclass's fields
    return made


def _with_nulls(values: Any, *, missing: float, whole: bool) -> list[float | None] | float | None:
    if not hasattr(values, "__len__"):
        return values if math.isfinite(values) else None
    items = values.tolist()
    return [None if item == missing or item != item else int(item) if whole else item for item in items]  # NaN


def _without_nulls(convert: Convert, missing: float) -> Convert:
    return lambda values: convert([missing if value is None else value for value in values])


@cache
def _reader(record: type, *, more: bool = False) -> Convert:
    """Return a function that makes such a record, as one expression: a loop over its fields takes a third longer."""
    hints = hints_of(record, _NamesForTypeCheckers())
    known: dict[str, Any] = {"record": record}
    arguments = []
    documented = document_fields(record)
    for place, field in enumerate(field for field in fields(record) if field.init and field.name in documented):
        convert, key = _converter(hints[field.name]), repr(field.name)
        missing = field.metadata.get("missing")
        if convert is not None and convert is not float and missing is not None:
            convert = _without_nulls(convert, missing)
        if field.default is MISSING and field.default_factory is MISSING:
            value = f"document[{key}]"
        else:
            known[f"default_{place}"] = default_of(field)
            value = f"(document[{key}] if {key} in document else default_{place}())"
        if convert is not None:
            known |= {f"convert_{place}": convert, f"missing_{place}": missing}
            value = f"missing_{place} if (value := {value}) is None else convert_{place}(value)"
        arguments.append(f"{field.name}=({value})")
    others = ", **more" if more else ""
    source = f"lambda document{others}: record({', '.join(arguments)}{others})"
    made: Convert = eval(source, known)  # noqa: S307  # made only of the names of a dataclass's fields
    return made


def default_of(field: Field[Any]) -> Callable[[], Any]:
    """Return a function that makes the default of a field."""
    if field.default_factory is not MISSING:
        return field.default_factory
    return lambda: field.default


def _converter(hint: Any) -> Convert | None:
    """Return a function that makes a field's value from its plain form; None if both are the same."""
    kind, _ = parts_of(hint)
    options = options_of(kind)
    if options is not None:
        found = [_converter(option) for option in options if option is not type(None)]
        return found[0] if len(found) == 1 else None
    if is_dataclass(kind) and isinstance(kind, type):
        return _reader(kind)
    if isinstance(kind, type) and (kind is float or issubclass(kind, Enum)):
        return kind
    arguments = get_args(kind)
    if getattr(get_origin(kind), "__name__", "") == "ndarray":  # NumPy may not be loaded yet
        import numpy as np

        scalar = get_args(arguments[1])[0]
        return lambda values: np.array(values, dtype=scalar)
    if get_origin(kind) is tuple:
        inner = _converter(arguments[0])
        return tuple if inner is None or inner is float else _each(inner, tuple)
    inner = _converter(arguments[-1]) if arguments else None
    if inner is None or inner is float:
        return None
    return _each(inner, list) if get_origin(kind) is list else _each_value(inner)


def _each(convert: Convert, collect: Convert) -> Convert:
    return lambda values: collect(map(convert, values))


def _each_value(convert: Convert) -> Convert:
    return lambda values: {key: convert(value) for key, value in values.items()}
