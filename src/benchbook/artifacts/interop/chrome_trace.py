"""Profiles in the Trace Event Format, which Perfetto (https://ui.perfetto.dev) and Chrome's `about:tracing` open.

Trace Event Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU; only complete
events (`X`) and metadata (`M`) are written. There are no more of them than the profile has spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from benchbook.files import write_atomic
from benchbook.records.profile import Profiled, Span

_PROCESS = 1
_STAGES, _FUNCTIONS = 1, 2  # threads, as viewers call their lanes


def write_trace(found: Profiled, path: Path) -> Path:
    """Write a profile as `path`, for Perfetto.

    Raises:
        StorageError: It cannot be written.
    """
    write_atomic(path, orjson.dumps(trace(found)))
    return path


def trace(found: Profiled) -> dict[str, Any]:
    """Return a profile in the Trace Event Format, with one lane for stages and one for sampled functions."""
    stages = [(" / ".join(stage.path), {"calls": stage.calls}) for stage in found.stages]
    functions = [(f.name, {"file": f"{f.file}:{f.line}"}) for f in found.functions]
    return {
        "traceEvents": [
            _named("process_name", 0, found.name),
            _named("thread_name", _STAGES, "stages"),
            _named("thread_name", _FUNCTIONS, "functions (sampled)"),
            *_events(found.stage_spans, stages, _STAGES, "stage"),
            *_events(found.frame_spans, functions, _FUNCTIONS, "function"),
        ],
        "displayTimeUnit": "ms",
        "otherData": {
            "profile": found.name,
            "started_at": found.created_at,
            "total_s": found.total_s,
            "spans_left_out": found.left_out,
        },
    }


def _named(what: str, thread: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": _PROCESS, "tid": thread, "ts": 0, "args": {"name": name}}


def _events(
    spans: Iterable[Span], named: Sequence[tuple[str, dict[str, Any]]], thread: int, category: str
) -> Iterator[dict[str, Any]]:
    """Yield spans as complete events, by start; rounding never makes one end after the span that contains it."""
    around: list[int] = []  # ends of the open ones, in nanoseconds
    for span in spans:
        begin, end = round(span.start_s * 1e9), round((span.start_s + span.duration_s) * 1e9)
        while around and around[-1] <= begin:
            around.pop()
        end = max(begin, min([end, *around[-1:]]))
        around.append(end)
        name, more = named[span.number]
        yield {
            "ph": "X",
            "name": name,
            "cat": category,
            "pid": _PROCESS,
            "tid": thread,
            "ts": begin / 1e3,
            "dur": (end - begin) / 1e3,
            "args": more,
        }
