"""Determine the suite of the functions in an IOHprofiler log, from the log, the user and the logged values."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchbook.artifacts.interop.ioh.index import Entry, Scenario
from benchbook.artifacts.interop.sources.shown import shown
from benchbook.artifacts.interop.sources.suites import is_bbob, is_pbo, suite_key
from benchbook.errors import ArtifactError, BenchbookError, UsageError
from benchbook.problems.bbob import BbobProblem
from benchbook.typing import FloatArray

log = logging.getLogger(__name__)
_LARGEST = 200  # up to this dimension, functions are evaluated to determine their suite
# Functions that SBOX took from BBOB unchanged, as a comparison of ioh's two suites shows: f5, f9, f19 to f22 and f24.
_SHARED = frozenset({5, 9, 19, 20, 21, 22, 24})
_SUITES = frozenset({"", "bbob", "sbox", "pbo", "mabbob", "cec2013", "cec2022", "graph", "submodular",
"stardiscrepancy", "integer", "real", "benchbook"})  # fmt: skip
_BOX = 5.0  # SBOX has no values outside it
_SEARCHED = range(1, 101)  # instances searched for one that has a value
Verdicts = list[bool | None]


def told_suites(scenarios: Sequence[Scenario], suite: str | None) -> dict[int, str]:
    """Return the suite of each scenario by its `id`; empty if it cannot be determined.

    For each run, a log of IOHprofiler contains the best value and its point. If it names no suite, the functions belong
    to BBOB if BBOB's functions have these values. Those that SBOX shares unchanged belong to BBOB if other functions in
    their folder do.

    Args:
        scenarios: The scenarios.
        suite: The suite that the user gave for logs that name none.

    Raises:
        UsageError: The suite given by the user is not the one that a log names or that its values show.
        ArtifactError: Values contradict the suite or the instance that the log names.
    """
    found: dict[int, str] = {}
    unknown: dict[Path, list[tuple[Scenario, Verdicts]]] = {}
    for scenario in scenarios:
        named = suite_key(scenario.suite)
        if suite is not None and named and named != suite_key(suite):
            raise UsageError(f"suite is {suite!r}, but {scenario.place}, is of the suite {scenario.suite!r}")
        told = scenario.suite if named else suite or ""
        found[id(scenario)] = told
        _check_name(scenario, suite_key(told), suite if not named else None)
        if not is_bbob(scenario.number, scenario.name) or suite_key(told) not in ("", "bbob", "sbox"):
            continue
        verdicts = _verdicts(scenario)
        if suite_key(told):
            _check_told(scenario, verdicts, told, by_user=not named)
        else:
            unknown.setdefault(scenario.file.parent, []).append((scenario, verdicts))
    for together in unknown.values():
        proven = any(_proves(scenario, verdicts) for scenario, verdicts in together)
        for scenario, verdicts in together:
            found[id(scenario)] = _found(scenario, verdicts, proven=proven)
    return found


def _check_name(scenario: Scenario, key: str, suite: str | None) -> None:
    """Warn of functions that are not in their suite, and of suites that IOHprofiler does not have.

    Raises:
        UsageError: The user gave the suite, but the function belongs to another.
    """
    where, name = scenario.place, f"f{scenario.number} {scenario.name}"
    bbob, pbo = is_bbob(scenario.number, scenario.name), is_pbo(scenario.number, scenario.name)
    own = {"bbob": bbob, "sbox": bbob, "pbo": pbo}.get(key, True)
    if not own and suite is not None and (bbob or pbo):
        raise UsageError(
            f"suite is {suite!r}, but {where}, {name} is a function of {'BBOB or SBOX' if bbob else 'PBO'}"
        )
    if not own and scenario.name != f"f{scenario.number}":  # which is written if the name is lost
        log.warning("%s: %s is not a function of %s and is kept apart", where, name, scenario.suite or key)
    if key not in _SUITES:
        log.warning(
            "%s: the suite %r is not one of IOHprofiler's; functions are named after it", where, scenario.suite or key
        )


def _verdicts(scenario: Scenario) -> Verdicts:
    """Return for each run whether BBOB's function has its best value at its point; None if that is unclear."""
    verdicts: Verdicts = [None] * len(scenario.entries)
    places: dict[int, list[int]] = {}
    for place, entry in enumerate(scenario.entries):
        if _point(scenario, entry) is not None:
            places.setdefault(entry.instance, []).append(place)
    for instance, own in places.items():
        entries = [scenario.entries[place] for place in own]
        for place, verdict in zip(own, _agree(scenario, entries, instance), strict=True):
            verdicts[place] = verdict
    return verdicts


def _point(scenario: Scenario, entry: Entry) -> FloatArray | None:
    """Return the point of the best value, if the function can be evaluated there."""
    if entry.solution is None or entry.best is None or scenario.dim > _LARGEST:
        return None
    usable = len(entry.solution) == scenario.dim and np.isfinite(entry.solution).all() and np.isfinite(entry.best)
    return entry.solution if usable else None


def _agree(scenario: Scenario, entries: Sequence[Entry], instance: int) -> Verdicts:
    """Return whether an instance of BBOB's function has the entries' values at their points; None if in doubt."""
    try:
        problem = BbobProblem(f"bbob_f{scenario.number}", scenario.dim, instance)
    except BenchbookError:
        return [None] * len(entries)
    points = np.stack([entry.solution for entry in entries if entry.solution is not None])
    verdicts: Verdicts = []
    for value, entry in zip((problem(points) - problem.f_opt).tolist(), entries, strict=True):
        best = entry.best or 0.0
        apart, size = abs(value - best), max(abs(value), abs(best))
        # ioh's f7 is 0 where COCO's is up to 1e-6; a function of another suite is not that close by chance.
        verdicts.append(True if apart <= 1e-6 * max(size, 1.0) else False if apart > 1e-3 * size + 1e-6 else None)
    return verdicts


def _proves(scenario: Scenario, verdicts: Verdicts) -> bool:
    """Return whether the values are those of BBOB and of no other suite."""
    agreeing = [entry for entry, verdict in zip(scenario.entries, verdicts, strict=True) if verdict]
    if scenario.number not in _SHARED:
        return bool(agreeing)
    return any(entry.solution is not None and np.abs(entry.solution).max() > _BOX for entry in agreeing)


def _found(scenario: Scenario, verdicts: Verdicts, *, proven: bool) -> str:
    """Return the suite of a scenario that names none; empty, with a warning, if it cannot be determined."""
    shared = scenario.number in _SHARED
    if True in verdicts and False in verdicts and not shared:
        entry = scenario.entries[verdicts.index(False)]
        raise ArtifactError(
            f"{_where(scenario, entry)}: the best value is not that of BBOB's function at its point, but those of "
            "other runs are"
        )
    if True in verdicts and False not in verdicts and (proven or not shared):
        return "BBOB"
    both = "; BBOB and SBOX have these values" if shared and True in verdicts else ""
    log.warning(
        "%s: no suite is named; %s in %d-D may be a function of BBOB or of SBOX%s and is taken for neither; choose one "
        "with --suite", scenario.place, scenario.name, scenario.dim, both,
    )  # fmt: skip
    return ""


def _check_told(scenario: Scenario, verdicts: Verdicts, told: str, *, by_user: bool) -> None:
    """Compare the suite given by the log or the user with the values."""
    if suite_key(told) == "sbox":
        odd = [entry for entry, verdict in zip(scenario.entries, verdicts, strict=True) if verdict]
        if odd and _proves(scenario, verdicts):
            raise _other(scenario, odd[0], told, "the best value is that of BBOB's function at its point", by_user)
        return
    odd = [entry for entry, verdict in zip(scenario.entries, verdicts, strict=True) if verdict is False]
    if not odd:
        return
    entry = odd[0]
    said = "the best value is not that of BBOB's function at its point"
    if by_user:
        raise _other(scenario, entry, told, said, by_user)
    for instance in _instances(scenario.entries):
        if instance != entry.instance and _agree(scenario, [entry], instance) == [True]:
            raise ArtifactError(
                f"{_where(scenario, entry)}: the best value is that of instance {instance} at its point"
            )
    log.warning("%s: %s (%d runs)", _where(scenario, entry), said, len(odd))


def _instances(entries: Iterable[Entry]) -> list[int]:
    return sorted({*_SEARCHED, *(entry.instance for entry in entries)})


def _other(scenario: Scenario, entry: Entry, told: str, said: str, by_user: bool) -> BenchbookError:
    if by_user:
        return UsageError(f"suite is {told!r}, but in {_where(scenario, entry)}, {said}")
    return ArtifactError(f"{_where(scenario, entry)}: the suite is {told!r}, but {said}")


def _where(scenario: Scenario, entry: Entry) -> str:
    return f"{shown(scenario.file)}, line {entry.line}: instance {entry.instance} in {scenario.dim}-D"
