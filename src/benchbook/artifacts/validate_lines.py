"""Validation of files of one JSON object per line: the telemetry and the manifest of a tracked pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.validate import Finding
from benchbook.files import read_bytes
from benchbook.records.pipeline import Sample

_MOST_FINDINGS = 20
_HEADERS = {"telemetry": "the telemetry", "start": "the manifest"}


def check_lines(path: Path) -> list[tuple[int, Finding]]:
    """Return what is wrong with a `.jsonl` file of a tracked pipeline, as (line number from 1, finding).

    Telemetry samples are checked against their schema; every other line must be an event. An incomplete last line is
    what a killed process leaves, and is accepted.

    Raises:
        UsageError: There is no such file.
    """
    found: list[tuple[int, Finding]] = []
    for finding in _findings(read_bytes(path)):
        if len(found) == _MOST_FINDINGS:
            break
        found.append(finding)
    return found


def _findings(data: bytes) -> Iterator[tuple[int, Finding]]:
    lines = data.split(b"\n")[:-1]
    if not lines:
        yield 1, Finding("$", "has no whole line, expected the header of a telemetry or a manifest")
    for number, line in enumerate(lines, start=1):
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError as fault:
            yield number, Finding("$", f"is not JSON: {fault}")
            continue
        kind = event.get("event") if isinstance(event, dict) else None
        if not isinstance(kind, str):
            yield number, Finding("$.event", "is missing, expected the name of an event")
        elif number == 1 and kind not in _HEADERS:
            expected = " or ".join(f"{name!r} ({what})" for name, what in _HEADERS.items())
            yield number, Finding("$.event", f"is {kind!r}, expected {expected} in the first line")
        elif kind == "sample":
            for error in _sample_validator().iter_errors(event):
                path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
                yield number, Finding(f"${path}", error.message)


@cache
def _sample_validator() -> Any:
    import jsonschema_rs

    from benchbook.artifacts.models.derive import model_of

    return jsonschema_rs.validator_for(model_of(Sample).model_json_schema())
