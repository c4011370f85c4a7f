"""Example documents made from their schemas, with every field, one entry per list, and made-up values."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]
_TIME, _DIGEST = "2026-01-31T12:00:00.000000Z", "0123456789abcdef" * 4
# Better values than the name of the field.
_TEXTS = {
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "function": "sphere",
    "optimizer": "cma_es",
    "preset": "quick",
    "python": "3.11.7",
    "text": "It beats random search.",
    "version": "0.1.0",
}


def example(schema: Json) -> Any:
    """Return a document that is valid under a schema."""
    return _value(schema, schema.get("$defs", {}), "")


def _value(schema: Json, definitions: Json, name: str) -> Any:
    if "$ref" in schema:
        return _value(definitions.get(str(schema["$ref"]).rsplit("/", 1)[-1], {}), definitions, name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][-1]
    for options in (schema.get("anyOf"), schema.get("oneOf")):
        if options:
            some = [option for option in options if option.get("type") != "null"]
            return _value((some or options)[0], definitions, name)
    kind = schema.get("type")
    if kind == "object":
        return {key: _value(field, definitions, key) for key, field in schema.get("properties", {}).items()}
    if kind == "array":
        parts = schema.get("prefixItems") or [schema.get("items", {})] * max(1, schema.get("minItems", 1))
        return [_value(part, definitions, name) for part in parts]
    return _plain(schema, str(kind), name)


def _plain(schema: Json, kind: str, name: str) -> Any:
    if kind == "string":
        return _text(schema, name)
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        return max(least, 1) if schema.get("maximum", 1) >= 1 else least
    return None


def _text(schema: Json, name: str) -> str:
    pattern = str(schema.get("pattern", ""))
    if schema.get("format") == "date-time" or "T" in pattern:
        return _TIME
    digits = re.search(r"\{(\d+)\}", pattern)
    if digits:
        return _DIGEST[: int(digits[1])]
    return _TEXTS.get(name, name or "text")
