"""Sinks: where records of calls and branches go; the protocol, a sink in memory, and several sinks at once."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from benchbook.experiments.branches.branch import BranchStatus, Metric
from benchbook.whole_numbers import check_whole

if TYPE_CHECKING:
    from benchbook.typing import JsonObject

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A call, or one of its branches, as sinks see it.

    Attributes:
        kind: Which of the two.
        id: Its unique name.
        parent_id: For a branch, its call; for a call, the branch within which it was made, None at the top level.
        call_id: The call; for a call, its own id.
        experiment: Name of the experiment.
        strategy: Name of the strategy.
        config_id: Name of the configuration; empty for a call.
        role: The branch's role in the call; empty for a call.
        started_at_s: When it started, in seconds since the epoch.
    """

    kind: Literal["call", "branch"]
    id: str
    parent_id: str | None
    call_id: str
    experiment: str
    strategy: str
    config_id: str = ""
    role: str = ""
    started_at_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a span ended.

    Attributes:
        status: Its status.
        ended_at_s: When, in seconds since the epoch.
        duration_s: Seconds it took.
        document: Makes the complete record of the span as JSON values, with secrets masked.
    """

    status: BranchStatus
    ended_at_s: float
    duration_s: float
    document: Callable[[], JsonObject] = field(repr=False)


@runtime_checkable
class Sink(Protocol):
    """Receives records. Secrets are masked before.

    Methods are called from several threads. Exceptions of a sink are logged and never reach the experiment. A sink with
    an attribute `blocking = False` is called immediately, in the thread of the event; all others are called in a
    separate thread, in order. A method `prepare(span)`, if there is one, is called in the caller's thread before a
    call's `start`.
    """

    def start(self, span: Span) -> None:
        """A call or branch begins."""

    def params(self, span: Span, params: Mapping[str, Any]) -> None:
        """Receive the configuration of a branch, with nested keys joined by dots."""

    def metrics(self, span: Span, metrics: Mapping[str, float], step: int | None) -> None:
        """Receive numbers, all of one step."""

    def artifact(self, span: Span, name: str, data: bytes) -> None:
        """Receive a file."""

    def finish(self, span: Span, ending: Ending) -> None:
        """A call or branch has ended; a call after all of its branches."""


@dataclass(slots=True, eq=False)
class Recorded:
    """What a sink in memory keeps of a call or branch."""

    span: Span
    params: dict[str, Any] = field(default_factory=dict)
    metrics: list[Metric] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    ending: Ending | None = None


class InMemory:
    """Keeps the latest records.

    Args:
        most: How many calls and branches are kept.
    """

    blocking = False

    def __init__(self, most: int = 1000) -> None:
        self._most = check_whole("most", most, 1)
        self._kept: OrderedDict[str, Recorded] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def records(self) -> list[Recorded]:
        """All kept records, in order of start."""
        with self._lock:
            return list(self._kept.values())

    @property
    def calls(self) -> list[Recorded]:
        """The kept calls."""
        return [record for record in self.records if record.span.kind == "call"]

    @property
    def branches(self) -> list[Recorded]:
        """The kept branches."""
        return [record for record in self.records if record.span.kind == "branch"]

    def start(self, span: Span) -> None:
        """Keep a new record, and drop the oldest if there are too many."""
        with self._lock:
            self._kept[span.id] = Recorded(span)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def params(self, span: Span, params: Mapping[str, Any]) -> None:
        """Keep the configuration."""
        self._of(span).params.update(params)

    def metrics(self, span: Span, metrics: Mapping[str, float], step: int | None) -> None:
        """Keep numbers."""
        self._of(span).metrics.extend(Metric(name, value, step) for name, value in metrics.items())

    def artifact(self, span: Span, name: str, data: bytes) -> None:
        """Keep a file."""
        self._of(span).artifacts[name] = data

    def finish(self, span: Span, ending: Ending) -> None:
        """Keep the ending."""
        self._of(span).ending = ending

    def _of(self, span: Span) -> Recorded:
        return self._kept.get(span.id) or Recorded(span)


class FanOut:
    """Passes everything on to several sinks; if one fails, the others still receive it."""

    def __init__(self, sinks: Iterable[Sink]) -> None:
        self.sinks = tuple(sinks)
        self.blocking = any(is_blocking(sink) for sink in self.sinks)

    def start(self, span: Span) -> None:
        """Pass on."""
        self._each("start", span)

    def params(self, span: Span, params: Mapping[str, Any]) -> None:
        """Pass on."""
        self._each("params", span, params)

    def metrics(self, span: Span, metrics: Mapping[str, float], step: int | None) -> None:
        """Pass on."""
        self._each("metrics", span, metrics, step)

    def artifact(self, span: Span, name: str, data: bytes) -> None:
        """Pass on."""
        self._each("artifact", span, name, data)

    def finish(self, span: Span, ending: Ending) -> None:
        """Pass on."""
        self._each("finish", span, ending)

    def prepare(self, span: Span) -> None:
        """Pass on to sinks that have the method."""
        for sink in self.sinks:
            if hasattr(sink, "prepare"):
                tell(sink, "prepare", (span,))

    def _each(self, method: str, *arguments: Any) -> None:
        for sink in self.sinks:
            tell(sink, method, arguments)


def is_blocking(sink: Sink) -> bool:
    """Return whether a sink may be slow, and so has its own thread."""
    return bool(getattr(sink, "blocking", True))


def tell(sink: Sink, method: str, arguments: tuple[Any, ...]) -> None:
    """Call a sink; its exceptions are logged."""
    try:
        getattr(sink, method)(*arguments)
    except Exception:  # a sink is user code, and must not affect the experiment
        log.warning("the sink %s failed to %s:", type(sink).__name__, method, exc_info=True)
