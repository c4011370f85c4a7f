"""Verify: repeat a run from its artifact, and name the differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from benchbook.artifacts.run_document import comparable_digests
from benchbook.errors import UsageError
from benchbook.optimizers import OptimizerChoice
from benchbook.optimizers import optimizer as choose
from benchbook.problems import OwnFunction, from_callable
from benchbook.problems import problem as make_problem
from benchbook.protocols import Optimizer, Problem
from benchbook.records import ArchiveRecord, RunRecord
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun, planned_run
from benchbook.studies.runs.provenance import environment_key
from benchbook.typing import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The outcome of `verify`.

    Attributes:
        identical: Whether the content digests agree: bit-identical.
        differences: What differs in the content, in words; empty if identical.
        reasons: What differs in code, arithmetic or environment, in words; these may explain a different content.
        again: The new run.
    """

    identical: bool
    differences: tuple[str, ...]
    reasons: tuple[str, ...]
    again: RunRecord


def verify(
    record: RunRecord,
    *,
    optimizer: str | Callable[..., Optimizer] | None = None,
    function: Problem | Callable[[FloatArray], Any] | None = None,
    vectorized: bool = False,
) -> Verification:
    """Repeat a recorded run, and compare.

    Args:
        record: The run to verify.
        optimizer: The class, if the run used your own class.
        function: The callable or problem, if the run used your own; a callable gets the bounds and the `f_opt` of the
            record.
        vectorized: Whether the callable takes points `(n, dim)` and returns `(n,)`, as in the run.

    Raises:
        UsageError: `record` is not a run record, or optimizer or problem are not in the catalog and were not given.

    Examples:
        >>> import benchbook as bb
        >>> verify(bb.run("manta_ray_foraging", "ackley", dim=2, instance=1, seed=3, budget=200)).identical
        True
        >>> own = bb.run("whale", abs, bounds=(-1, 2), dim=1, seed=1, budget=50)
        >>> verify(own, function=abs).identical
        True
    """
    if not isinstance(record, RunRecord):  # callers may be untyped
        raise UsageError(f"record is {record!r}, expected the record of a run: bb.load reads one from a file")
    if function is not None and not isinstance(function, Problem):
        function = _own_problem(record, function, vectorized=vectorized)
    again = execute(planned_again(record, optimizer=optimizer, function=function))
    then, now = comparable_digests(record, again)
    identical = then == now
    return Verification(
        identical=identical,
        differences=() if identical else tuple(content_differences(record, again)),
        reasons=tuple(circumstance_differences(record, again)),
        again=again,
    )


def planned_again(
    record: RunRecord,
    *,
    optimizer: str | Callable[..., Optimizer] | None = None,
    function: Problem | None = None,
) -> PlannedRun:
    """Plan the run of a record again; see `verify`."""
    return planned_run(
        _optimizer(record, optimizer),
        function or _problem(record),
        seed=record.seed,
        budget=record.budget,
        target=record.target,
        stagnation=record.stagnation,
    )


def content_differences(then: RunRecord, now: RunRecord) -> list[str]:
    """Return in words what differs in what must be reproduced."""
    found = []
    for name in ("seed", "budget", "evaluations", "stop"):
        a, b = getattr(then, name), getattr(now, name)
        if a != b:
            found.append(f"{name}: {a} then, {b} now")
    if then.optimizer.settings != now.optimizer.settings:
        found.append(f"settings: {dict(then.optimizer.settings)} then, {dict(now.optimizer.settings)} now")
    found += _history_differences(then, now)
    if then.archive is not None and now.archive is not None and then.archive != now.archive:
        found.append(f"archive: {_archive_difference(then.archive, now.archive)}")
    a, b = then.best_solution, now.best_solution
    if (a is None) != (b is None):
        found.append(f"solution: {'none' if a is None else 'one'} then, {'none' if b is None else 'one'} now")
    elif a is not None and b is not None and not np.array_equal(a, b):
        same_length = len(a) == len(b)
        found.append(f"solution: largest difference {np.abs(a - b).max():.3g}" if same_length else "solution: length")
    return found


def circumstance_differences(then: RunRecord, now: RunRecord) -> list[str]:
    """Return in words what differs in code, arithmetic and environment."""
    found = []
    if then.version != now.version:
        found.append(f"benchbook: {then.version} then, {now.version} now")
    a, b = then.environment, now.environment
    if then.code_digest != now.code_digest and environment_key(a) == environment_key(b):
        found.append("code: optimizer, problem or loop have changed since")
    elif then.code_digest != now.code_digest:
        found.append("environment: it has changed, as listed below; whether the code has changed, too, is unknown")
    for field in fields(a.arithmetic):
        x, y = getattr(a.arithmetic, field.name), getattr(b.arithmetic, field.name)
        if x != y:
            found.append(f"arithmetic, {field.name}: {_plain(x)} then, {_plain(y)} now")
    found += [
        f"environment, {name}: {getattr(a, name)} then, {getattr(b, name)} now"
        for name in ("python", "platform", "cpu")
        if getattr(a, name) != getattr(b, name)
    ]
    for package in sorted(set(a.packages) | set(b.packages)):
        x, y = a.packages.get(package, "none"), b.packages.get(package, "none")
        if x != y:
            found.append(f"environment, {package}: {x} then, {y} now")
    return found


def _history_differences(then: RunRecord, now: RunRecord) -> list[str]:
    a, b = then.history, now.history
    most = min(len(a.evaluations), len(b.evaluations))
    differs = (a.evaluations[:most] != b.evaluations[:most]) | (a.best_values[:most] != b.best_values[:most])
    if np.any(differs):
        k = int(np.argmax(differs))
        return [
            f"history from evaluation {min(a.evaluations[k], b.evaluations[k])}: "
            f"value {a.best_values[k]:.17g} at {a.evaluations[k]} then, "
            f"{b.best_values[k]:.17g} at {b.evaluations[k]} now"
        ]
    if len(a.evaluations) != len(b.evaluations):
        longer = a if len(a.evaluations) > most else b
        return [
            f"history from evaluation {longer.evaluations[most]}: "
            f"{len(a.evaluations)} improvements then, {len(b.evaluations)} now"
        ]
    return []


def _archive_difference(a: ArchiveRecord, b: ArchiveRecord) -> str:
    if len(a.evaluations) != len(b.evaluations):
        return f"{len(a.evaluations)} points then, {len(b.evaluations)} now"
    columns = zip((a.evaluations, a.first, a.second), (b.evaluations, b.first, b.second), strict=True)
    differs = np.any([x != y for x, y in columns], axis=0)
    if not differs.any():
        return "ideal point, nadir point or precision"
    k = int(np.argmax(differs))
    return f"from evaluation {min(a.evaluations[k], b.evaluations[k])}"


def _optimizer(record: RunRecord, given: str | Callable[..., Optimizer] | None) -> OptimizerChoice:
    try:
        return choose(given or record.optimizer.name, **record.optimizer.settings)
    except UsageError as error:
        raise UsageError(
            f"cannot run {record.optimizer.name!r} again: {error}; "
            f"your own class is passed to bb.verify(record, optimizer=...)"
        ) from error


def _own_problem(record: RunRecord, function: Callable[[FloatArray], Any], *, vectorized: bool) -> Problem:
    had = record.problem
    if isinstance(function, OwnFunction):  # it has its own bounds, constraints and variables
        return function.problem(had.name, had.dim, had.instance)
    return from_callable(
        function,
        bounds=(had.lower.tolist(), had.upper.tolist()),
        vectorized=vectorized,
        f_opt=had.f_opt,
        name=had.name,
        instance=had.instance,
    )


def _problem(record: RunRecord) -> Problem:
    try:
        return make_problem(record.problem.name, dim=record.problem.dim, instance=record.problem.instance)
    except UsageError as error:
        raise UsageError(
            f"cannot evaluate {record.problem.name!r} again, it was a user-defined function; "
            f"pass it to bb.verify(record, function=...)"
        ) from error


def _plain(value: object) -> str:
    return " ".join(value) or "none" if isinstance(value, tuple) else str(value)
