"""Compare what the index of a COCO log says about a run with the run's rows: length, last value, instance."""

from __future__ import annotations

import functools
import logging

from benchbook.artifacts.interop.coco.index import Entry, Segment
from benchbook.artifacts.interop.coco.rows import OLD_STEPS, Logged, next_target
from benchbook.artifacts.interop.sources.numbers import number
from benchbook.errors import ArtifactError
from benchbook.problems.bbob import legacy
from benchbook.problems.bbob.noisy import base_of
from benchbook.problems.coco import factor_of
from benchbook.problems.suites import tables

log = logging.getLogger(__name__)
_BY_COCO = {"coco_version", "data_format"}  # fields that its loggers have written since 2015
_PRECISION = 1e-8  # the final precision of a log that does not state one
_PRINTED = 1e-9  # relative; the rows print ten digits
_INSTANCES = range(1, 201)  # COCO has used 1 to 120
_BIOBJ = "bbob_biobj"
_TABLES = {"bbob_constrained": "bbob_constrained_f_opt", _BIOBJ: "bbob_biobj_hypervolume"}
_MOST_INSTANCE = 2**31 // 10_000 - 1  # COCO's seeds overflow beyond this


def fits(segment: Segment, entry: Entry, block: Logged) -> bool | None:
    """Return whether an entry has the instance, length and last value of the rows; None if it states none of them."""
    if block.instance is not None and block.instance != entry.instance:
        return False
    if _differs(segment, entry, block) and _instance_of(_family(segment), segment.number, segment.dim, block.optimum):
        return False
    if entry.evaluations is None:
        return None
    if not (has_length(segment, entry, block) and has_final(segment, entry, block)):
        return False
    return None if is_open(segment, block) and entry.evaluations > block.last else True


def is_open(segment: Segment, block: Logged) -> bool:
    """Return whether the rows may lack the end of a run.

    Loggers before COCO 2.4 wrote no last row to the `.dat` file, and here the `.tdat` file is missing.
    """
    return block.timed is None and "data_format" not in segment.header and not segment.indicator


def has_length(segment: Segment, entry: Entry, block: Logged) -> bool:
    """Return whether the rows have the length stated in a closed entry.

    Logs of constrained problems by COCO 2.0 to 2.3 count evaluations of function and constraints in their rows, but
    only evaluations of the function in their index.
    """
    if entry.evaluations is None:
        return True
    if block.counts_both:
        return entry.evaluations <= block.last
    return entry.evaluations == block.last or (is_open(segment, block) and entry.evaluations > block.last)


def has_final(segment: Segment, entry: Entry, block: Logged) -> bool:
    """Return whether the last value stated in an entry is the best value of the rows.

    Loggers before 2015 printed it minus the final precision, so both are accepted.
    """
    best = block.best
    if entry.final is None or best is None:
        return True
    slack = entry.rounding * (1 + 1e-6) + _PRINTED * abs(best)
    told = number(segment.header.get("Precision", ""))
    less = _PRECISION if told is None or block.raw else told
    lowest = best
    if is_open(segment, block) and entry.evaluations != block.last:
        lowest = next_target(best, OLD_STEPS)  # later values may be better as long as they reach no further target
    return lowest - less - slack <= entry.final <= best + slack


def check(segment: Segment, entry: Entry, block: Logged) -> None:
    """Compare an entry with the rows that were matched to it.

    Raises:
        ArtifactError: Their lengths or last values differ.
    """
    where = f"{segment.place}: instance {entry.instance}"
    if not has_length(segment, entry, block):
        raise ArtifactError(
            f"{where} has {entry.evaluations} evaluations, but its rows, from line {block.line} of its data file on, "
            f"end at {block.last}"
        )
    if not has_final(segment, entry, block):
        said = (
            f"{where} ends at the value {entry.final:g}, but the best of its rows, from line {block.line} of its data "
            f"file on, is {block.best:g}"
        )
        if segment.header.get("data_format", "bbob").startswith("bbob") and not _BY_COCO.isdisjoint(segment.header):
            raise ArtifactError(said)
        log.warning("%s", said)  # ports of the first loggers and similar formats print other values here


def has_optimum(segment: Segment, entry: Entry, block: Logged) -> bool:
    """Return whether the header of the rows states the optimum of their instance, as far as benchbook knows it.

    Raises:
        ArtifactError: It states the optimum of another instance.
    """
    if not _differs(segment, entry, block):
        return True
    if (other := _instance_of(_family(segment), segment.number, segment.dim, block.optimum)) is not None:
        raise ArtifactError(
            f"{segment.place}: the header of the rows of instance {entry.instance}, on line {block.line} of its data "
            f"file, states the optimum {block.optimum:g}, which belongs to instance {other}"
        )
    return False


def _differs(segment: Segment, entry: Entry, block: Logged) -> bool:
    """Return whether the optimum in the header of the rows is not that of their instance."""
    known = _optimum(_family(segment), segment.number, segment.dim, entry.instance)
    if known is None or block.optimum is None or block.raw or block.counts_both:
        return False
    return not _near(block.optimum, known)


def _family(segment: Segment) -> str:
    """Return the family of the function; empty for an indicator other than the hypervolume."""
    return segment.function.rsplit("_f", 1)[0] if segment.indicator in ("", "hyp") else ""


@functools.lru_cache(maxsize=10_000)
def _instance_of(family: str, number_of: int, dim: int, optimum: float | None) -> int | None:
    """Return the first instance with this optimum; None if no instance that COCO uses has it."""
    if optimum is None or family == _BIOBJ:
        return None
    known = ((instance, _optimum(family, number_of, dim, instance)) for instance in _INSTANCES)
    return next((instance for instance, value in known if value is not None and _near(optimum, value)), None)


@functools.lru_cache(maxsize=10_000)
def _optimum(family: str, number_of: int, dim: int, instance: int) -> float | None:
    """Return what COCO subtracts from the values of an instance; None if benchbook does not know it.

    For two objectives it is the largest known hypervolume, which differs between versions of COCO.
    """
    if not 1 <= instance <= _MOST_INSTANCE:
        return None
    if family in _TABLES:
        inside = dim in tables.DIMS and instance <= tables.INSTANCES
        return tables.known_value(_TABLES[family], number_of, dim, instance) if inside else None
    if family not in ("bbob", "bbob_noisy", "bbob_largescale", "bbob_mixint", "sbox"):
        return None
    base = base_of(number_of) if family == "bbob_noisy" else number_of
    return factor_of(family, number_of) * legacy.offset(legacy.seed_of(base, instance))


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * abs(other) + 1e-9
