"""IOHprofiler's data files: the rows of each run."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchbook.artifacts.interop.sources.numbers import number, rounding, whole
from benchbook.artifacts.interop.sources.shown import invalid, lines, shown
from benchbook.errors import ArtifactError, UsageError

log = logging.getLogger(__name__)
_HEADER = re.compile(r'"[^"]*"|\S+')
_OBJECTIVE = re.compile(r"(?:raw_?y|y|f|obj|objective|fitness)[_ ]?[0-9]+", re.IGNORECASE)
RAW = "raw_y"
OLD_RAW = "best-so-far f(x)"
OLD_SHOWN = "best af(x)+b"
_CLOCKS = ("evaluations", "function evaluation")


@dataclass(slots=True, kw_only=True)
class Logged:
    """The rows of one run.

    Attributes:
        line: Line of its header.
        evaluations: Evaluation of each row.
        values: Value of each row.
        rounding: By how much each printed value may differ from the true one.
        shown: In the older layout, the value with the function's scale and offset, of the last row.
        columns: Number of columns; 0 without rows.
        late: Line and evaluation of the first row, where that is not evaluation 1.
    """

    line: int
    evaluations: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    rounding: list[float] = field(default_factory=list)
    shown: float | None = None
    columns: int = 0
    late: tuple[int, int] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.evaluations)

    @property
    def last(self) -> int:
        """Evaluation of the last row; 0 without rows."""
        return self.evaluations[-1] if self.evaluations else 0


def read_rows(file: Path, objective: str | None) -> Iterator[Logged]:
    """Yield the runs of a data file; each begins with a line that names the columns.

    Args:
        file: The data file.
        objective: The column of the values; None: `raw_y`, or the best raw value of the older layout.

    Raises:
        ArtifactError: Rows precede the first header or are torn, evaluations decrease, or no column has the values.
        UsageError: There are several objectives and none was chosen.
    """
    current: Logged | None = None
    column = other = -1
    for place, line in enumerate(lines(file), start=1):
        text = line.strip("\0 \t")
        if not text or text.startswith("%"):
            continue
        names = [name.strip('"') for name in _HEADER.findall(text)] if text[0].isalpha() or text[0] == '"' else []
        if names and names[0] in _CLOCKS:
            if current is not None:
                yield current
            column, current = _column(file, place, names, objective), Logged(line=place)
            other = names.index(OLD_SHOWN) if OLD_SHOWN in names else -1
        elif current is None:
            raise invalid(file, place, "a row before the first header, which names the columns")
        else:
            _read_row(current, file, place, text, column, other)
    if current is not None:
        yield current


def several_objectives(names: list[str]) -> list[str]:
    """Return the columns that are objectives if there are several; an empty list otherwise.

    Examples:
        >>> several_objectives(["evaluations", "raw_y", "F2"]), several_objectives(["evaluations", "raw_y", "x0"])
        (['raw_y', 'F2'], [])
    """
    found = [name for name in names if name == RAW or _OBJECTIVE.fullmatch(name)]
    return found if len(found) > 1 else []


def _column(file: Path, place: int, names: list[str], objective: str | None) -> int:
    where = f"{shown(file)}, line {place}"
    if objective is not None:
        if objective not in names:
            raise UsageError(f"objective is {objective!r}, but the columns of {where} are {', '.join(names)}")
        return names.index(objective)
    if objectives := several_objectives(names):
        raise UsageError(
            f"{where}: there are {len(objectives)} objectives ({', '.join(objectives)}); choose one with --objective"
        )
    for name in (RAW, OLD_RAW):
        if name in names:
            return names.index(name)
    raise ArtifactError(f"{where}: columns are {names}, expected {RAW} among them")


def _read_row(run: Logged, file: Path, place: int, text: str, column: int, other: int) -> None:
    """Add a row; if its value is `None`, which the logger writes for missing values, it is left out with a warning."""
    fields = text.split()
    known = len(fields) > max(column, other) and len(fields) >= run.columns
    evaluations, value = (whole(fields[0]), number(fields[column])) if known else (None, None)
    missing = known and fields[column] == "None"
    if not evaluations or (value is None and not missing):
        raise invalid(file, place, f"torn or not a row of numbers: {text[:60]!r}")
    run.columns = len(fields)
    if value is None:
        log.warning("%s, line %d: left out, its value is None", shown(file), place)
        return
    if not len(run) and evaluations != 1:
        run.late = (place, evaluations)
    if evaluations < run.last:
        raise invalid(
            file, place, f"evaluation {evaluations} follows {run.last}; rows of another run, or a header is missing"
        )
    if not math.isfinite(value):
        log.warning("%s, line %d: no value yet (%s)", shown(file), place, fields[column])
    run.evaluations.append(evaluations)
    run.values.append(value)
    # A whole number without decimals is exact: the logger prints ten decimals if it rounds.
    run.rounding.append(rounding(fields[column]) if "." in fields[column] else 0.0)
    if other >= 0:
        run.shown = number(fields[other])
