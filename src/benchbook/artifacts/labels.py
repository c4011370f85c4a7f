"""Labels of optimizers: the name, and for several variants of one optimizer, their differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def labels(choices: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return a label for each (name, settings): the name, and where one name has several settings, what differs.

    Examples:
        >>> labels([("a", {"k": 1}), ("b", {}), ("a", {"k": 2})])
        ['a[k=1]', 'b', 'a[k=2]']
        >>> labels([("a", {"k": 1}), ("a", {"k": 1})])
        ['a', 'a']
    """
    choices = list(choices)
    known: dict[str, dict[str, Mapping[str, Any]]] = {}
    texts: list[tuple[str, str]] = []
    seen: dict[int, str] = {}
    for name, settings in choices:
        # runs of one cell share the mapping, so that it is written once
        text = seen.get(id(settings)) or seen.setdefault(id(settings), repr(sorted(settings.items())))
        known.setdefault(name, {}).setdefault(text, settings)
        texts.append((name, text))
    made = {(name, text): _label(name, known[name], text) for name, text in dict.fromkeys(texts)}
    return [made[pair] for pair in texts]


def _label(name: str, variants: Mapping[str, Mapping[str, Any]], text: str) -> str:
    if len(variants) == 1:
        return name
    keys = dict.fromkeys(key for settings in variants.values() for key in settings)
    differing = [key for key in keys if len({repr(settings.get(key)) for settings in variants.values()}) > 1]
    own = variants[text]
    return f"{name}[{', '.join(f'{key}={own[key]}' for key in differing if key in own)}]"
