"""The data model of a profile: stages, functions below them, bottlenecks, overhead, what ran when.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from benchbook.artifacts.models.derive import Model
from benchbook.artifacts.models.parts import Count, Environment, Host, Seconds, Timestamp

Name = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class ProfiledStage(Model):
    """A stage of the work."""

    path: list[Name] = Field(min_length=1)
    """Its name behind those of the stages around it, outermost first."""
    calls: Count
    """How often it was entered."""
    total_s: Seconds
    """Seconds in it, with the stages inside."""
    own_s: Seconds
    """Seconds in it, without them; over all stages, and with `other_s`, they add up to the total."""


class ProfiledFunction(Model):
    """A function that was sampled."""

    name: Name
    """Qualified name."""
    file: str
    """Source file, as seen from where Python looks for modules; `<built-in>`: compiled."""
    line: Count
    """First line; 0: compiled."""


class FunctionInStage(Model):
    """A function as it was sampled in one stage."""

    stage: list[Name]
    """Path of the stage; empty: outside of all stages."""
    function: Count
    """Place in `functions`, from 0."""
    own_s: Seconds
    """Sampled seconds in itself."""
    total_s: Seconds
    """Sampled seconds in itself and in what it called."""
    samples: Count
    """Samples that found it running itself."""
    calls: Count | None
    """Calls in the whole profile, counted in a run of their own; null if they were not."""


class SampledStack(Model):
    """Functions found running inside one another; the flame graph is drawn from these."""

    stage: list[Name]
    """Path of the stage."""
    frames: list[Count]
    """Places in `functions`, outermost first."""
    own_s: Seconds
    """Sampled seconds in the innermost."""
    samples: Count
    """Samples that found it so."""


class ProfileBottleneck(Model):
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


class SpanColumns(Model):
    """What lasted from when to when, as columns of one length; the number is bounded."""

    number: list[Count]
    """Place in `stages`, or in `functions`."""
    start_s: list[Seconds]
    """Seconds from the start of the profile."""
    duration_s: list[Seconds]
    """How long it lasted."""
    depth: list[Annotated[int, Field(ge=1)]]
    """Number of enclosing ones, plus 1."""


class ProfileOverhead(Model):
    """The work without and with the profiler, in turns."""

    plain_s: list[Seconds] = Field(min_length=1)
    """Seconds of each run without it."""
    staged_s: list[Seconds] = Field(min_length=1)
    """Seconds of each run with stages only; the times of the stages are from one of these."""
    sampled_s: list[Seconds]
    """Seconds of each run with functions sampled as well; their shares are from one of these."""
    stages_share: float
    """How much longer the work takes with stages, as a ratio of medians; 0.05 is 5 %."""
    functions_share: float | None
    """How much longer it takes with functions sampled as well; null if they were not."""


class Profile(Model):
    """Where the time of a piece of work went."""

    kind: Literal["profile"]
    """What this document is."""
    schema_version: Literal[1]
    """Version of this schema."""
    name: Name
    """What was profiled."""
    status: Literal["completed", "failed", "interrupted", "running"]
    """How the work ended; running: it was still going on when this was written."""
    error: str | None
    """What it was ended by; null if nothing went wrong."""
    created_at: Timestamp
    """When the profile started, UTC."""
    version: str | None = None
    """Version of benchbook; null if the profile was written by the notebook itself."""
    host: Host | None = None
    environment: Environment | None = None
    total_s: Seconds
    """Seconds from start to stop."""
    other_s: Seconds
    """Seconds outside of all stages."""
    stages: list[ProfiledStage]
    """The stages, each behind the one around it."""
    functions: list[ProfiledFunction]
    """All functions that were sampled."""
    function_times: list[FunctionInStage]
    """For each stage the functions with most time of their own."""
    stacks: list[SampledStack]
    """The samples, folded."""
    bottlenecks: list[ProfileBottleneck]
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
    overhead: ProfileOverhead | None
    """What the profiler itself costs; null if it was not measured."""
    missing: dict[str, str]
    """What is not there, and why."""
