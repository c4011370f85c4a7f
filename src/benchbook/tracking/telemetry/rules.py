"""Recommendations: rules, given as data in `rules.yaml`, that are compared with the telemetry."""

from __future__ import annotations

import fnmatch
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import UsageError
from benchbook.tracking.files.folders import read_snapshot, run_ids, slug_of
from benchbook.tracking.telemetry.resource_limits import Limits

if TYPE_CHECKING:
    from benchbook.records.pipeline import Sample
    from benchbook.tracking.protocol import TrackedPipeline

SEVERITIES = ("info", "warning", "critical")
_MOST_EARLIER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One value compared with a threshold, or with a share of the value in earlier runs.

    Attributes:
        value: Name of the value; `*` stands for any device.
        above: Whether it must be above, or below.
        threshold: A number in the value's unit; None: `history` is used.
        history: Share of the mean of earlier runs.
        per: What the value is divided by first: `cpus`, or nothing.
    """

    value: str
    above: bool
    threshold: float | None
    history: float | None
    per: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a recommendation is made, its severity and its text; see `rules.yaml`."""

    rule: str
    severity: str
    message: str
    sustained_s: float
    when: tuple[Condition, ...]
    actions: tuple[str, ...]


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Return the rules of benchbook."""
    return load_rules(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8"))


def load_rules(text: str) -> tuple[Rule, ...]:
    """Read rules from YAML.

    Raises:
        UsageError: A rule does not have the structure described in `rules.yaml`.
    """
    import yaml

    try:
        return tuple(_rule(entry) for entry in yaml.safe_load(text))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"the rules cannot be read: {type(error).__name__}: {error}") from error


def _rule(entry: Mapping[str, Any]) -> Rule:
    if entry["severity"] not in SEVERITIES:
        raise ValueError(f"severity of {entry['rule']} is {entry['severity']!r}, expected one of {SEVERITIES}")
    return Rule(
        rule=entry["rule"],
        severity=entry["severity"],
        message=entry["message"],
        sustained_s=float(entry["sustained_s"]),
        when=tuple(_condition(condition) for condition in entry["when"]),
        actions=tuple(entry["actions"]),
    )


def _condition(entry: Mapping[str, Any]) -> Condition:
    if entry["relation"] not in ("above", "below") or ("threshold" in entry) == ("history" in entry):
        raise ValueError(f"a condition needs a relation, and threshold or history: {dict(entry)}")
    return Condition(
        value=entry["value"],
        above=entry["relation"] == "above",
        threshold=entry.get("threshold"),
        history=entry.get("history"),
        per=entry.get("per"),
    )


@dataclass(slots=True)
class _Window:
    """How long the condition of a rule has been met, on one device or overall."""

    since_t: float
    values: dict[str, list[float]] = field(default_factory=dict)


class Judge:
    """Applies rules to samples, one after the other; a rule triggers only once."""

    def __init__(
        self, rules: Sequence[Rule], cpus: float, earlier: Mapping[str, float], rates: Mapping[str, float] | None = None
    ) -> None:
        """Begin; `earlier` has the mean of each value in earlier runs, `rates` the evaluations per second by step."""
        self._rates = rates or {}
        self._rules = list(rules)
        self._divisors = {"cpus": cpus}
        self._earlier = earlier
        self._windows: dict[tuple[str, str], _Window] = {}

    @classmethod
    def here(cls, limits: Limits, pipeline: TrackedPipeline) -> Judge:
        """Return the judge of a pipeline that starts, with the rules of benchbook."""
        which = (pipeline.name, pipeline.run_id, pipeline.folder.parent)
        return cls(shipped_rules(), limits.cpus, earlier_means(*which), earlier_rates(*which))

    def look(self, sample: Sample, label: str | None = None) -> list[dict[str, Any]]:
        """Return the recommendations that this sample completes, as fields of an event; `label` is of its step."""
        spoken = []
        for rule in list(self._rules):
            for device in _devices(rule, sample.values):
                advice = self._judged(rule, device, sample, label)
                if advice is not None:
                    self._rules.remove(rule)
                    spoken.append(advice)
                    break
        return spoken

    def _judged(self, rule: Rule, device: str, sample: Sample, label: str | None) -> dict[str, Any] | None:
        key = (rule.rule, device)
        found = {}
        for condition in rule.when:
            name = condition.value.replace("*", device)
            value, limit = self._value(condition, sample.values.get(name)), self._limit(condition, name, label)
            if value is None or limit is None or (value <= limit if condition.above else value >= limit):
                self._windows.pop(key, None)
                return None
            found[name] = (value, limit)
        window = self._windows.setdefault(key, _Window(sample.t))
        for name, (value, _) in found.items():
            window.values.setdefault(name, []).append(value)
        if sample.t - window.since_t < rule.sustained_s:
            return None
        evidence: dict[str, float] = {"from_t": window.since_t, "sustained_s": round(sample.t - window.since_t, 3)}
        for name, (_, limit) in found.items():
            evidence[f"{name}.mean"] = round(statistics.fmean(window.values[name]), 4)
            evidence[f"{name}.limit"] = round(limit, 4)
        return {
            "rule": rule.rule,
            "severity": rule.severity,
            "message": rule.message,
            "actions": list(rule.actions),
            "evidence": evidence,
        }

    def _value(self, condition: Condition, value: float | None) -> float | None:
        if value is None or condition.per is None:
            return value
        return value / self._divisors[condition.per]

    def _limit(self, condition: Condition, name: str, label: str | None) -> float | None:
        if condition.history is None:
            return condition.threshold
        mean = self._earlier.get(name)
        if name == "evaluations_per_s" and label is not None:
            mean = self._rates.get(label, mean)
        return None if mean is None else condition.history * mean


def _devices(rule: Rule, values: Mapping[str, float | None]) -> Iterator[str]:
    """Yield what `*` stands for: each device whose values are there; one empty text for a rule without it."""
    pattern = next((condition.value for condition in rule.when if "*" in condition.value), None)
    if pattern is None:
        yield ""
        return
    head, _, tail = pattern.partition("*")
    for name in values:
        if fnmatch.fnmatchcase(name, pattern):
            yield name[len(head) : len(name) - len(tail)]


def earlier_means(name: str, before: str, base: Path) -> dict[str, float]:
    """Return the mean of each value over the newest completed runs of a pipeline; the median of these means."""
    means: dict[str, list[float]] = {}
    for snapshot in _earlier(name, before, base):
        for value, summary in snapshot["telemetry"].items():
            if isinstance(summary, dict) and isinstance(summary.get("mean"), int | float):
                means.setdefault(value, []).append(summary["mean"])
    return {value: statistics.median(found) for value, found in means.items()}


def earlier_rates(name: str, before: str, base: Path) -> dict[str, float]:
    """Return the evaluations per second of each step, by its label, in the same runs; the median of them."""
    rates: dict[str, list[float]] = {}
    for snapshot in _earlier(name, before, base):
        for step in snapshot.get("steps", ()):
            seconds, evaluations = step.get("duration_s"), step.get("evaluations")
            if seconds and evaluations:
                rates.setdefault(str(step.get("label")), []).append(evaluations / seconds)
    return {label: statistics.median(found) for label, found in rates.items()}


def _earlier(name: str, before: str, base: Path) -> Iterator[dict[str, Any]]:
    """Yield the snapshots of the newest completed runs of a pipeline that have telemetry."""
    slug, runs = slug_of(name), 0
    for run_id in run_ids(base.parent):
        if run_id == before or run_id.split("-", 1)[1].rsplit("-", 1)[0] != slug:
            continue
        snapshot: dict[str, Any] | None = read_snapshot(base / run_id)
        if snapshot is None or snapshot.get("status") != "completed":
            continue
        if isinstance(snapshot.get("telemetry"), dict):
            runs += 1
            yield snapshot
        if runs == _MOST_EARLIER:
            return
