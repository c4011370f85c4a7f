"""Profiles with known numbers."""

from __future__ import annotations

from dataclasses import replace

from benchbook.profiling.summarise import bottlenecks
from benchbook.records.profile import (
    FunctionTime,
    Overhead,
    Profiled,
    ProfiledFunction,
    Span,
    SpanColumns,
    Stack,
    StageTime,
)

FUNCTIONS = (
    ProfiledFunction("f<1>", "mine/fit.py", 7),
    ProfiledFunction("dot", "<built-in>", 0),
    ProfiledFunction("<module>", "mine/__init__.py", 1),
)


def made(**changes: object) -> Profiled:
    """Return a profile of 10 s: a set-up of 1 s, and two loops of 8 s in total, with 6 s of evaluations."""
    stages = (
        StageTime(path=("set-up",), calls=1, total_s=1.0, own_s=1.0),
        StageTime(path=("loop",), calls=2, total_s=8.0, own_s=2.0),
        StageTime(path=("loop", "evaluate"), calls=20, total_s=6.0, own_s=6.0),
    )
    stacks = (
        Stack(stage=("loop", "evaluate"), frames=(0,), own_s=1.0, samples=10),
        Stack(stage=("loop", "evaluate"), frames=(0, 1), own_s=4.0, samples=40),
        Stack(stage=("set-up",), frames=(2,), own_s=1.0, samples=10),
    )
    evaluate = ("loop", "evaluate")
    times = (
        FunctionTime(stage=evaluate, function=1, own_s=4.0, total_s=4.0, samples=40, calls=1000),
        FunctionTime(stage=evaluate, function=0, own_s=1.0, total_s=5.0, samples=10),
    )
    found = Profiled(
        name="a & b",
        status="completed",
        error=None,
        created_at="2026-01-01T00:00:00.000000Z",
        total_s=10.0,
        other_s=1.0,
        stages=stages,
        functions=FUNCTIONS,
        function_times=times,
        stacks=stacks,
        bottlenecks=(),
        interval_s=0.001,
        samples=60,
        stage_spans=SpanColumns.of((Span(0.0, 1, 1.0, 0), Span(1.0, 1, 8.0, 1), Span(1.5, 2, 6.0, 2))),
        frame_spans=SpanColumns.of((Span(1.5, 1, 6.0, 0), Span(2.0, 2, 5.0, 1))),
        left_out=3,
        overhead=Overhead.of((8.0,), (10.0,), (12.0,)),
        missing={},
    )
    found = replace(found, bottlenecks=bottlenecks(found))
    return replace(found, **changes)  # type: ignore[arg-type]
