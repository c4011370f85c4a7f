"""The pool: the configurations of an experiment, in order, each with its name."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from benchbook.errors import UsageError, unknown_name
from benchbook.experiments.configs.expand import expand
from benchbook.experiments.configs.ids import config_id_of, plain

if TYPE_CHECKING:
    from pydantic import BaseModel

    from benchbook.experiments.configs.yaml_files import Located


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """One configuration.

    Attributes:
        id: Its own `id`, else a digest of its content.
        value: A mapping or a pydantic model; not to be changed.
        index: Its place in the pool, from 0.
    """

    id: str
    value: Any
    index: int
    _is_flat: bool

    def copy(self) -> Any:
        """Return a copy of the value that the function may change."""
        return dict(self.value) if self._is_flat else copy.deepcopy(self.value)


class Configs(Sequence[Config]):
    """Configurations in order, with unique names.

    Args:
        configs: Mappings and pydantic models; or what the other constructors take: the path of a YAML file or folder,
            or a pydantic model class.
        model: A pydantic model that each configuration is converted to; unknown keys and wrong values are errors.

    Raises:
        UsageError: There is none, one is of another type, two have the same name, or one does not fit the model.

    Examples:
        >>> pool = Configs([{"id": "small", "population": 20}, {"population": 50}])
        >>> pool.ids
        ('small', 'da3d0259d7e3ab9b')
        >>> pool.by_id("small").value["population"]
        20
    """

    def __init__(self, configs: Any, *, model: type[BaseModel] | None = None) -> None:
        if isinstance(configs, str | os.PathLike):
            located = _read(configs)
            values: list[Any] = [item.value for item in located]
            places = [item.where() for item in located]
            fits = [_fit_located(item, model) for item in located] if model else values
        else:
            values = _values(configs)
            places = [f"configuration {index}" for index in range(len(values))]
            fits = [_fit(value, model, place) for value, place in zip(values, places, strict=True)] if model else values
        self._items = _named(values, fits, places)
        self._by_id = {item.id: item for item in self._items}

    @classmethod
    def from_yaml(
        cls,
        path: str | os.PathLike[str],
        *,
        model: type[BaseModel] | None = None,
        known: Iterable[str] | None = None,
    ) -> Configs:
        """Read a YAML file, or a folder of them (recursive, sorted).

        Args:
            path: The file or folder.
            model: A pydantic model that each configuration becomes.
            known: The keys that a configuration may have; default: any.

        Raises:
            UsageError: Something in a file is wrong; the message names file and line.
        """
        if known is not None:
            from benchbook.experiments.configs.yaml_files import check_known

            keys = list(known)
            for item in _read(path):
                check_known(item, keys)
        return cls(path, model=model)

    @classmethod
    def expand(
        cls,
        space: Mapping[str, Any] | type[BaseModel],
        *,
        model: type[BaseModel] | None = None,
        sample: int | None = None,
        seed: int = 0,
    ) -> Configs:
        """Return the pool of all combinations; see `expand`."""
        given: Any = space  # `expand` decides which overload applies
        made: Any = expand(given, model=model, sample=sample, seed=seed)
        return cls(made)

    def __len__(self) -> int:
        return len(self._items)

    @overload
    def __getitem__(self, index: int) -> Config: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Config]: ...
    def __getitem__(self, index: int | slice) -> Config | Sequence[Config]:
        return self._items[index]

    def __iter__(self) -> Iterator[Config]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"Configs({', '.join(self.ids)})"

    @property
    def ids(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(item.id for item in self._items)

    def by_id(self, config_id: str) -> Config:
        """Return a configuration by its name.

        Raises:
            UnknownNameError: There is none of this name.
        """
        if config_id not in self._by_id:
            raise unknown_name("configuration", config_id, self._by_id)
        return self._by_id[config_id]

    def pick(self, which: int | str) -> Config:
        """Return a configuration by its place or its name.

        Raises:
            UsageError: There is none.
        """
        if isinstance(which, str):
            return self.by_id(which)
        if not -len(self) <= which < len(self):
            raise UsageError(f"there is no configuration {which}: the pool has {len(self)}")
        return self._items[which]


def _values(configs: Any) -> list[Any]:
    if isinstance(configs, Configs):
        return [item.value for item in configs]
    if isinstance(configs, type) and hasattr(configs, "model_fields"):
        return list(expand(configs))
    if isinstance(configs, Mapping):
        raise UsageError("configs is one mapping, expected a list of them; expand(...) makes a list of listed values")
    if hasattr(configs, "model_dump") or not isinstance(configs, Iterable):
        raise UsageError(f"configs is of type {type(configs).__name__}, expected a list of configurations or a path")
    return list(configs)


def _named(values: Sequence[Any], fits: Sequence[Any], places: Sequence[str]) -> tuple[Config, ...]:
    if not values:
        raise UsageError("the pool of configurations is empty, expected at least one")
    first: dict[str, str] = {}
    items: list[Config] = []
    for index, (value, fitted, place) in enumerate(zip(values, fits, places, strict=True)):
        if not isinstance(value, Mapping) and not hasattr(value, "model_dump"):
            raise UsageError(f"{place} is of type {type(value).__name__}, expected a mapping or a pydantic model")
        try:
            plain(fitted)
            # the user's id names a configuration even if its model has no such field
            named = isinstance(value, Mapping) and value.get("id") is not None
            name = config_id_of(value if named else fitted)
        except UsageError as error:
            raise UsageError(f"{place}: {error}") from error
        if name in first:
            raise UsageError(f"{place} has the same id {name!r} as {first[name]}; give each an `id` of its own")
        first[name] = place
        items.append(Config(name, copy.deepcopy(fitted), index, _is_flat(fitted)))
    return tuple(items)


def _is_flat(value: Any) -> bool:
    """Return whether a shallow copy of the mapping copies everything in it."""
    return type(value) is dict and all(type(item) in (str, int, float, bool, type(None)) for item in value.values())


def _read(path: str | os.PathLike[str]) -> list[Located]:
    from benchbook.experiments.configs.yaml_files import read_yaml

    return read_yaml(Path(path))


def _fit(value: Any, model: type[BaseModel], where: str) -> Any:
    from benchbook.experiments.configs.models import fit

    if isinstance(value, Mapping) and "id" not in model.model_fields:
        value = {key: item for key, item in value.items() if key != "id"}
    return fit(model, value, where)


def _fit_located(item: Located, model: type[BaseModel]) -> Any:
    from benchbook.experiments.configs.models import Misfit

    try:
        return _fit(item.value, model, str(item.file))
    except Misfit as error:
        reasons = "; ".join(f"{item.where(path)}: {reason}" for path, reason in error.reasons.items())
        raise UsageError(reasons) from error
