"""Compare what the index of an IOHprofiler log says about a run with the run's rows: length and best value."""

from __future__ import annotations

import bisect
import math

from benchbook.artifacts.interop.ioh.index import Entry, Scenario
from benchbook.artifacts.interop.ioh.rows import Logged
from benchbook.artifacts.interop.sources.shown import shown
from benchbook.errors import ArtifactError

_SOLVED = 1e-8  # ioh records no better values once a run is this close to the optimum
_CLOSE = 1e-9  # relative; by how much two printed forms of one number may differ


def fits(scenario: Scenario, entry: Entry, block: Logged) -> bool | None:
    """Return whether an entry has the length of the rows; None if it states none, or if the rows may lack their end."""
    if entry.marked is not None:
        return _row(entry.marked, block) is not None
    if entry.evaluations is None:
        return None
    if scenario.told_version and _contradicts(entry, block):
        return False
    if block.last >= entry.evaluations:
        return _has_length(scenario, entry, block)
    return None


def check(scenario: Scenario, entry: Entry, block: Logged, data: str) -> bool:
    """Compare an entry with the rows that were matched to it.

    Returns:
        Whether the best value in the index is that of the rows. Rows may be better: the logger misses some values if it
        does not log improvements.

    Raises:
        ArtifactError: The rows continue after the end stated in the entry, or lack its best value.
    """
    where = f"{shown(scenario.file)}, line {entry.line}: instance {entry.instance}"
    rows = f"its rows, from line {block.line} of {data} on,"
    if entry.marked is not None and _row(entry.marked, block) is None:
        raise ArtifactError(f"{where} ends at evaluation {entry.marked}, or is best there, but {rows} have none of it")
    if entry.evaluations is not None and entry.evaluations < block.last and not _has_length(scenario, entry, block):
        raise ArtifactError(f"{where} has {entry.evaluations} evaluations, but {rows} end at {block.last}")
    if entry.best is None or not scenario.told_version:
        return True
    if _contradicts(entry, block):
        raise ArtifactError(
            f"{where} has the value {entry.best:g} at evaluation {entry.best_at}, but {rows} have another"
        )
    sign = -1.0 if scenario.maximised else 1.0
    found = [(sign * v, half) for v, half in zip(block.values, block.rounding, strict=True) if math.isfinite(v)]
    if not found:
        return True
    best, half = min(found)
    slack = half * 1.001 + _CLOSE * abs(entry.best)
    if sign * entry.best < best - slack:
        raise ArtifactError(f"{where} has the best value {entry.best:g}, but the best of {rows} is {sign * best:g}")
    return sign * entry.best <= best + max(slack, _SOLVED)


def _has_length(scenario: Scenario, entry: Entry, block: Logged) -> bool:
    """Return whether the rows end where the entry says.

    Loggers that do not state their version wrote the last row after the entry, which has the end of the row before.
    """
    return entry.evaluations == block.last or (
        not scenario.told_version and entry.evaluations in block.evaluations[-2:]
    )


def _contradicts(entry: Entry, block: Logged) -> bool:
    """Return whether the rows have another value at the evaluation of the best one."""
    row = _row(entry.best_at, block)
    if entry.best is None or row is None:
        return False
    if not math.isfinite(entry.best):
        return math.isfinite(block.values[row])
    return abs(block.values[row] - entry.best) > block.rounding[row] * 1.001 + _CLOSE * abs(entry.best)


def _row(evaluation: int | None, block: Logged) -> int | None:
    """Return the last row of an evaluation; None if there is none."""
    if evaluation is None:
        return None
    row = bisect.bisect_right(block.evaluations, evaluation) - 1
    return row if row >= 0 and block.evaluations[row] == evaluation else None
