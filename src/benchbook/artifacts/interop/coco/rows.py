"""COCO's data files: the rows of each run, and which of them count as target hits."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchbook.artifacts.interop.sources.numbers import number, whole
from benchbook.artifacts.interop.sources.shown import invalid, lines, shown
from benchbook.errors import UsageError

log = logging.getLogger(__name__)
_OPTIMUM = re.compile(r"(?:Fopt \(|reference value = )([^),]*)")
_INSTANCE = re.compile(r"instance = ([0-9]{1,15})\b")
_RAW = re.compile(r"best noise-free fitness(?! - Fopt)")  # the header of a logger that knows no optimum
_ROUNDING = 1e-9  # relative; ten digits are printed, and cocopp treats values this close as equal
NEW_STEPS, OLD_STEPS = 20, 5  # targets per factor of ten that get a row in .dat
_HARDEST = 1e-8  # a .dat file has no rows for targets below this


@dataclass(slots=True, kw_only=True)
class Logged:
    """The rows of one run in one data file.

    Attributes:
        line: Line of its header.
        optimum: The value that was subtracted, according to the header.
        instance: The instance, if the header states it.
        counts_constraints: Whether the second column counts evaluations of constraints.
        counts_both: Whether the first column counts evaluations of function and constraints, as COCO 2.0 to 2.3 did.
        raw: Whether the values are not precisions, because the logger did not know the optimum.
        functions: Evaluations of the function at each row.
        spent: Evaluations of function and constraints at each row.
        values: Best precision or indicator at each row.
        columns: Number of columns; 0 without rows.
        late: Line and evaluation of the first row, if that is not evaluation 1.
        timed: The same run in the `.tdat` file.
        best: The best value of the `.dat` file, or of the `.tdat` file if that ends later; None without values.
    """

    line: int
    optimum: float | None = None
    instance: int | None = None
    counts_constraints: bool = False
    counts_both: bool = False
    raw: bool = False
    functions: list[int] = field(default_factory=list)
    spent: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    columns: int = 0
    late: tuple[int, int] | None = None
    timed: Logged | None = None
    best: float | None = None

    @property
    def last(self) -> int:
        """Evaluations of the function at the last row of both files; 0 without rows."""
        return max([*self.functions[-1:], *(self.timed.functions[-1:] if self.timed else ())], default=0)

    @property
    def last_spent(self) -> int:
        """All evaluations at the last row of both files; 0 without rows."""
        return max([*self.spent[-1:], *(self.timed.spent[-1:] if self.timed else ())], default=0)

    def settle(self) -> None:
        """Set the best value once all rows have been read."""
        later = self.timed is not None and self.timed.functions[-1:] > self.functions[-1:]
        found = [*self.values, *(self.timed.values if self.timed and later else ())]
        self.best = min((value for value in found if math.isfinite(value)), default=None)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.functions)


def read_rows(file: Path, *, indicator: bool = False) -> Iterator[Logged]:
    """Yield the runs of a data file, one per header; a run that was killed at once has no rows.

    As in cocopp, evaluations of constraints count like those of the function.

    Args:
        file: The data file.
        indicator: Whether it contains an indicator of several objectives; then several lines form one header.

    Raises:
        ArtifactError: Rows precede the first header or are torn, or evaluations decrease.
        UsageError: The file contains a reference algorithm of cocopp, which has running times but no runs.
    """
    current: Logged | None = None
    for place, line in enumerate(lines(file), start=1):
        text = line.strip("\0 \t")
        if not text:
            if "\0" in line:
                log.warning("%s, line %d: left out, NUL bytes", shown(file), place)
            continue
        if text.startswith("%"):
            if current is None or len(current) or not indicator:
                if current is not None:
                    yield current
                current = Logged(line=place)
            if "algorithm type = best" in text:
                raise UsageError(
                    f"{shown(file)}, line {place}: this is a reference algorithm of cocopp, with one running time per "
                    "target and no runs"
                )
            _read_header(current, text)
        elif current is None:
            raise invalid(file, place, "a row before the first header, which begins with %")
        else:
            _read_row(current, file, place, text, 1 if indicator else 2)
    if current is not None:
        yield current


def _read_header(run: Logged, text: str) -> None:
    if found := _OPTIMUM.search(text):
        run.optimum = number(found[1])
    if found := _INSTANCE.search(text):
        run.instance = int(found[1])
    if "f + g evaluations" in text:
        run.counts_both = True
    elif "g evaluations" in text:
        run.counts_constraints = True
    if _RAW.search(text):
        run.raw = True


def _read_row(run: Logged, file: Path, place: int, text: str, column: int) -> None:
    """Add a row; each must have as many columns as the first row of its run, which shows rows torn within a number."""
    fields = text.split()
    known = len(fields) > column and len(fields) >= run.columns
    functions, best = (whole(fields[0]), number(fields[column])) if known else (None, None)
    constraints = whole(fields[1]) if known and run.counts_constraints else 0
    if functions is None or best is None or constraints is None:
        raise invalid(file, place, f"torn or not a row of numbers: {text[:60]!r}")
    if functions == 0:
        log.warning("%s, line %d: left out, it precedes the first evaluation", shown(file), place)
        return
    run.columns = len(fields)
    if not len(run) and functions != 1 and not run.counts_both:
        run.late = (place, functions)
    if len(run) and functions < run.functions[-1]:
        raise invalid(
            file,
            place,
            f"evaluation {functions} follows {run.functions[-1]}; rows of another run, or a header is missing",
        )
    if not math.isfinite(best):
        log.warning("%s, line %d: no value yet (%s)", shown(file), place, fields[column])
    run.functions.append(functions)
    run.spent.append(functions + constraints)
    run.values.append(best)


def timed_rows(hits: Logged, timed: Logged, steps: int) -> tuple[list[int], list[float], int]:
    """Return the rows of a `.tdat` run that do not contradict its `.dat` run, and how many were left out.

    A `.dat` file has a row at each first hit of a target 10^(k/steps). Between two of its rows, therefore, the best
    precision was above the next of these targets, even if ten printed digits suggest otherwise (10.0000000001 prints as
    10).

    Args:
        hits: The run of the `.dat` file.
        timed: The same run of the `.tdat` file.
        steps: Targets per factor of ten.
    """
    spent, values, denied = [], [], 0
    row, best, limit = -1, math.inf, math.inf
    for at, value in zip(timed.spent, timed.values, strict=True):
        while row + 1 < len(hits) and hits.spent[row + 1] <= at:
            row += 1
            if hits.values[row] < best:
                best = hits.values[row]
                limit = -math.inf if hits.raw else next_target(best, steps)
        if not value < best:
            continue
        if value > limit:
            spent.append(at)
            values.append(value)
        elif value >= limit * (1 - _ROUNDING) and math.isfinite(limit):
            spent.append(at)
            values.append(math.nextafter(limit, math.inf))
        else:
            denied += 1
    return spent, values, denied


def next_target(best: float, steps: int) -> float:
    """Return the next target below the best precision, which was not reached; 0 if it is beyond the hardest target."""
    if best <= _HARDEST:
        return -math.inf
    reached = best / (1 + _ROUNDING)
    target = math.pow(10.0, math.floor(math.log10(reached) * steps) / steps)
    while target >= reached:
        target *= math.pow(10.0, -1 / steps)
    return max(target, _HARDEST)
