"""What a profile found: stages, functions, bottlenecks, overhead; frozen, as it goes into its artifact."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from benchbook.profiling.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTime:
    """A stage of the work.

    Attributes:
        path: Its name behind those of the stages around it, outermost first.
        calls: How often it was entered.
        total_s: Seconds in it, with the stages inside.
        own_s: Seconds in it, without them; with `other` these add up to the total.
    """

    path: tuple[str, ...]
    calls: int
    total_s: float
    own_s: float

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTime:
    """A function as it was sampled in one stage.

    Attributes:
        stage: Path of the stage; empty: outside of all stages.
        name: Qualified name.
        file: Its source file; `<built-in>` for what is compiled.
        line: Its first line; 0 for what is compiled.
        own_s: Seconds in itself.
        total_s: Seconds in itself and in what it called.
        samples: How many samples found it running itself.
        calls: How often it was called in the whole profile; None if calls were not counted.
    """

    stage: tuple[str, ...]
    name: str
    file: str
    line: int
    own_s: float
    total_s: float
    samples: int
    calls: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """Where much of the time goes.

    Attributes:
        what: The stage (its path), or the function.
        share: Share of the total, 0 to 1.
        time_s: Seconds in it, without the stages inside.
        calls: How often it was entered or called; None if it was not counted.
        mostly: The function in which most of it was sampled; empty if nothing was.
        hint: What can be done.
    """

    what: str
    share: float
    time_s: float
    calls: int | None
    mostly: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Functions that were found running inside one another.

    Attributes:
        stage: Path of the stage.
        frames: Their places in the list of functions of the profile, outermost first.
        own_s: Seconds in the innermost.
        samples: How many samples found it so.
    """

    stage: tuple[str, ...]
    frames: tuple[int, ...]
    own_s: float
    samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """The work without and with the profiler, in turns.

    Attributes:
        plain_s: Seconds of each run without it.
        staged_s: Seconds of each run with stages only, from which the times of the stages are.
        sampled_s: Seconds of each run with functions sampled as well, from which their shares are; empty: there is
            none.
    """

    plain_s: tuple[float, ...]
    staged_s: tuple[float, ...]
    sampled_s: tuple[float, ...]

    @property
    def stages_share(self) -> float:
        """How much longer the work takes with stages, as a ratio of medians; 0.05 is 5 %.

        Examples:
            >>> overhead = Overhead(plain_s=(1.0, 1.2), staged_s=(1.1, 1.21), sampled_s=(1.65, 1.65))
            >>> round(overhead.stages_share, 3), round(overhead.functions_share, 3)
            (0.05, 0.5)
        """
        return _slower(self.plain_s, self.staged_s)

    @property
    def functions_share(self) -> float | None:
        """How much longer it takes with stages and functions sampled; None if they were not."""
        return _slower(self.plain_s, self.sampled_s) if self.sampled_s else None


def _slower(before_s: tuple[float, ...], after_s: tuple[float, ...]) -> float:
    before = median(before_s)
    return median(after_s) / before - 1 if before > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profiled:
    """A finished profile.

    Attributes:
        name: What was profiled.
        status: `completed`, `failed` or `interrupted`.
        error: What was raised; None if nothing was.
        created_at: When it started, ISO 8601 in UTC.
        total_s: Seconds from start to stop, measured apart from the stages.
        other_s: Seconds outside of all stages.
        stages: The stages, each behind the one around it.
        functions: Name, file and first line of all functions that were sampled.
        function_times: Functions by stage, those with most time of their own first.
        stacks: The samples, folded.
        bottlenecks: The three that take most.
        interval_s: Seconds between two samples; None where functions were not sampled.
        samples: How many samples there are.
        stage_spans: When stages were open; `number` is the place in `stages`.
        frame_spans: When functions were running, as sampled; `number` is the place in `functions`.
        left_out: How many spans were left out, because their number is bounded.
        overhead: What the profiler itself costs; None if it was not measured.
        missing: What is not there, and why.
    """

    name: str
    status: str
    error: str | None
    created_at: str
    total_s: float
    other_s: float
    stages: tuple[StageTime, ...]
    functions: tuple[tuple[str, str, int], ...]
    function_times: tuple[FunctionTime, ...]
    stacks: tuple[Stack, ...]
    bottlenecks: tuple[Bottleneck, ...]
    interval_s: float | None
    samples: int
    stage_spans: tuple[Span, ...]
    frame_spans: tuple[Span, ...]
    left_out: int
    overhead: Overhead | None
    missing: dict[str, str]

    def __repr__(self) -> str:
        """Return name, length and status."""
        return f"<{self.name}: {self.total_s:.3g} s, {len(self.stages)} stages, {self.status}>"
