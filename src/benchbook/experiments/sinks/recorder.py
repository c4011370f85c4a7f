"""Reports events of an experiment to its sinks, with secrets masked."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchbook.experiments.branches.branch import Branch, BranchStatus
from benchbook.experiments.branches.branch_document import branch_document
from benchbook.experiments.branches.container import flat
from benchbook.experiments.branches.redaction import Redact, Redactor
from benchbook.experiments.branches.state import BranchState
from benchbook.experiments.configs.ids import as_float, as_json, hidden_in, key_of
from benchbook.experiments.configs.pool import Config
from benchbook.experiments.sinks.background_queue import lane_of
from benchbook.experiments.sinks.call_document import call_document
from benchbook.experiments.sinks.protocol import Ending, Sink, Span, is_blocking, tell
from benchbook.experiments.sinks.recorded_call import RecordedCall

log = logging.getLogger(__name__)
PREFIX = "benchbook."  # prefix of our own names among the user's
DURATION = f"{PREFIX}duration_s"


@dataclass(frozen=True, slots=True, eq=False)
class _ConfigFacts:
    """What is reported of a configuration each time it is used."""

    params: dict[str, Any]
    config_id: str


class Recorder:
    """Reports calls and branches to sinks.

    Args:
        sinks: The sinks.
        redact: Names whose values are masked in addition to the usual ones; True: only the usual ones; False or empty:
            none.
    """

    def __init__(self, sinks: Iterable[Sink], redact: Redact = True) -> None:
        self.sinks = tuple(sinks)
        self._redactor = Redactor(redact)
        self._quick = tuple(sink for sink in self.sinks if not is_blocking(sink))
        self._lanes = tuple(lane_of(sink) for sink in self.sinks if is_blocking(sink))
        self._prepared = tuple(sink for sink in self.sinks if hasattr(sink, "prepare"))
        self._known: dict[Config, _ConfigFacts] = {}
        self._spans: dict[str, Span] = {}

    def call_started(self, call: RecordedCall) -> None:
        """A call begins."""
        if not self.sinks:
            return
        span = self._spans[call.call_id] = _call_span(call)
        for sink in self._prepared:
            tell(sink, "prepare", (span,))
        self._tell("start", span)

    def branch_started(self, call: RecordedCall, branch: Branch, config: Config) -> None:
        """A branch begins."""
        if not self.sinks:
            return
        span = self._span(call, branch)
        self._spans[branch.branch_id] = span
        self._tell("start", span)
        self._tell("params", span, self._of(config).params)

    def branch_ended(self, call: RecordedCall, branch: Branch) -> None:
        """A branch has ended; one that never began is reported, too."""
        if not self.sinks:
            return
        span = self._spans.pop(branch.branch_id, None)
        if span is None:
            span = self._span(call, branch)
            self._tell("start", span)
            self._tell("params", span, self._of(call.pool.by_id(branch.config_id)).params)
        if branch.status is BranchStatus.SUCCESS:
            metrics = numbers(branch.output)
            metrics.setdefault(DURATION, branch.duration_s or 0.0)
            self._tell("metrics", span, metrics, None)
        ending = Ending(
            status=branch.status,
            ended_at_s=branch.ended_at_s or 0.0,
            duration_s=branch.duration_s or 0.0,
            document=partial(branch_document, branch, self._redactor),
        )
        self._tell("finish", span, ending)

    def call_ended(self, call: RecordedCall) -> None:
        """A call has ended, with all of its branches."""
        if not self.sinks:
            return
        ended_at_s, ended_s = call.ended or call.started
        ending = Ending(
            status=call.status,
            ended_at_s=ended_at_s,
            duration_s=ended_s - call.started[1],
            document=partial(call_document, call, self._redactor),
        )
        self._tell("finish", self._spans.pop(call.call_id), ending)

    def metrics(self, branch: BranchState, metrics: Mapping[str, float], step: int | None) -> None:
        """A running branch reports numbers."""
        span = self._spans.get(branch.branch_id)
        if span is not None:
            self._tell("metrics", span, metrics, step)

    def artifact(self, branch: BranchState, name: str, data: bytes) -> None:
        """A running branch reports a file."""
        span = self._spans.get(branch.branch_id)
        if span is not None:
            self._tell("artifact", span, name, data)

    def flush(self) -> Sequence[Future[None]]:
        """Return futures that are done when the sinks have received everything so far; empty if they have."""
        return [lane.flush() for lane in self._lanes]

    def _tell(self, method: str, *arguments: Any) -> None:
        for sink in self._quick:
            tell(sink, method, arguments)
        for lane in self._lanes:
            lane.put(method, arguments)

    def _span(self, call: RecordedCall, branch: Branch) -> Span:
        return Span(
            kind="branch",
            id=branch.branch_id,
            parent_id=call.call_id,
            call_id=call.call_id,
            experiment=branch.experiment,
            strategy=call.strategy.name,
            config_id=self._of(call.pool.by_id(branch.config_id)).config_id,
            role=branch.role.value,
            started_at_s=branch.started_at_s or call.started[0],
        )

    def _of(self, config: Config) -> _ConfigFacts:
        facts = self._known.get(config)
        if facts is None:
            values = as_json(config.value)
            secrets = self._redactor.secrets_in(values) | self._redactor.hidden(hidden_in(config.value))
            params = flat(self._redactor.value(values, secrets))
            facts = self._known[config] = _ConfigFacts(params, self._redactor.text(config.id, secrets))
        return facts


def numbers(output: Any) -> dict[str, float]:
    """Return the numbers of an output: itself as `output`, or those among the entries of a mapping.

    Examples:
        >>> numbers({"loss": 2, "name": "x"}), numbers(0.5)
        ({'loss': 2.0}, {'output': 0.5})
    """
    entries = output if isinstance(output, Mapping) else {"output": output}
    found: dict[str, float] = {}
    try:
        for key, value in entries.items():
            if _is_number(value):
                with contextlib.suppress(TypeError, ValueError):  # an array with one text has the methods of numbers
                    found[key_of(key)] = as_float(value)
    except Exception:  # the mapping is a user object
        log.warning("the numbers of an output cannot be read:", exc_info=True)
    return found


def _is_number(value: Any) -> bool:
    # NumPy's scalars are recognised by their methods, because NumPy is not imported here
    if isinstance(value, bool | str | bytes) or not hasattr(value, "__float__"):
        return False
    return isinstance(value, int | float) or getattr(value, "shape", None) == ()


def _call_span(call: RecordedCall) -> Span:
    return Span(
        kind="call",
        id=call.call_id,
        parent_id=call.parent.branch_id if call.parent is not None else None,
        call_id=call.call_id,
        experiment=call.settings.name,
        strategy=call.strategy.name,
        started_at_s=call.started[0],
    )
