"""Read what IOHprofiler's Analyzer logged; the strings of a file are data and are never evaluated."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from benchbook.artifacts.interop.imported import ImportedProblem, ImportedRun, improvements
from benchbook.artifacts.interop.names import IOH_BBOB, safe_name
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import read_bytes
from benchbook.records import OptimizerRecord

log = logging.getLogger(__name__)
Rows = tuple[list[int], list[float]]


def read_ioh(folder: Path) -> Iterator[ImportedRun]:
    """Yield the runs of all `IOHprofiler_*.json` files under a folder.

    Values of BBOB functions are precisions already; those of other functions have no known optimum.

    Raises:
        UsageError: There is no such folder, or no such file under it.
        ArtifactError: A file is not in the format of IOHprofiler, or maximises.
    """
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}")
    files = sorted(folder.rglob("IOHprofiler_*.json"))
    if not files:
        raise UsageError(f"{folder} holds no IOHprofiler_*.json, expected the output of an IOHprofiler logger")
    for file in files:
        yield from _read(file)


def _read(file: Path) -> Iterator[ImportedRun]:
    try:
        document: Any = orjson.loads(read_bytes(file))
    except orjson.JSONDecodeError as error:
        raise ArtifactError(f"{file}, line {error.lineno}: not JSON: {error.msg}") from error
    try:
        name, number = str(document["function_name"]), int(document["function_id"])
        optimizer, version = str(document["algorithm"]["name"]), str(document.get("version", ""))
        attributes = [str(item) for item in document["attributes"]]
        scenarios = [(int(item["dimension"]), str(item["path"]), list(item["runs"])) for item in document["scenarios"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArtifactError(f"{file}: not in the format of IOHprofiler: {error!r}") from error
    if document.get("maximization"):
        raise ArtifactError(f"{file}: the function {name!r} is maximised, expected one that is minimised")
    if "raw_y" not in attributes:
        raise ArtifactError(f"{file}: attributes are {attributes}, expected raw_y among them")
    is_bbob = 1 <= number <= len(IOH_BBOB) and IOH_BBOB[number - 1].lower() == name.lower()
    function = f"bbob_f{number}" if is_bbob else f"ioh_{safe_name(name)}"
    for dim, path, entries in scenarios:
        data = _inside(file, path)
        logged = list(_read_rows(data))
        if len(logged) != len(entries):
            log.warning("%s: names %d runs in dimension %d, %s holds %d", file, len(entries), dim, data, len(logged))
        for place, rows in enumerate(logged):
            entry = entries[place] if place < len(entries) and isinstance(entries[place], dict) else {}
            if not entry:
                log.warning("%s: run %d of dimension %d has no entry; instance 0 stands for it", file, place + 1, dim)
            yield ImportedRun(
                format="ioh",
                file=str(file),
                tool=f"IOHprofiler {version}".strip(),
                problem=ImportedProblem(
                    name=function, dim=dim, instance=_whole(entry.get("instance")), f_opt=0.0 if is_bbob else None
                ),
                optimizer=OptimizerRecord(name=optimizer or "unnamed"),
                evaluations=max([_whole(entry.get("evals")), *rows[0]]),
                history=improvements(*rows),
            )


def _read_rows(file: Path) -> Iterator[Rows]:
    """Yield evaluations and values of each run; a header line begins each."""
    value = 1
    current: Rows | None = None
    for number, line in enumerate(read_bytes(file).decode("utf-8", errors="replace").splitlines(), start=1):
        fields = line.split()
        if not fields:
            continue
        if fields[0].strip('"') == "evaluations":
            if current is not None:
                yield current
            names = [field.strip('"') for field in fields]
            if "raw_y" not in names:
                raise ArtifactError(f"{file}, line {number}: columns are {names}, expected raw_y among them")
            value, current = names.index("raw_y"), ([], [])
            continue
        if current is None:
            raise ArtifactError(f"{file}, line {number}: a row before the first header")
        try:
            evaluations, best = int(float(fields[0])), float(fields[value])
        except (ValueError, IndexError, OverflowError):
            log.warning("%s, line %d: left out, it is torn or holds no number: %r", file, number, line[:60])
            continue
        if not current[0] and evaluations != 1:
            log.warning("%s, line %d: the first row of a run is evaluation %d, expected 1", file, number, evaluations)
        if evaluations >= 1:
            current[0].append(evaluations)
            current[1].append(best)
    if current is not None:
        yield current


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _inside(file: Path, name: str) -> Path:
    if "\0" in name:
        raise ArtifactError(f"{file}: {name!r} is no name of a file")
    path = (file.parent / name).resolve()
    if not path.is_relative_to(file.parent.resolve()):
        raise ArtifactError(f"{file}: the data file {name!r} lies outside of its folder")
    if not path.is_file():
        raise ArtifactError(f"{file}: the data file {name!r} is missing")
    return path
