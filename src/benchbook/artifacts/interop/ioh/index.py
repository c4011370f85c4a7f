"""IOHprofiler's index: the JSON file of a function."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.interop.ioh.places import object_lines
from benchbook.artifacts.interop.ioh.rows import RAW, several_objectives
from benchbook.artifacts.interop.sources.numbers import count
from benchbook.artifacts.interop.sources.shown import shown
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import read_bytes
from benchbook.typing import FloatArray

log = logging.getLogger(__name__)
MOST_DIM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A run that an index names.

    Attributes:
        instance: Its instance.
        line: The line of the index on which it begins.
        evaluations: Evaluations spent; None if it is not told.
        best_at: Evaluation of the best value; None if it is not told.
        best: The best value, with all its digits; None if it is not told.
        solution: Its point; None if it is not told.
    """

    instance: int
    evaluations: int | None
    line: int = 1
    best_at: int | None = None
    best: float | None = None
    solution: FloatArray | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Scenario:
    """A function in one dimension, the data file of its runs, and what the index says of them.

    Attributes:
        file: The index file.
        line: The line on which it begins.
        suite: Name of the suite, as the log tells it.
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


def read_json(file: Path, objective: str | None) -> Iterator[Scenario]:
    """Yield what an index names.

    Raises:
        ArtifactError: The file is not JSON in the format of IOHprofiler, or a data file is outside its folder.
        UsageError: There are several objectives, and none was chosen.
    """
    content = read_bytes(file)
    try:
        document: Any = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ArtifactError(f"{shown(file)}, line {error.lineno}: not JSON: {error.msg}") from error
    try:
        head: dict[str, Any] = {
            "suite": str(document.get("suite", "")),
            "number": int(document["function_id"]),
            "name": str(document["function_name"]),
            "maximised": document.get("maximization") is True,
            "optimizer": str(document["algorithm"]["name"]) or "unnamed",
            "tool": f"IOHprofiler {document.get('version', '')}".strip(),
        }
        attributes = [str(item) for item in document["attributes"]]
        scenarios = [(item["dimension"], str(item["path"]), list(item["runs"])) for item in document["scenarios"]]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ArtifactError(f"{shown(file)}, line 1: not in the format of IOHprofiler: {error!r}") from error
    if document.get("maximization") not in (True, False, None):
        raise ArtifactError(
            f"{shown(file)}, line 1: maximization is {document['maximization']!r}, expected true or false"
        )
    _check_objectives(file, document, attributes, scenarios, objective)
    lines = object_lines(content.decode())
    for number, (dim, path, runs) in enumerate(scenarios):
        line = lines.get(("scenarios", number), 1)
        if not 1 <= count(dim) <= MOST_DIM:
            raise ArtifactError(f"{shown(file)}, line {line}: dimension is {dim!r}, expected a whole number from 1 on")
        entries = [
            _entry(file, lines.get(("scenarios", number, "runs", place), line), run) for place, run in enumerate(runs)
        ]
        yield Scenario(file=file, line=line, dim=dim, data=inside(file, path, line), entries=entries, **head)


def inside(file: Path, name: str, line: int) -> Path:
    """Return the data file that an index names; it must be in the folder of the index.

    Raises:
        ArtifactError: It is outside.
    """
    path = (file.parent / name.replace("\\", "/").replace("\0", "")).resolve()
    if "\0" in name or not path.is_relative_to(file.parent.resolve()):
        raise ArtifactError(f"{shown(file)}, line {line}: the data file {name!r} is outside its folder")
    return path


def _check_objectives(
    file: Path, document: Any, attributes: list[str], scenarios: list[tuple[Any, str, list[Any]]], objective: str | None
) -> None:
    if objective is not None:
        return
    numbers = [count(document.get(name)) for name in ("objectives", "n_objectives", "number_of_objectives")]
    best = [run.get("best") for _, _, runs in scenarios for run in runs if isinstance(run, dict)]
    vectors = any(isinstance(item, dict) and isinstance(item.get("y"), list) and len(item["y"]) > 1 for item in best)
    found = several_objectives(attributes)
    if found or vectors or max(numbers) > 1:
        named = f" ({', '.join(found)})" if found else ""
        raise UsageError(f"{shown(file)}: there are several objectives{named}; choose a column with --objective")
    if RAW not in attributes:
        raise ArtifactError(f"{shown(file)}, line 1: attributes are {attributes}, expected {RAW} among them")


def _entry(file: Path, line: int, run: Any) -> Entry:
    import numpy as np

    if not isinstance(run, dict) or count(run.get("instance"), -1) < 0:
        raise ArtifactError(f"{shown(file)}, line {line}: a run is {str(run)[:60]!r}, expected instance, evals and best")
    best = run.get("best")
    best = best if isinstance(best, dict) else {}
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
