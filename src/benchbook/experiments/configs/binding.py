"""Which parameters of a function take the configuration, or parts of it; read from its signature, never its source."""

from __future__ import annotations

import inspect
import typing
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchbook.errors import UsageError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from benchbook.experiments.configs.pool import Config


@dataclass(frozen=True, slots=True)
class Bind:
    """Marks a parameter that takes a part of the configuration: `Annotated[Model, Bind("solver.step")]`.

    Attributes:
        path: Keys, joined by dots; empty: the whole configuration.
    """

    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    name: str
    path: tuple[str, ...]
    model: type[BaseModel] | None
    default: Any


class Binding:
    """How the configuration is passed to calls of a function.

    Args:
        function: The function.
        parameter: The parameter that takes the whole configuration, unless parameters are marked with `Bind`.
        local: Names that annotations may refer to besides the function's globals.

    Raises:
        UsageError: The function has neither this parameter nor a marked one, or an annotation cannot be read.
    """

    def __init__(
        self, function: Callable[..., Any], parameter: str = "config", local: Mapping[str, Any] | None = None
    ) -> None:
        self._full = _signature(function)
        hints = _hints(function, self._full, local or {})
        slots = [slot for name in self._full.parameters if (slot := _marked(self._full, name, hints)) is not None]
        if not slots:
            if parameter not in self._full.parameters:
                raise UsageError(
                    f"{_name(function)} has no parameter {parameter!r} and none marked with Bind: where is the "
                    "configuration to go?"
                )
            slots = [_Slot(name=parameter, path=(), model=_model_of(hints.get(parameter)), default=inspect._empty)]
        self._slots = tuple(slots)
        injected = {slot.name for slot in slots}
        rest = [item for item in self._full.parameters.values() if item.name not in injected]
        self.signature = self._full.replace(parameters=rest)
        self._by_keyword = _may_go_by_keyword(list(self._full.parameters.values()), injected)
        self._injected = frozenset(injected)
        self._fewest, self._most = _counts(rest)

    @property
    def model(self) -> type[BaseModel] | None:
        """The model of the whole configuration, if one parameter takes all of it; otherwise None."""
        return self._slots[0].model if len(self._slots) == 1 and not self._slots[0].path else None

    def values(self, config: Config) -> dict[str, Any]:
        """Return fresh values of the parameters that take the configuration.

        Raises:
            UsageError: The configuration has no such part, or it does not fit its model.
        """
        whole = config.copy()
        return {slot.name: _part(slot, whole, config.id) for slot in self._slots}

    def call(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], values: dict[str, Any]
    ) -> Any:
        """Call the function with the caller's arguments and the configuration's values."""
        if self._by_keyword:
            return function(*args, **kwargs, **values)
        given = self.signature.bind(*args, **kwargs).arguments
        merged = {name: source[name] for name in self._full.parameters for source in (given, values) if name in source}
        bound = inspect.BoundArguments(self._full, OrderedDict(merged))
        bound.apply_defaults()
        return function(*bound.args, **bound.kwargs)

    def check_arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Check the caller's arguments, so that a wrong call is an error of the caller and not of every branch.

        Raises:
            UsageError: A parameter of the configuration is given.
            TypeError: An argument is missing, or too many are given.
        """
        taken = self._injected & kwargs.keys()
        if taken:
            raise UsageError(f"{', '.join(sorted(taken))} comes from the configuration and cannot be given")
        if kwargs or not self._fewest <= len(args) <= self._most:
            self.signature.bind(*args, **kwargs)


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{_name(function)} has no readable signature: wrap it into a Python function") from error


def _hints(function: Callable[..., Any], signature: inspect.Signature, local: Mapping[str, Any]) -> dict[str, Any]:
    """Return the annotations as objects; those that cannot be read remain texts."""
    target = function if hasattr(function, "__annotations__") else type(function).__call__
    inner = inspect.unwrap(target)
    names = dict(getattr(inner, "__globals__", {})) | dict(local)
    closure = getattr(inner, "__closure__", None) or ()
    for name, cell in zip(inner.__code__.co_freevars if closure else (), closure, strict=True):
        try:
            names[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    hints: dict[str, Any] = {}
    for name, parameter in signature.parameters.items():
        hints[name] = _hint(parameter.annotation, names)
        if isinstance(hints[name], str) and "Bind(" in hints[name]:
            raise UsageError(f"the annotation {hints[name]!r} of {_name(function)} refers to an unknown name")
    return hints


def _hint(annotation: Any, names: dict[str, Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    holder = type("_Holder", (), {"__annotations__": {"it": annotation}})
    try:
        return typing.get_type_hints(holder, names, names, include_extras=True)["it"]
    except (NameError, AttributeError, TypeError, SyntaxError):
        return annotation


def _marked(signature: inspect.Signature, name: str, hints: Mapping[str, Any]) -> _Slot | None:
    hint = hints[name]
    if typing.get_origin(hint) is not typing.Annotated:
        return None
    kind, *marks = typing.get_args(hint)
    bind = next((mark for mark in marks if isinstance(mark, Bind)), None)
    if bind is None:
        return None
    path = tuple(bind.path.split(".")) if bind.path else ()
    if not all(path):
        raise UsageError(f"Bind({bind.path!r}) of the parameter {name} has an empty key")
    return _Slot(name=name, path=path, model=_model_of(kind), default=signature.parameters[name].default)


def _model_of(hint: Any) -> type[BaseModel] | None:
    if typing.get_origin(hint) is typing.Annotated:
        hint = typing.get_args(hint)[0]
    return hint if isinstance(hint, type) and hasattr(hint, "model_fields") else None


def _counts(parameters: list[inspect.Parameter]) -> tuple[int, int]:
    """Return the range of numbers of positional arguments (without any by name) that are certainly valid."""
    by_place = [item for item in parameters if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]
    if any(item.kind is item.KEYWORD_ONLY and item.default is item.empty for item in parameters):
        return 1, 0
    return sum(item.default is item.empty for item in by_place), len(by_place)


def _may_go_by_keyword(parameters: list[inspect.Parameter], injected: set[str]) -> bool:
    """Return whether no positional argument comes after a parameter that takes the configuration."""
    behind = False
    for item in parameters:
        if item.name in injected:
            if item.kind is item.POSITIONAL_ONLY:
                return False
            behind = True
        elif behind and item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD, item.VAR_POSITIONAL):
            return False
    return True


def _part(slot: _Slot, whole: Any, config_id: str) -> Any:
    value = whole
    for depth, key in enumerate(slot.path):
        try:
            value = value[key] if isinstance(value, Mapping) else getattr(value, key)
        except (KeyError, AttributeError):
            if slot.default is not inspect.Parameter.empty:
                return slot.default
            place = ".".join(slot.path[: depth + 1])
            raise UsageError(
                f"configuration {config_id} has no {place!r}, which the parameter {slot.name!r} takes"
            ) from None
    if slot.model is None or isinstance(value, slot.model):
        return value
    from benchbook.experiments.configs.models import fit

    if isinstance(value, Mapping) and not slot.path and "id" not in slot.model.model_fields:
        value = {key: item for key, item in value.items() if key != "id"}
    return fit(slot.model, value, f"configuration {config_id}{'.' if slot.path else ''}{'.'.join(slot.path)}")


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__qualname__", function))
