"""Products of values: every combination of listed values, nested keys included, or a sample of them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from benchbook.errors import UsageError
from benchbook.whole_numbers import check_whole

if TYPE_CHECKING:
    from pydantic import BaseModel

MOST_COMBINATIONS = 100_000
_LISTS = (list, tuple, range, set, frozenset)
Axis = tuple[tuple[str, ...], Sequence[Any]]


@overload
def expand(
    space: Mapping[str, Any], *, model: None = None, sample: int | None = None, seed: int = 0
) -> list[dict[str, Any]]: ...
@overload
def expand(
    space: Mapping[str, Any], *, model: type[BaseModel], sample: int | None = None, seed: int = 0
) -> list[BaseModel]: ...
@overload
def expand(
    space: type[BaseModel], *, model: None = None, sample: int | None = None, seed: int = 0
) -> list[BaseModel]: ...
def expand(
    space: Mapping[str, Any] | type[BaseModel],
    *,
    model: type[BaseModel] | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> Sequence[Any]:
    """Return the combinations of listed values, the last key varying fastest.

    A list, tuple, range or set is a list of values, in mappings at any depth; everything else is one value. A list that
    is itself a value is written inside another list: `{"layers": [[8, 8]]}`.

    Args:
        space: Values by key; or a pydantic model, whose fields define their values (`Literal`, `Enum`, `bool`,
            whole numbers with bounds, optional ones, models); other fields have their default.
        model: A pydantic model that each combination is converted to; it adds defaults and checks.
        sample: Draw this many of the combinations with `seed`, each at most once; all if there are no more.
        seed: Seed of the sample.

    Raises:
        UsageError: A list is empty, a field cannot be enumerated, a combination does not fit the model, or there are
            more than 100,000 combinations and no `sample`.

    Examples:
        >>> expand({"a": [1, 2], "b": {"c": range(2)}, "d": "x"})[1]
        {'a': 1, 'b': {'c': 1}, 'd': 'x'}
    """
    if isinstance(space, type):
        from benchbook.experiments.configs.models import space_of

        model, space = space, space_of(space)
    if not isinstance(space, Mapping):
        raise UsageError(f"the space is of type {type(space).__name__}, expected a mapping or a pydantic model class")
    axes = list(_axes(space, ()))
    combinations = [_nested(axes, position) for position in _positions(axes, sample, seed)]
    if model is None:
        return combinations
    from benchbook.experiments.configs.models import fit

    return [fit(model, values, f"combination {number}") for number, values in enumerate(combinations, start=1)]


def _axes(space: Mapping[str, Any], path: tuple[str, ...]) -> Iterable[Axis]:
    for key, value in space.items():
        place = (*path, key)
        if isinstance(value, Mapping) and value:
            yield from _axes(value, place)
        elif isinstance(value, _LISTS):
            values = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
            if not values:
                raise UsageError(f"the list of values of {'.'.join(map(str, place))} is empty")
            yield place, values
        else:
            yield place, (value,)


def _positions(axes: Sequence[Axis], sample: int | None, seed: int) -> Iterable[int]:
    total = math.prod(len(values) for _, values in axes)
    if sample is not None and check_whole("sample", sample, 1) < total:
        return _drawn(total, sample, seed)
    if total > MOST_COMBINATIONS:
        raise UsageError(f"the space has {total:,} combinations, more than {MOST_COMBINATIONS:,}: give sample=")
    return range(total)


def _drawn(total: int, sample: int, seed: int) -> list[int]:
    """Draw without replacement, in rising order, so that a sample has the order of the whole."""
    rng = random.Random(seed)  # noqa: S311  # a sample of settings is not a secret
    if sample > total // 2:
        return sorted(rng.sample(range(total), sample))
    drawn: set[int] = set()
    while len(drawn) < sample:  # works beyond 64 bits, unlike `sample` of a range
        drawn.add(rng.randrange(total))
    return sorted(drawn)


def _nested(axes: Sequence[Axis], position: int) -> dict[str, Any]:
    """Return one combination: its position is a number whose digits are the indices into the lists."""
    indices: list[int] = []
    for _, values in reversed(axes):
        position, index = divmod(position, len(values))
        indices.append(index)
    made: dict[str, Any] = {}
    for (path, values), index in zip(axes, reversed(indices), strict=True):
        inner = made
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
        inner[path[-1]] = values[index]
    return made
