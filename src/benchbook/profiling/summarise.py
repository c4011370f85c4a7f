"""From recordings to results: stages, functions below them, bottlenecks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from benchbook.profiling.hints import hint_for
from benchbook.profiling.sampler import Function, FunctionSampler, near
from benchbook.profiling.stages import StageRecorder
from benchbook.records.profile import (
    Bottleneck,
    FunctionTime,
    Profiled,
    ProfiledFunction,
    SpanColumns,
    Stack,
    StageTime,
)

Path = tuple[str, ...]
BOTTLENECKS = 3
_FUNCTIONS_A_STAGE = 12
_WORTH_NAMING = 0.01  # anything below this share of the total is not a bottleneck
NOT_SAMPLED = "functions were not asked for"


def findings(
    name: str,
    created_at: str,
    recorder: StageRecorder,
    sampler: FunctionSampler | None,
    error: BaseException | None,
    *,
    spans: bool = True,
) -> Profiled:
    """Return the profile of what a recorder and a sampler have seen so far; the sampler must be paused.

    Args:
        name: What was profiled.
        created_at: When it started.
        recorder: Recorded the stages.
        sampler: Sampled the functions; None: none were sampled.
        error: The exception that ended the work; None if there was none.
        spans: Whether to include spans, which take most of the time.
    """
    stages = recorder.stages()
    paths = recorder.paths()
    places = {stage.path: place for place, stage in enumerate(stages)}
    total_s = recorder.total_s or recorder.elapsed_s
    missing = NOT_SAMPLED if sampler is None else sampler.missing
    functions, stacks, frame_spans = _sampled(sampler, paths, with_spans=spans)
    found = Profiled(
        name=name,
        status=_status(error),
        error=_told(error),
        created_at=created_at,
        total_s=total_s,
        other_s=max(0.0, total_s - sum(stage.own_s for stage in stages)),
        stages=stages,
        functions=functions,
        function_times=_function_times(stacks, functions),
        stacks=stacks,
        bottlenecks=(),
        interval_s=None if sampler is None or missing else sampler.interval_s,
        samples=sum(stack.samples for stack in stacks),
        stage_spans=SpanColumns.of(
            span._replace(number=places[paths[span.number]]) for span in (recorder.spans.recorded() if spans else ())
        ),
        frame_spans=frame_spans,
        left_out=recorder.spans.left_out + (sampler.spans.left_out if sampler else 0),
        overhead=None,
        missing={"functions": missing} if missing else {},
    )
    return replace(found, bottlenecks=bottlenecks(found))


def with_calls(found: Profiled, calls: dict[Function, int]) -> Profiled:
    """Return a profile with the calls of its functions, counted in a separate run."""
    by_place = [calls.get((function.name, function.file, function.line)) for function in found.functions]
    times = tuple(replace(time, calls=by_place[time.function]) for time in found.function_times)
    counted = replace(found, function_times=times)
    return replace(counted, bottlenecks=bottlenecks(counted))


def with_functions(stages_only: Profiled, sampled: Profiled) -> Profiled:
    """Return the stages of one profile with the functions of another of the same work.

    Sampling slows work down, calls of functions more than arithmetic, so times of stages are more accurate without it.
    The functions in a stage share the time that the stage took without sampling. The spans are those of the second
    profile.
    """
    places = {stage.path: place for place, stage in enumerate(stages_only.stages)}
    before = {(): sampled.other_s, **{stage.path: stage.own_s for stage in sampled.stages}}
    after = {(): stages_only.other_s, **{stage.path: stage.own_s for stage in stages_only.stages}}
    scale = {path: after[path] / own_s for path, own_s in before.items() if path in after and own_s > 0}
    times = tuple(
        replace(time, own_s=time.own_s * scale[time.stage], total_s=time.total_s * scale[time.stage])
        for time in sampled.function_times
        if time.stage in scale
    )
    stacks = tuple(
        replace(stack, own_s=stack.own_s * scale[stack.stage]) for stack in sampled.stacks if stack.stage in scale
    )
    spans = SpanColumns.of(
        span._replace(number=places[path])
        for span in sampled.stage_spans
        if (path := sampled.stages[span.number].path) in places
    )
    found = replace(
        sampled,
        created_at=stages_only.created_at,
        total_s=stages_only.total_s,
        other_s=stages_only.other_s,
        stages=stages_only.stages,
        function_times=times,
        stacks=stacks,
        stage_spans=spans,
    )
    return replace(found, bottlenecks=bottlenecks(found))


def bottlenecks(found: Profiled, most: int = BOTTLENECKS) -> tuple[Bottleneck, ...]:
    """Return what takes most time of its own: stages, or functions if there are too few stages."""
    if found.total_s <= 0:
        return ()
    named = [stage for stage in found.stages if stage.own_s >= _WORTH_NAMING * found.total_s]
    named.sort(key=lambda stage: -stage.own_s)
    of_stages = [_stage_bottleneck(found, stage) for stage in named[:most]]
    if len(named) > 1 or not found.function_times:
        return tuple(of_stages)
    of_functions = _function_bottlenecks(found, most)
    return tuple(one for one in of_functions if one.share >= _WORTH_NAMING) or tuple(of_stages)


def _stage_bottleneck(found: Profiled, stage: StageTime) -> Bottleneck:
    inside = [time for time in found.function_times if time.stage == stage.path]
    heaviest = max(inside, key=lambda time: time.own_s, default=None)
    return Bottleneck(
        what=stage.name if sum(s.name == stage.name for s in found.stages) == 1 else " / ".join(stage.path),
        share=stage.own_s / found.total_s,
        time_s=stage.own_s,
        calls=stage.calls,
        mostly="" if heaviest is None else found.functions[heaviest.function].name,
        hint=hint_for(
            stage.name,
            (
                (stack.own_s, [found.functions[frame] for frame in stack.frames])
                for stack in found.stacks
                if stack.stage == stage.path
            ),
        ),
    )


def _function_bottlenecks(found: Profiled, most: int) -> Iterable[Bottleneck]:
    by_function: dict[ProfiledFunction, float] = defaultdict(float)
    calls: dict[ProfiledFunction, int | None] = {}
    for time in found.function_times:
        function = found.functions[time.function]
        by_function[function] += time.own_s
        calls[function] = time.calls
    for function, own_s in sorted(by_function.items(), key=lambda item: -item[1])[:most]:
        yield Bottleneck(
            what=function.name,
            share=min(1.0, own_s / found.total_s),
            time_s=own_s,
            calls=calls[function],
            mostly="",
            hint=hint_for("", [(own_s, [function])], calls[function]),
        )


def _sampled(
    sampler: FunctionSampler | None, paths: Sequence[Path], *, with_spans: bool
) -> tuple[tuple[ProfiledFunction, ...], tuple[Stack, ...], SpanColumns]:
    """Return the functions that were found running, the stacks of them, and when they ran."""
    if sampler is None:
        return (), (), SpanColumns()
    spans = sampler.spans.recorded() if with_spans else []
    used = sorted({frame for _, frames in sampler.seconds for frame in frames} | {span.number for span in spans})
    place = {number: place for place, number in enumerate(used)}
    named = (sampler.functions[number] for number in used)
    functions = tuple(ProfiledFunction(name, near(file), line) for name, file, line in named)
    stacks = [
        Stack(
            stage=paths[stage],
            frames=tuple(place[frame] for frame in frames),
            own_s=seconds,
            samples=sampler.samples[stage, frames],
        )
        for (stage, frames), seconds in sampler.seconds.items()
    ]
    stacks.sort(key=lambda stack: (stack.stage, stack.frames))
    return functions, tuple(stacks), SpanColumns.of(span._replace(number=place[span.number]) for span in spans)


def _function_times(stacks: Sequence[Stack], functions: Sequence[ProfiledFunction]) -> tuple[FunctionTime, ...]:
    """Return, for each stage, the functions with most time of their own, and those that hold it."""
    own: dict[tuple[Path, int], float] = defaultdict(float)
    total: dict[tuple[Path, int], float] = defaultdict(float)
    samples: dict[tuple[Path, int], int] = defaultdict(int)
    for stack in stacks:
        for frame in set(stack.frames):  # a recursive function counts once
            total[stack.stage, frame] += stack.own_s
        if stack.frames:
            own[stack.stage, stack.frames[-1]] += stack.own_s
            samples[stack.stage, stack.frames[-1]] += stack.samples
    by_stage: dict[Path, list[FunctionTime]] = defaultdict(list)
    for (stage, frame), seconds in total.items():
        time = FunctionTime(
            stage=stage,
            function=frame,
            own_s=own[stage, frame],
            total_s=seconds,
            samples=samples[stage, frame],
        )
        by_stage[stage].append(time)

    def by_time(time: FunctionTime) -> tuple[float, float, str]:
        return -time.own_s, -time.total_s, functions[time.function].name

    return tuple(time for times in by_stage.values() for time in sorted(times, key=by_time)[:_FUNCTIONS_A_STAGE])


def _status(error: BaseException | None) -> str:
    if error is None:
        return "completed"
    return "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"


def _told(error: BaseException | None) -> str | None:
    return None if error is None else f"{type(error).__name__}: {error}".rstrip(": ")
