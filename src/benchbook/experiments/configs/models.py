"""What a pydantic model says about its fields: the values they may have, and whether a mapping fits.

The only module of this package that needs pydantic; it is loaded when a model is used.
"""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Mapping
from typing import Any

import annotated_types as at
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from benchbook.errors import UsageError, nearest

MOST_VALUES = 10_000


class Misfit(UsageError):  # noqa: N818  # its base class is an error, and the name reads well in code
    """A mapping does not fit its model.

    Attributes:
        reasons: What is wrong, by path of keys.
    """

    def __init__(self, where: str, reasons: dict[tuple[str, ...], str]) -> None:
        super().__init__(f"{where}: " + "; ".join(reasons.values()))
        self.reasons = reasons


def is_model(value: Any) -> bool:
    """Return whether a value is a pydantic model class."""
    return isinstance(value, type) and issubclass(value, BaseModel)


def fit(model: type[BaseModel], values: Any, where: str) -> BaseModel:
    """Return values as an instance of a model; unknown keys are errors, even if the model allows them.

    Raises:
        Misfit: A key is unknown or missing, or a value is wrong; the message lists all of them.
    """
    if isinstance(values, model):
        return values
    if isinstance(values, BaseModel):
        values = values.model_dump()
    reasons = dict(_unknown(model, values, ())) if isinstance(values, Mapping) else {}
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        for item in error.errors():
            path = tuple(map(str, item["loc"]))
            if not any(path[: len(known)] == known for known in reasons):
                reasons[path] = f"{'.'.join(path) or model.__name__}: {item['msg']}"
        raise Misfit(where, reasons) from error
    if reasons:
        raise Misfit(where, reasons)
    return made


def space_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the possible values of a model's fields, by key; fields that cannot be listed have their default.

    Raises:
        UsageError: A field can neither be listed nor has a default, or is a range of more than 10,000 numbers.
    """
    space: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = name if field.alias is None or model.model_config.get("populate_by_name") else field.alias
        values = _values(field.annotation, list(field.metadata), f"{model.__name__}.{name}")
        if values is not None:
            space[key] = values
        elif field.is_required():
            raise UsageError(
                f"the field {model.__name__}.{name} has neither a default nor a list of values: expected Literal, "
                "Enum, bool, a whole number with both bounds, or a model of these"
            )
    return space


def _values(annotation: Any, metadata: list[Any], name: str) -> Any:
    """Return a list of values, a space of a nested model, or None if they cannot be listed."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        inner, *more = typing.get_args(annotation)
        constraints = [part for item in more for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
        return _values(inner, metadata + constraints, name)
    if origin is typing.Literal:
        return list(typing.get_args(annotation))
    if origin in (typing.Union, types.UnionType):
        parts = [_values(part, metadata, name) for part in typing.get_args(annotation)]
        if any(not isinstance(part, list) for part in parts):
            return None
        return [value for part in parts for value in part]
    if annotation is type(None):
        return [None]
    if annotation is bool:
        return [False, True]
    if annotation is int:
        return _whole_numbers(metadata, name)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return list(annotation)
    if is_model(annotation):
        return space_of(annotation)
    return None


def _whole_numbers(metadata: list[Any], name: str) -> list[int] | None:
    low = high = None
    step = 1
    for part in [inner for item in metadata for inner in (item if isinstance(item, at.GroupedMetadata) else [item])]:
        if isinstance(part, at.Ge):
            low = int(part.ge)  # type: ignore[call-overload]  # a bound of a whole number is one
        elif isinstance(part, at.Gt):
            low = int(part.gt) + 1  # type: ignore[call-overload]  # as above
        elif isinstance(part, at.Le):
            high = int(part.le)  # type: ignore[call-overload]  # as above
        elif isinstance(part, at.Lt):
            high = int(part.lt) - 1  # type: ignore[call-overload]  # as above
        elif isinstance(part, at.MultipleOf):
            step = int(part.multiple_of)  # type: ignore[call-overload]  # as above
    if low is None or high is None:
        return None
    numbers = range(-(-low // step) * step, high + 1, step)
    if len(numbers) > MOST_VALUES:
        raise UsageError(f"the bounds of {name} leave {len(numbers):,} numbers, more than {MOST_VALUES:,}: list them")
    return list(numbers)


def _unknown(
    model: type[BaseModel], values: Mapping[str, Any], path: tuple[str, ...]
) -> list[tuple[tuple[str, ...], str]]:
    if model.model_config.get("extra") == "allow":
        return []
    fields = {key: field for name, field in model.model_fields.items() for key in {name, field.alias or name}}
    found: list[tuple[tuple[str, ...], str]] = []
    for key, value in values.items():
        place = (*path, str(key))
        if key not in fields:
            close = nearest(str(key), fields)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(fields)}"
            found.append((place, f"unknown key {'.'.join(place)!r}; {hint}"))
        elif (inner := _model_in(fields[key].annotation)) is not None and isinstance(value, Mapping):
            found += _unknown(inner, value, place)
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model in an annotation: the annotation itself, or the only model among its alternatives."""
    if is_model(annotation):
        model: type[BaseModel] = annotation
        return model
    models = [part for part in typing.get_args(annotation) if is_model(part)]
    is_union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return models[0] if is_union and len(models) == 1 else None
