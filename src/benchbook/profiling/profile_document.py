"""A profile as one JSON document, and back."""

from __future__ import annotations

from typing import Any

from benchbook.records import as_plain, from_plain
from benchbook.records.profile import Profiled

KIND = "profile"
VERSION = 1


def to_document(found: Profiled) -> dict[str, Any]:
    """Return a profile as JSON values, under the schema of kind `profile`; seconds are rounded to the nanosecond."""
    return {"kind": KIND, "schema_version": VERSION, **_rounded(as_plain(found))}


def from_document(document: dict[str, Any]) -> Profiled:
    """Return the profile in a document that is known to be valid."""
    return from_plain(Profiled, document)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
