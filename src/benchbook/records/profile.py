"""The record of a profile: stages, functions below them, bottlenecks, overhead, what ran when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Annotated, NamedTuple

from benchbook.records.fields import MAY_BE_ABSENT, Count, Limits, Name, OneOf, Positive, Seconds, Share, Timestamp
from benchbook.records.run import Environment, Host

Path = tuple[Name, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """A stage of the work."""

    path: Annotated[Path, Limits(min_length=1)]
    """Its name behind those of the stages around it, outermost first."""
    calls: Count
    """How often it was entered."""
    total_s: Seconds
    """Seconds in it, with the stages inside."""
    own_s: Seconds
    """Seconds in it, without them; over all stages, and with `other_s`, they add up to the total."""

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class ProfiledFunction:
    """A function that was sampled."""

    name: Name
    """Qualified name."""
    file: str
    """Source file, as seen from where Python looks for modules; `<built-in>`: compiled."""
    line: Count
    """First line; 0: compiled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTime:
    """A function as it was sampled in one stage."""

    stage: Path
    """Path of the stage; empty: outside of all stages."""
    function: Count
    """Place in `functions`, from 0."""
    own_s: Seconds
    """Sampled seconds in itself."""
    total_s: Seconds
    """Sampled seconds in itself and in what it called."""
    samples: Count
    """Samples that found it running itself."""
    calls: Count | None = None
    """Calls in the whole profile, counted in a run of their own; null if they were not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Functions found running inside one another; the flame graph is drawn from these."""

    stage: Path
    """Path of the stage."""
    frames: tuple[Count, ...]
    """Places in `functions`, outermost first."""
    own_s: Seconds
    """Sampled seconds in the innermost."""
    samples: Count
    """Samples that found it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """Where much of the time goes."""

    what: Name
    """The stage, or the function."""
    share: Share
    """Share of the total."""
    time_s: Seconds
    """Seconds in it, without the stages inside."""
    calls: Count | None
    """How often it was entered or called; null if this was not counted."""
    mostly: str
    """The function in which most of it was sampled; empty if nothing was."""
    hint: str
    """What can be done."""


class Span(NamedTuple):
    """Something that lasted.

    Attributes:
        start_s: Seconds from the start of the profile.
        depth: How many spans it lies in, plus 1.
        duration_s: How long it lasted.
        number: What it was, by its number.
    """

    start_s: float
    depth: int
    duration_s: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanColumns:
    """What lasted from when to when, as columns of one length; the number is bounded."""

    number: tuple[Count, ...] = ()
    """Place in `stages`, or in `functions`."""
    start_s: tuple[Seconds, ...] = ()
    """Seconds from the start of the profile."""
    duration_s: tuple[Seconds, ...] = ()
    """How long it lasted."""
    depth: tuple[Positive, ...] = ()
    """Number of enclosing ones, plus 1."""

    @classmethod
    def of(cls, spans: Iterable[Span]) -> SpanColumns:
        """Return spans as columns."""
        start_s, depth, duration_s, number = tuple(zip(*spans, strict=True)) or ((), (), (), ())
        return cls(number=number, start_s=start_s, duration_s=duration_s, depth=depth)

    def __iter__(self) -> Iterator[Span]:
        """Yield the spans."""
        return map(Span, self.start_s, self.depth, self.duration_s, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """The work without and with the profiler, in turns."""

    plain_s: Annotated[tuple[Seconds, ...], Limits(min_length=1)]
    """Seconds of each run without it."""
    staged_s: Annotated[tuple[Seconds, ...], Limits(min_length=1)]
    """Seconds of each run with stages only; the times of the stages are from one of these."""
    sampled_s: tuple[Seconds, ...]
    """Seconds of each run with functions sampled as well; their shares are from one of these."""
    stages_share: float
    """How much longer the work takes with stages, as a ratio of medians; 0.05 is 5 %."""
    functions_share: float | None
    """How much longer it takes with functions sampled as well; null if they were not."""

    @classmethod
    def of(cls, plain_s: tuple[float, ...], staged_s: tuple[float, ...], sampled_s: tuple[float, ...] = ()) -> Overhead:
        """Return the overhead that runs show.

        Examples:
            >>> overhead = Overhead.of((1.0, 1.2), (1.1, 1.21), (1.65, 1.65))
            >>> round(overhead.stages_share, 3), round(overhead.functions_share, 3)
            (0.05, 0.5)
        """
        return cls(
            plain_s=plain_s,
            staged_s=staged_s,
            sampled_s=sampled_s,
            stages_share=_slower(plain_s, staged_s),
            functions_share=_slower(plain_s, sampled_s) if sampled_s else None,
        )


def _slower(before_s: tuple[float, ...], after_s: tuple[float, ...]) -> float:
    before = median(before_s)
    return median(after_s) / before - 1 if before > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profiled:
    """Where the time of a piece of work went."""

    name: Name
    """What was profiled."""
    status: Annotated[str, OneOf("completed", "failed", "interrupted", "running")]
    """How the work ended; running: it was still going on when this was written."""
    error: str | None
    """What it was ended by; null if nothing went wrong."""
    created_at: Timestamp
    """When the profile started, UTC."""
    version: str | None = field(default=None, metadata=MAY_BE_ABSENT)
    """Version of benchbook; null if the profile was written by the notebook itself."""
    host: Host | None = field(default=None, metadata=MAY_BE_ABSENT)
    environment: Environment | None = field(default=None, metadata=MAY_BE_ABSENT)
    total_s: Seconds
    """Seconds from start to stop."""
    other_s: Seconds
    """Seconds outside of all stages."""
    stages: tuple[StageTime, ...]
    """The stages, each behind the one around it."""
    functions: tuple[ProfiledFunction, ...]
    """All functions that were sampled."""
    function_times: tuple[FunctionTime, ...]
    """For each stage the functions with most time of their own."""
    stacks: tuple[Stack, ...]
    """The samples, folded."""
    bottlenecks: tuple[Bottleneck, ...]
    """The three that take most."""
    interval_s: Seconds | None
    """Seconds between two samples; null where functions were not sampled."""
    samples: Count
    """How many samples there are."""
    stage_spans: SpanColumns
    """When stages were open; where functions were sampled in a run of their own, in that one."""
    frame_spans: SpanColumns
    """When functions were running, as far as samples tell."""
    left_out: Count
    """Spans that were left out, because their number is bounded."""
    overhead: Overhead | None
    """What the profiler itself costs; null if it was not measured."""
    missing: dict[str, str]
    """What is not there, and why."""

    def __repr__(self) -> str:
        """Return name, length and status."""
        return f"<{self.name}: {self.total_s:.3g} s, {len(self.stages)} stages, {self.status}>"
