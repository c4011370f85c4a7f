"""What the index of a COCO log tells of a run, compared with the run's rows: length, last value, instance."""

from __future__ import annotations

import functools
import logging

from benchbook.artifacts.interop.coco.index import Entry, Segment
from benchbook.artifacts.interop.coco.rows import Logged
from benchbook.artifacts.interop.sources.numbers import number
from benchbook.artifacts.interop.sources.shown import shown
from benchbook.errors import ArtifactError
from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.noisy import base_of

log = logging.getLogger(__name__)
_PRECISION = 1e-8  # the final precision of a log that tells none
_PRINTED = 1e-9  # relative; the rows print ten digits
_INSTANCES = range(1, 201)  # COCO has used 1 to 120
_MOST_INSTANCE = 2**31 // 10_000 - 1  # beyond, the seeds of COCO overflow


def fits(segment: Segment, entry: Entry, block: Logged) -> bool | None:
    """Return whether an entry tells the instance, the length and the last value of rows; None if it tells none."""
    if block.instance is not None and block.instance != entry.instance:
        return False
    if entry.evaluations is None:
        return None
    return has_length(entry, block) and has_final(segment, entry, block)


def has_length(entry: Entry, block: Logged) -> bool:
    """Return whether rows have the length that a closed entry tells.

    The constrained logs of COCO 2.0 to 2.3 count evaluations of function and constraints in their rows, and those of
    the function in their index.
    """
    if entry.evaluations is None:
        return True
    return entry.evaluations <= block.last if block.counts_both else entry.evaluations == block.last


def has_final(segment: Segment, entry: Entry, block: Logged) -> bool:
    """Return whether the last value that an entry tells is the best of the rows.

    The loggers of before 2015 print it minus the final precision, so that both are accepted.
    """
    best = block.best
    if entry.final is None or best is None:
        return True
    slack = entry.rounding * (1 + 1e-6) + _PRINTED * abs(best)
    told = number(segment.header.get("Precision", ""))
    less = _PRECISION if told is None or block.raw else told
    return best - less - slack <= entry.final <= best + slack


def check(segment: Segment, entry: Entry, block: Logged) -> None:
    """Compare an entry with the rows that were matched to it.

    Raises:
        ArtifactError: Their lengths or last values differ, or the rows are known to be of another instance.
    """
    where = f"{shown(segment.file)}, line {segment.line}: instance {entry.instance}"
    if not has_length(entry, block):
        raise ArtifactError(
            f"{where} has {entry.evaluations} evaluations, but its rows, from line {block.line} of its data file on, end "
            f"at {block.last}"
        )
    if not has_final(segment, entry, block):
        said = (
            f"{where} ends at the value {entry.final:g}, but the best of its rows, from line {block.line} of its data "
            f"file on, is {block.best:g}"
        )
        if "coco_version" in segment.header or "data_format" in segment.header:
            raise ArtifactError(said)
        log.warning("%s", said)  # ports of the first loggers print other values here


def has_optimum(segment: Segment, entry: Entry, block: Logged) -> bool:
    """Return whether the header of rows tells the optimum of their instance, as far as benchbook knows it.

    Raises:
        ArtifactError: It tells the optimum of another instance.
    """
    number_of = _bbob_number(segment)
    if number_of is None or block.optimum is None or block.raw or not 1 <= entry.instance <= _MOST_INSTANCE:
        return True
    if _near(block.optimum, legacy.offset(legacy.seed_of(number_of, entry.instance))):
        return True
    others = [instance for value, instance in _optima(number_of) if _near(block.optimum, value)]
    if others:
        raise ArtifactError(
            f"{shown(segment.file)}, line {segment.line}: the header of the rows of instance {entry.instance}, on line "
            f"{block.line} of its data file, tells the optimum {block.optimum:g}, which is that of instance {others[0]}"
        )
    return False


def _bbob_number(segment: Segment) -> int | None:
    """Return the number of the BBOB function that has the same optima; None for a function of another kind."""
    family = segment.function.rsplit("_f", 1)[0]
    if family == "bbob_noisy":
        return base_of(segment.number)
    return segment.number if family in ("bbob", "bbob_largescale", "sbox") else None


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(1.0, abs(other))


@functools.cache
def _optima(number_of: int) -> tuple[tuple[float, int], ...]:
    """Return the optima of the instances of a BBOB function."""
    return tuple((legacy.offset(legacy.seed_of(number_of, instance)), instance) for instance in _INSTANCES)
