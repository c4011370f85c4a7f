"""Masking of secrets: the values of named keys, at any depth, and the same values inside texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from benchbook.errors import UsageError

Redact = bool | Iterable[str] | None
MASK = "[redacted]"
SECRET_NAMES = (
    "api_key",
    "apikey",
    "access_key",
    "private_key",
    "authorization",
    "credential",
    "credentials",
    "passwd",
    "password",
    "secret",
    "token",
)
_SHORTEST_SECRET = 4  # shorter ones occur by chance in too many words
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


class Redactor:
    """Masks the values under certain names.

    A name matches if its words follow one another in a key: `api_key` matches `openai_api_key` and `apiKey`, but
    `token` does not match `max_tokens`.

    Args:
        names: Names to mask in addition to `SECRET_NAMES`; True or None: only those; False or empty: mask nothing.

    Raises:
        UsageError: `names` is something else.

    Examples:
        >>> Redactor(["host"]).value({"db": {"host": "h1", "userPassword": "hunter2"}, "max_tokens": 5})
        {'db': {'host': '[redacted]', 'userPassword': '[redacted]'}, 'max_tokens': 5}
    """

    def __init__(self, names: Redact = True) -> None:
        given = _given(names)
        self._names = () if given is None else tuple(_words(name) for name in (*SECRET_NAMES, *given))

    def value(self, value: Any, secrets: Iterable[str] = ()) -> Any:
        """Return JSON values with all values under secret names masked, and the `secrets` in their texts."""
        if not self._names:
            return value
        if isinstance(value, dict):
            return {
                key: MASK if item is not None and _matches(key, self._names) else self.value(item, secrets)
                for key, item in value.items()
            }
        if isinstance(value, list):
            return [self.value(item, secrets) for item in value]
        return self.text(value, secrets) if isinstance(value, str) else value

    def text(self, text: str, secrets: Iterable[str]) -> str:
        """Return a text with the given secrets masked."""
        for secret in secrets:
            text = text.replace(secret, MASK)
        return text

    def hidden(self, texts: Iterable[str]) -> frozenset[str]:
        """Return the secret texts that are masked inside other texts, too."""
        return frozenset(text for text in texts if self._names and len(text) >= _SHORTEST_SECRET)

    def secrets_in(self, value: Any, under: bool = False) -> frozenset[str]:
        """Return the texts under secret names in JSON values."""
        if isinstance(value, dict):
            parts = [self.secrets_in(item, under or _matches(key, self._names)) for key, item in value.items()]
            return frozenset().union(*parts)
        if isinstance(value, list):
            return frozenset().union(*(self.secrets_in(item, under) for item in value))
        if under and value is not None and len(str(value)) >= _SHORTEST_SECRET:
            return frozenset([str(value)])
        return frozenset()


def _given(names: Redact) -> tuple[str, ...] | None:
    """Return the names in addition to the usual ones; None if nothing is masked."""
    if names is True or names is None:
        return ()
    if names is False:
        return None
    if isinstance(names, str):
        return (names,)
    items: Any = names  # callers may be untyped
    given: tuple[Any, ...] = tuple(items) if isinstance(items, Iterable) else (items,)
    for name in given:
        if not (isinstance(name, str) and name):
            raise UsageError(f"redact has {name!r}, expected True, False or names to mask in addition to the usual")
    return given or None


def _words(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORDS.findall(name)) or (name.lower(),)


@lru_cache(maxsize=1024)
def _matches(key: str, names: tuple[tuple[str, ...], ...]) -> bool:
    words = _words(key)
    return any(
        words[start : start + len(name)] == name for name in names for start in range(len(words) - len(name) + 1)
    )
