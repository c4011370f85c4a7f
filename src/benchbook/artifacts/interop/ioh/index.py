"""IOHprofiler's index: the JSON file of a function."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.interop.ioh.places import Path as Place
from benchbook.artifacts.interop.ioh.places import lines_of
from benchbook.artifacts.interop.ioh.rows import RAW, several_objectives
from benchbook.artifacts.interop.sources.finding import data_file_of
from benchbook.artifacts.interop.sources.numbers import count, whole
from benchbook.artifacts.interop.sources.shown import invalid, shown
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import read_bytes
from benchbook.typing import FloatArray

log = logging.getLogger(__name__)
MOST_DIM = 1_000_000
TOOL = "IOHprofiler"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A run listed in an index.

    Attributes:
        instance: Its instance.
        line: The line of the index on which it begins.
        evaluations: Evaluations spent; None if not stated.
        marked: In the older layout, the evaluation of the last or the best row; None if not stated.
        best_at: Evaluation of the best value; None if not stated.
        best: The best value, with all its digits; None if not stated.
        solution: The point of the best value; None if not stated.
    """

    instance: int
    evaluations: int | None
    line: int = 1
    marked: int | None = None
    best_at: int | None = None
    best: float | None = None
    solution: FloatArray | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Scenario:
    """A function in one dimension, the data file of its runs, and their entries in the index.

    Attributes:
        file: The index file.
        line: The line on which it begins.
        suite: Name of the suite, as given in the log.
        number: Number of the function.
        name: Name of the function.
        maximised: Whether it is maximised.
        optimizer: Name of the optimizer.
        tool: The tool, and its version.
        dim: Dimension.
        data: The data file.
        entries: The runs, in order.
    """

    file: Path
    line: int
    suite: str
    number: int
    name: str
    maximised: bool
    optimizer: str
    tool: str
    dim: int
    data: Path
    entries: list[Entry]

    @property
    def place(self) -> str:
        """The index file and the line in it, for messages."""
        return f"{shown(self.file)}, line {self.line}"

    @property
    def told_version(self) -> bool:
        """Whether the log states the version of its logger; the index of such a log is correct to the last row."""
        return self.tool != TOOL


def read_json(file: Path, objective: str | None) -> Iterator[Scenario]:
    """Yield the scenarios of an index.

    Raises:
        ArtifactError: The file is not JSON in the format of IOHprofiler, or a data file is outside its folder.
        UsageError: There are several objectives and none was chosen.
    """
    content = read_bytes(file)
    try:
        document: Any = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise invalid(file, error.lineno, f"not JSON: {error.msg}") from error
    parts = _Parts(file, lines_of(content.decode()))
    number = parts.take(document, "function_id")
    if whole(str(number)) is None:
        raise parts.error(f"function_id is {number!r}, expected a whole number", "function_id")
    maximised = document.get("maximization")
    if maximised not in (True, False, None):
        raise parts.error(f"maximization is {maximised!r}, expected true or false", "maximization")
    head: dict[str, Any] = {
        "suite": str(document.get("suite", "")),
        "number": whole(str(number)),
        "name": parts.take(document, "function_name", kind=str),
        "maximised": maximised is True,
        "optimizer": parts.take(parts.take(document, "algorithm", kind=dict), "algorithm", "name", kind=str)
        or "unnamed",
        "tool": f"{TOOL} {document.get('version', '')}".strip(),
    }
    # The first loggers with a JSON index give the names of the columns only in the data files.
    named = parts.take(document, "attributes", kind=list) if "attributes" in document else [RAW]
    attributes = [str(item) for item in named]
    scenarios = parts.take(document, "scenarios", kind=list)
    runs = [parts.take(item, "scenarios", at, "runs", kind=list) for at, item in enumerate(scenarios)]
    _check_objectives(parts, document, attributes, runs, objective)
    for at, (item, own) in enumerate(zip(scenarios, runs, strict=True)):
        dim, path = (parts.take(item, "scenarios", at, name) for name in ("dimension", "path"))
        line = parts.line("scenarios", at)
        if not 1 <= count(dim) <= MOST_DIM:
            said = f"dimension is {dim!r}, expected a whole number from 1 on"
            raise parts.error(said, "scenarios", at, "dimension")
        entries = [
            _entry(file, parts.line("scenarios", at, "runs", place), run, of_raw=objective in (None, RAW))
            for place, run in enumerate(own)
        ]
        yield Scenario(file=file, line=line, dim=dim, data=data_file_of(file, line, str(path)), entries=entries, **head)


class _Parts:
    """The parts of an index, with their lines for error messages."""

    def __init__(self, file: Path, lines: Mapping[Place, int]) -> None:
        self._file = file
        self._lines = lines

    def line(self, *path: str | int) -> int:
        """Return the line of a part, or of the object that should contain it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def error(self, said: str, *path: str | int) -> ArtifactError:
        """Return an error about a part."""
        return invalid(self._file, self.line(*path), said)

    def take(self, holder: Any, *path: str | int, kind: type = object) -> Any:
        """Return the part at the end of a path, from the object that contains it.

        Raises:
            ArtifactError: It is missing or has another type.
        """
        name = ".".join(map(str, path))
        if not isinstance(holder, dict) or path[-1] not in holder:
            raise self.error(f"not in the format of IOHprofiler: {name} is missing", *path)
        value = holder[path[-1]]
        if not isinstance(value, kind):
            wanted = {"list": "a list", "str": "a text"}.get(kind.__name__, "an object")
            raise self.error(
                f"not in the format of IOHprofiler: {name} is {str(value)[:60]!r}, expected {wanted}", *path
            )
        return value


def _check_objectives(
    parts: _Parts, document: Any, attributes: list[str], runs: list[list[Any]], objective: str | None
) -> None:
    if objective is not None:
        return
    numbers = [count(document.get(name)) for name in ("objectives", "n_objectives", "number_of_objectives")]
    best = [run.get("best") for own in runs for run in own if isinstance(run, dict)]
    vectors = any(isinstance(item, dict) and isinstance(item.get("y"), list) and len(item["y"]) > 1 for item in best)
    found = several_objectives(attributes)
    if found or vectors or max(numbers) > 1:
        named = f" ({', '.join(found)})" if found else ""
        said = parts.error(f"there are several objectives{named}; choose a column with --objective", "attributes")
        raise UsageError(str(said))
    if RAW not in attributes:
        raise parts.error(f"attributes are {attributes}, expected {RAW} among them", "attributes")


def _entry(file: Path, line: int, run: Any, *, of_raw: bool) -> Entry:
    """Return a run; with its best value and point only if the values are those of `raw_y`."""
    import numpy as np

    if not isinstance(run, dict) or count(run.get("instance"), -1) < 0:
        raise invalid(file, line, f"a run is {str(run)[:60]!r}, expected instance, evals and best")
    best = run.get("best")
    best = best if of_raw and isinstance(best, dict) else {}
    y, x = best.get("y"), best.get("x")
    numbers = isinstance(x, list) and x and all(isinstance(item, int | float) for item in x)
    return Entry(
        instance=run["instance"],
        line=line,
        evaluations=count(run.get("evals")) or None,
        best_at=count(best.get("evals")) or None,
        best=float(y) if isinstance(y, int | float) and not isinstance(y, bool) else None,
        solution=np.array(x, dtype=np.float64) if numbers else None,
    )
