"""Schemas as pages, with a table of fields for each object, made from the JSON Schema."""

from __future__ import annotations

import json
from typing import Any

from benchbook.artifacts.models import registry as artifacts
from benchbook.params import model as params
from benchbook.site.pages.schemas.examples import example
from benchbook.site.pages.spec_views import escape, html_table, raw

Json = dict[str, Any]
_LIMITS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}


def parameters_page() -> str:
    """Return the fields of a parameter file."""
    return _fields(params.json_schema(), {})


def schemas_page() -> str:
    """Return the fields of all kinds of artifact, one section per kind with a subsection per object."""
    parts: list[str] = []
    shown: set[str] = set()
    for kind in artifacts.FILE_NAMES:
        schema = artifacts.json_schema(kind)
        objects = {name: part for name, part in schema.get("$defs", {}).items() if "properties" in part}
        parts.append(
            f"## Kind `{kind}`\n\nSchema: `schemas/{artifacts.FILE_NAMES[kind]}`\n\n{_fields(schema, objects)}\n"
            f"{_example(schema)}"
        )
        # Kinds share objects, which are explained once.
        parts += [f"### {name}\n\n{_fields(part, objects)}" for name, part in objects.items() if name not in shown]
        shown |= set(objects)
    for file_name in artifacts.RECORDS:
        schema = artifacts.record_schema(file_name)
        title = str(schema["title"])
        where = f"Fields: [{title}](#{title.lower()})" if title in shown else _fields(schema, {})
        parts.append(f"## Record `{file_name.partition('.')[0]}`\n\nSchema: `schemas/{file_name}`\n\n{where}")
    return "\n".join(parts)


def _example(schema: Json) -> str:
    text = escape(json.dumps(example(schema), indent=1))
    return raw(
        '<details class="bb-example"><summary>Example, with every field; its values are made up</summary>'
        f'<div class="bb-scroll" tabindex="0" role="region" aria-label="Example"><pre>{text}</pre></div></details>'
    )


def _fields(schema: Json, definitions: Json) -> str:
    linked = frozenset(definitions)
    rows = [
        [
            f"<code>{escape(name)}</code>",
            _type(field, linked),
            escape(_sentence(field) or _of_reference(field, definitions)),
        ]
        for name, field in schema.get("properties", {}).items()
    ]
    table = html_table(["Field", "Type", "Meaning"], rows, css="bb-table bb-fields")
    return f"{_sentence(schema)}\n\n{raw(table)}"


def _of_reference(field: Json, definitions: Json) -> str:
    """Return the description of the object that a field refers to."""
    options = [field, *field.get("anyOf", [])]
    names = [str(option["$ref"]).rsplit("/", 1)[-1] for option in options if "$ref" in option]
    return _sentence(definitions.get(names[0], {})) if names else ""


def _sentence(schema: Json) -> str:
    return " ".join(str(schema.get("description", "")).split())


def _type(field: Json, linked: frozenset[str]) -> str:
    """Return a field's type as HTML."""
    if "$ref" in field:
        name = str(field["$ref"]).rsplit("/", 1)[-1]
        return f'<a href="#{escape(name.lower())}">{escape(name)}</a>' if name in linked else "any JSON value"
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_type(option, linked) for option in field["anyOf"]))
    if "const" in field or "enum" in field:
        values = field.get("enum", [field.get("const")])
        return ", ".join(f"<code>{escape(json.dumps(value))}</code>" for value in values)
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}), linked)}"
    if field.get("type") == "object":
        values = field.get("additionalProperties")
        return f"object of {_type(values, linked)}" if isinstance(values, dict) and values else "object"
    limits = [f"{sign} {field[key]:g}" for key, sign in _LIMITS.items() if key in field]
    return escape(" ".join([str(field.get("type", "any")), *limits]))
