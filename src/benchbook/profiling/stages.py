"""Stages of a piece of work: how long each took and how often it was entered, nested and repeated ones included."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from benchbook.clock import SYSTEM_CLOCK, Clock, SystemClock
from benchbook.errors import UsageError
from benchbook.profiling.spans import Spans
from benchbook.records.profile import StageTime

_NOTHING: AbstractContextManager[None] = nullcontext()
_threads = threading.local()


def active() -> StageRecorder | None:
    """Return the running recorder of this thread; None without one."""
    return getattr(_threads, "recorder", None)


def stage(name: str) -> AbstractContextManager[None]:
    """Return a block that counts as a stage of the running profile of this thread; without a profile it does nothing.

    So code can always name its stages. In other threads and in worker processes, nothing is recorded.

    Examples:
        >>> with stage("encode"):
        ...     total = sum(range(10))
    """
    recorder = active()
    return _NOTHING if recorder is None else recorder.stage(name)


class _Node:
    """A stage at its place in the tree of stages."""

    __slots__ = ("below", "calls", "children", "name", "number", "parent", "total_s")

    def __init__(self, name: str, parent: _Node | None, number: int) -> None:
        self.name, self.parent, self.number = name, parent, number
        self.children: dict[str, _Node] = {}
        self.calls = 0
        self.total_s = 0.0
        self.below = 0.0  # seconds in the stages inside

    def path(self) -> tuple[str, ...]:
        return () if self.parent is None else (*self.parent.path(), self.name)


class StageRecorder:
    """Records the stages of one thread, from `start` to `stop`.

    Attributes:
        spans: When the stages were entered and left, bounded in number.
        total_s: Seconds from start to stop; 0 before.

    Examples:
        >>> from benchbook.clock import ManualClock
        >>> clock = ManualClock()
        >>> recorder = StageRecorder(clock)
        >>> recorder.start()
        >>> for _ in range(2):
        ...     with recorder.stage("loop"):
        ...         clock.advance(1)
        ...         with recorder.stage("evaluate"):
        ...             clock.advance(3)
        >>> recorder.stop()
        >>> [("/".join(s.path), s.calls, s.total_s, s.own_s) for s in recorder.stages()]
        [('loop', 2, 8.0, 2.0), ('loop/evaluate', 2, 6.0, 6.0)]
    """

    def __init__(self, clock: Clock = SYSTEM_CLOCK, most_spans: int = 20_000) -> None:
        """Begin without stages."""
        self.spans = Spans(most_spans)
        self.total_s = 0.0
        # Stages may last microseconds: the fewer calls between them and the clock, the better.
        self._now = time.perf_counter if isinstance(clock, SystemClock) else clock.monotonic_s
        self._add_span = self.spans.add
        self._nodes = [_Node("", None, 0)]
        self._entered: list[tuple[_Node, float]] = []
        self._start_s = 0.0
        self._before: StageRecorder | None = None

    def start(self) -> None:
        """Become the recorder of this thread.

        Raises:
            UsageError: Another one is running in this thread.
        """
        if active() is not None:
            raise UsageError("this thread is already recording a profile; add a stage to it instead")
        _threads.recorder = self
        self._start_s = self._now()
        self._entered.append((self._nodes[0], self._start_s))

    def stop(self) -> None:
        """End all stages that are still open, and the recording."""
        self.leave_to(0)
        self.total_s = self._nodes[0].total_s
        if active() is self:
            _threads.recorder = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Record a block as a stage within the enclosing one."""
        depth = self.enter(name)
        try:
            yield
        finally:
            self.leave_to(depth)

    def enter(self, name: str) -> int:
        """Enter a stage; return how many were open before."""
        entered = self._entered
        if not entered:
            raise UsageError(
                f"the stage {name!r} is entered outside its profile: start the profile before, stop it afterwards"
            )
        parent = entered[-1][0]
        node = parent.children.get(name)
        if node is None:
            node = parent.children[name] = _Node(name, parent, len(self._nodes))
            self._nodes.append(node)
        entered.append((node, self._now()))
        return len(entered) - 1

    def leave_to(self, depth: int) -> None:
        """Leave stages until only `depth` are open, including inner stages that were never left."""
        entered = self._entered
        while len(entered) > depth:
            end_s = self._now()
            node, begin_s = entered.pop()
            seconds = end_s - begin_s
            node.calls += 1
            node.total_s += seconds
            if node.parent is not None:
                node.parent.below += seconds
                self._add_span(node.number, begin_s - self._start_s, seconds, len(entered))

    @property
    def current(self) -> int:
        """Number of the stage that is open; 0: none."""
        return self._entered[-1][0].number if self._entered else 0

    @property
    def depth(self) -> int:
        """Number of open stages, counting the whole profile as one."""
        return len(self._entered)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return self._now() - self._start_s

    def paths(self) -> list[tuple[str, ...]]:
        """Return, by number, the names of each stage and of those around it, outermost first."""
        return [node.path() for node in self._nodes]

    def stages(self) -> tuple[StageTime, ...]:
        """Return the finished stages, each after the one that contains it, in the order of their first entry."""
        return tuple(_below(self._nodes[0]))


def _below(node: _Node) -> Iterator[StageTime]:
    for child in node.children.values():
        if not child.calls and not child.children:  # open for the first time
            continue
        # Rounding may give a tiny negative number.
        own_s = max(0.0, child.total_s - child.below)
        yield StageTime(path=child.path(), calls=child.calls, total_s=child.total_s, own_s=own_s)
        yield from _below(child)
