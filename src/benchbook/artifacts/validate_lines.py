"""Validation of files of one JSON object per line: the telemetry and the manifest of a tracked pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.validate import Problem
from benchbook.files import read_bytes

_MOST_PROBLEMS = 20
_HEADERS = {"telemetry": "the telemetry", "start": "the manifest"}


def check_lines(path: Path) -> list[tuple[int, Problem]]:
    """Return what is wrong with a `.jsonl` file of a tracked pipeline, as (line number from 1, problem).

    Telemetry samples are checked against their schema; every other line must be an event. A last line
    without its end is what a killed process leaves, and no fault.

    Raises:
        UsageError: There is no such file.
    """
    found: list[tuple[int, Problem]] = []
    for problem in _problems(read_bytes(path)):
        if len(found) == _MOST_PROBLEMS:
            break
        found.append(problem)
    return found


def _problems(data: bytes) -> Iterator[tuple[int, Problem]]:
    lines = data.split(b"\n")[:-1]
    if not lines:
        yield 1, Problem("$", "has no whole line, expected the header of a telemetry or a manifest")
    for number, line in enumerate(lines, start=1):
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError as fault:
            yield number, Problem("$", f"is no JSON: {fault}")
            continue
        kind = event.get("event") if isinstance(event, dict) else None
        if not isinstance(kind, str):
            yield number, Problem("$.event", "is missing, expected the name of an event")
        elif number == 1 and kind not in _HEADERS:
            expected = " or ".join(f"{name!r} ({what})" for name, what in _HEADERS.items())
            yield number, Problem("$.event", f"is {kind!r}, expected {expected} in the first line")
        elif kind == "sample":
            for error in _sample_validator().iter_errors(event):
                path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
                yield number, Problem(f"${path}", error.message)


@cache
def _sample_validator() -> Any:
    import jsonschema_rs

    from benchbook.artifacts.models.pipeline import TelemetrySnapshot

    return jsonschema_rs.validator_for(TelemetrySnapshot.model_json_schema())
