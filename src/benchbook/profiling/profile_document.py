"""A profile as one JSON document, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchbook.profiling.result import Bottleneck, FunctionTime, Overhead, Profiled, Stack, StageTime
from benchbook.profiling.spans import Span

KIND = "profile"
VERSION = 1
_PLAIN = (
    "name", "status", "error", "created_at", "interval_s", "samples", "left_out", "missing",
)  # fmt: skip
_RUNS = ("plain_s", "staged_s", "sampled_s")
_BOTTLENECK = ("what", "calls", "mostly", "hint")


def to_document(found: Profiled) -> dict[str, Any]:
    """Return a profile as JSON values, under the schema of kind `profile`; who and where is added by who writes it."""
    return {
        "kind": KIND,
        "schema_version": VERSION,
        **{name: getattr(found, name) for name in _PLAIN},
        "total_s": _ns(found.total_s),
        "other_s": _ns(found.other_s),
        "stages": [
            {"path": list(s.path), "calls": s.calls, "total_s": _ns(s.total_s), "own_s": _ns(s.own_s)}
            for s in found.stages
        ],
        "functions": [{"name": name, "file": file, "line": line} for name, file, line in found.functions],
        "function_times": _function_times(found),
        "stacks": [
            {"stage": list(s.stage), "frames": list(s.frames), "own_s": _ns(s.own_s), "samples": s.samples}
            for s in found.stacks
        ],
        "bottlenecks": [
            {**{name: getattr(b, name) for name in _BOTTLENECK}, "share": round(b.share, 6), "time_s": _ns(b.time_s)}
            for b in found.bottlenecks
        ],
        "stage_spans": _columns(found.stage_spans),
        "frame_spans": _columns(found.frame_spans),
        "overhead": None if found.overhead is None else _overhead(found.overhead),
    }


def from_document(document: dict[str, Any]) -> Profiled:
    """Return the profile in a document that is known to be valid."""
    functions = tuple((part["name"], part["file"], part["line"]) for part in document["functions"])
    overhead = document["overhead"]
    return Profiled(
        **{name: document[name] for name in _PLAIN},
        total_s=document["total_s"],
        other_s=document["other_s"],
        stages=tuple(StageTime(**{**part, "path": tuple(part["path"])}) for part in document["stages"]),
        functions=functions,
        function_times=tuple(_function_time(part, functions) for part in document["function_times"]),
        stacks=tuple(
            Stack(**{**part, "stage": tuple(part["stage"]), "frames": tuple(part["frames"])})
            for part in document["stacks"]
        ),
        bottlenecks=tuple(Bottleneck(**part) for part in document["bottlenecks"]),
        stage_spans=_spans(document["stage_spans"]),
        frame_spans=_spans(document["frame_spans"]),
        overhead=None if overhead is None else Overhead(**{name: tuple(overhead[name]) for name in _RUNS}),
    )


def _function_times(found: Profiled) -> list[dict[str, Any]]:
    places = {function: place for place, function in enumerate(found.functions)}
    return [
        {
            "stage": list(time.stage),
            "function": places[time.name, time.file, time.line],
            "own_s": _ns(time.own_s),
            "total_s": _ns(time.total_s),
            "samples": time.samples,
            "calls": time.calls,
        }
        for time in found.function_times
    ]


def _function_time(part: dict[str, Any], functions: Sequence[tuple[str, str, int]]) -> FunctionTime:
    name, file, line = functions[part["function"]]
    numbers = {key: part[key] for key in ("own_s", "total_s", "samples", "calls")}
    return FunctionTime(stage=tuple(part["stage"]), name=name, file=file, line=line, **numbers)


def _overhead(overhead: Overhead) -> dict[str, Any]:
    functions = overhead.functions_share
    return {
        **{name: [_ns(value) for value in getattr(overhead, name)] for name in _RUNS},
        "stages_share": round(overhead.stages_share, 6),
        "functions_share": None if functions is None else round(functions, 6),
    }


def _columns(spans: Sequence[Span]) -> dict[str, Any]:
    return {
        "number": [span.number for span in spans],
        "start_s": [_ns(span.start_s) for span in spans],
        "duration_s": [_ns(span.duration_s) for span in spans],
        "depth": [span.depth for span in spans],
    }


def _spans(columns: dict[str, Any]) -> tuple[Span, ...]:
    rows = zip(columns["start_s"], columns["depth"], columns["duration_s"], columns["number"], strict=True)
    return tuple(Span(*row) for row in rows)


def _ns(value: float) -> float:
    """Return seconds to the nanosecond; more digits would be noise."""
    return round(value, 9)
