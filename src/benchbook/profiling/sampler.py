"""Functions sampled while stages run, by pyinstrument's sampler (extra `profile`), aggregated as the samples arrive.

The sampler looks at the stack of one thread at the first call or return after each interval; so memory grows only with
the number of different stacks, which is bounded, and not with time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import FrameType
from typing import Any

from benchbook.profiling.spans import Spans

MISSING = "pyinstrument is not installed; pip install 'benchbook[profile]'"
OTHER_PROFILER = "another profiler is active in this thread"
_MOST_STACKS = 20_000
_DEEPEST = 100  # most frames kept of a stack, counted from the outermost
# The frames of the profiled work begin after the innermost of these.
_MACHINERY = (
    ("studies/runs/instrumented.py", ""),
    ("profiling/spans.py", ""),
    ("profiling/stages.py", ""),
    ("profiling/sampler.py", ""),
    ("IPython/core/interactiveshell.py", "run_code"),
)
COMPILED = "<built-in>"  # the file of compiled functions
Function = tuple[str, str, int]  # name, file, first line


class FunctionSampler:
    """Samples the functions of the thread that starts it.

    Attributes:
        functions: Name, file and first line of each function found, in the order in which they were found.
        seconds: Seconds by (stage, places in `functions`), outermost first.
        samples: Number of samples, by the same keys.
        spans: When functions were running, as far as the samples show.
        missing: Why nothing is sampled; empty if sampling works.
    """

    def __init__(self, interval_s: float, current: Callable[[], tuple[int, float]], most_spans: int = 20_000) -> None:
        """Keep what is needed; `current` tells the stage that is open, and the seconds since the start."""
        self.functions: list[Function] = []
        self.seconds: dict[tuple[int, tuple[int, ...]], float] = {}
        self.samples: dict[tuple[int, tuple[int, ...]], int] = {}
        self.spans = Spans(most_spans)
        self.missing = ""
        self.interval_s = interval_s
        self._current = current
        self._sampler: Any = None
        self._base = 0
        self._places: dict[str, int] = {}
        self._by_function: dict[Function, int] = {}
        self._machinery: set[str] = set()
        self._open: list[tuple[int, float]] = []
        self._last_s = 0.0

    def prepare(self) -> None:
        """Load the library in advance, so that its import is not part of the profile."""
        try:
            from pyinstrument.stack_sampler import get_stack_sampler
        except ImportError:
            self.missing = MISSING
            return
        self._sampler = get_stack_sampler()
        self._sampler.has_warned_about_timing_overhead = True  # it would print; overhead is measured here

    def start(self, frame: FrameType | None) -> None:
        """From now on, sample what runs below `frame`."""
        if self._sampler is None:
            return
        if sys.getprofile() is not None:
            self.missing, self._sampler = OTHER_PROFILER, None
            return
        self._base = _depth(frame) + 1  # above it, pyinstrument names the thread
        self._subscribe()

    def stop(self) -> None:
        """Stop sampling."""
        if self._sampler is not None:
            self._sampler.unsubscribe(self._see)
            self._sampler = None
            self._close_spans(0, self._last_s)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Pause sampling in a block, so that the samples can be read."""
        if self._sampler is None:
            yield
            return
        self._sampler.unsubscribe(self._see)
        self._close_spans(0, self._last_s)
        try:
            yield
        finally:
            self._subscribe()

    def _subscribe(self) -> None:
        self._sampler.subscribe(self._see, desired_interval=self.interval_s, use_async_context=False)

    def _see(self, stack: list[str], seconds: float, _: Any) -> None:
        """Take a sample: the stack, outermost first, and the seconds since the last one."""
        stage, now_s = self._current()
        frames = self._frames(stack)
        key = (stage, frames)
        if key not in self.seconds and len(self.seconds) >= _MOST_STACKS:
            frames = frames[:1]
            key = (stage, frames)
        self.seconds[key] = self.seconds.get(key, 0.0) + seconds
        self.samples[key] = self.samples.get(key, 0) + 1
        self._follow(frames, max(0.0, now_s - seconds), now_s)

    def _frames(self, stack: Sequence[str]) -> tuple[int, ...]:
        begin = self._base
        places = []
        for k, text in enumerate(stack):
            place = self._places.get(text)
            if place is None:
                place = self._place(text)
            places.append(place)
            if place < 0:
                begin = k + 1
        return tuple(places[begin : begin + _DEEPEST])

    def _place(self, text: str) -> int:
        """Return the place of a function, from pyinstrument's text for a frame; -1: part of the profiling code."""
        name, file, line = text.partition("\x01")[0].split("\x00")
        path = file.replace("\\", "/")
        if any(path.endswith(end) and name.endswith(function) for end, function in _MACHINERY):
            self._places[text] = -1
            return -1
        function = (name, file, int(line))
        place = self._by_function.setdefault(function, len(self.functions))
        if place == len(self.functions):
            self.functions.append(function)
        self._places[text] = place
        return place

    def _follow(self, frames: tuple[int, ...], begin_s: float, end_s: float) -> None:
        """Continue the spans of the functions that this sample shares with the last one; end the others."""
        begin_s = max(begin_s, self._last_s)
        shared = 0
        for (place, _), frame in zip(self._open, frames, strict=False):
            if place != frame:
                break
            shared += 1
        self._close_spans(shared, begin_s)
        self._open += [(frame, begin_s) for frame in frames[shared:]]
        self._last_s = max(self._last_s, end_s)

    def _close_spans(self, keep: int, end_s: float) -> None:
        while len(self._open) > keep:
            place, begin_s = self._open.pop()
            self.spans.add(place, begin_s, end_s - begin_s, len(self._open) + 1)


def near(file: str) -> str:
    """Return a source file as seen from where Python looks for modules, the same on each machine."""
    path = file.replace("\\", "/")
    inside = [folder for folder in _folders(tuple(sys.path)) if path.startswith(folder)]
    return path[len(max(inside, key=len)) :] if inside else path


@lru_cache(maxsize=8)
def _folders(entries: tuple[str, ...]) -> list[str]:
    return [f"{entry.replace(chr(92), '/').rstrip('/')}/" for entry in entries if entry]


def _depth(frame: FrameType | None) -> int:
    depth = 0
    while frame is not None:
        depth += 1
        frame = frame.f_back
    return depth
