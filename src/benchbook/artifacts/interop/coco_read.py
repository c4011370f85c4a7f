"""Read what COCO logged; files that are torn or odd give a warning or an error that names file and line."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchbook.artifacts.interop.imported import ImportedProblem, ImportedRun, improvements
from benchbook.errors import ArtifactError, StorageError, UsageError
from benchbook.records import OptimizerRecord

log = logging.getLogger(__name__)
_FIELD = re.compile(r"(\w+)\s*=\s*(?:'([^']*)'|([^,\s]+))")
_RUN = re.compile(r"(\d+)(?::(\d+)(?:\|([^,\s]+))?)?$")
_OPTIMUM = re.compile(r"Fopt \(([^)]*)\)")
_BEST = 2  # the column of the best precision, in the old format and the new


@dataclass(slots=True)
class _Logged:
    """The rows of one run in one data file."""

    optimum: float | None
    evaluations: list[int] = field(default_factory=list)
    precisions: list[float] = field(default_factory=list)


def read_coco(folder: Path) -> Iterator[ImportedRun]:
    """Yield the runs of all `.info` files under a folder.

    Raises:
        UsageError: There is no such folder, or no `.info` file under it.
        ArtifactError: A file is not in COCO's format.
    """
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}")
    files = sorted(folder.rglob("*.info"))
    if not files:
        raise UsageError(f"{folder} holds no .info file, expected the output of a COCO logger")
    for file in files:
        yield from _read_info(file)


def _read_info(file: Path) -> Iterator[ImportedRun]:
    header: dict[str, str] = {}
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip() or line.lstrip().startswith("%"):
            continue
        if "funcId" in line:
            header = {name: quoted or plain for name, quoted, plain in _FIELD.findall(line)}
            missing = [name for name in ("funcId", "DIM", "algId") if not header.get(name)]
            if missing or not header["funcId"].isdigit() or not header["DIM"].isdigit():
                raise ArtifactError(f"{file}, line {number}: expected funcId, DIM and algId, got {line.strip()[:80]!r}")
        elif header:
            yield from _read_cell(file, number, line, header)
        else:
            raise ArtifactError(f"{file}, line {number}: data before a line with funcId, DIM and algId")
    if not header:
        log.warning("%s, line 1: no runs, it is empty", file)


def _read_cell(file: Path, number: int, line: str, header: dict[str, str]) -> Iterator[ImportedRun]:
    parts = [part.strip() for part in line.strip().split(",") if part.strip()]
    data = _inside(file, parts[0], number)
    entries = [_entry(file, number, part) for part in parts[1:]]
    logged = list(_read_rows(data))
    extra = data.with_suffix(".tdat")
    timed = list(_read_rows(extra)) if extra.is_file() else []
    if len(logged) != len(entries):
        log.warning("%s, line %d: names %d runs, %s holds %d", file, number, len(entries), data, len(logged))
    for place, (instance, spent) in enumerate(entries[: len(logged)]):
        own = logged[place]
        other = timed[place] if len(timed) == len(logged) else _Logged(None)
        last = max([*own.evaluations, *other.evaluations], default=0)
        if spent is None:
            log.warning("%s, line %d: instance %d was not closed; its last logged row ends it", file, number, instance)
        elif spent < last:
            log.warning("%s, line %d: instance %d has %d evaluations, %s goes on to %d",
                        file, number, instance, spent, data, last)  # fmt: skip
        yield _run(file, header, instance, max(spent or 0, last), own, other)


def _run(
    file: Path, header: dict[str, str], instance: int, evaluations: int, own: _Logged, other: _Logged
) -> ImportedRun:
    suite = header.get("suite", "bbob")
    prefix = "bbob" if suite.startswith("bbob") and suite in ("bbob", "bbob-largescale") else suite
    return ImportedRun(
        format="coco",
        file=str(file),
        tool=f"COCO {header.get('coco_version', '')}".strip(),
        problem=ImportedProblem(
            name=f"{prefix}_f{header['funcId']}", dim=int(header["DIM"]), instance=instance, f_opt=0.0
        ),
        optimizer=OptimizerRecord(name=header["algId"]),
        evaluations=evaluations,
        history=improvements([*own.evaluations, *other.evaluations], [*own.precisions, *other.precisions]),
        shift=own.optimum,
    )


def _entry(file: Path, number: int, text: str) -> tuple[int, int | None]:
    """Return instance and evaluations of `instance:evaluations|precision`, or of a bare instance."""
    found = _RUN.match(text)
    if found is None:
        raise ArtifactError(f"{file}, line {number}: {text!r} is not instance:evaluations|precision")
    return int(found.group(1)), int(found.group(2)) if found.group(2) else None


def _read_rows(file: Path) -> Iterator[_Logged]:
    current: _Logged | None = None
    for number, line in enumerate(_lines(file), start=1):
        text = line.strip()
        if not text:
            continue
        if text.startswith("%"):
            if current is not None:
                yield current
            current = _Logged(_optimum(text))
            continue
        if current is None:
            raise ArtifactError(f"{file}, line {number}: a row before the first header, which begins with %")
        row = _row(file, number, text)
        if row is None:
            continue
        if not current.evaluations and row[0] != 1:
            log.warning("%s, line %d: the first row of a run is evaluation %d, expected 1", file, number, row[0])
        current.evaluations.append(row[0])
        current.precisions.append(row[1])
    if current is not None:
        yield current


def _row(file: Path, number: int, text: str) -> tuple[int, float] | None:
    """Return evaluations and best precision; None, with a warning, for a row that holds none."""
    fields = text.split()
    try:
        evaluations, best = int(float(fields[0])), float(fields[_BEST])
    except (ValueError, IndexError, OverflowError):
        log.warning("%s, line %d: left out, it is torn or no row of numbers: %r", file, number, text[:60])
        return None
    if evaluations < 1:
        log.warning("%s, line %d: left out, evaluation %d", file, number, evaluations)
        return None
    if math.isnan(best) or math.isinf(best):
        log.warning("%s, line %d: no value yet (%s)", file, number, fields[_BEST])
    return evaluations, best


def _optimum(header: str) -> float | None:
    found = _OPTIMUM.search(header)
    try:
        return float(found.group(1)) if found else None
    except ValueError:
        return None


def _inside(file: Path, name: str, number: int) -> Path:
    """Return the data file that a line names; it must lie beside the `.info` file."""
    if "\0" in name:
        raise ArtifactError(f"{file}, line {number}: {name!r} is no name of a file")
    path = (file.parent / name.replace("\\", "/")).resolve()
    if not path.is_relative_to(file.parent.resolve()):
        raise ArtifactError(f"{file}, line {number}: the data file {name!r} lies outside of its folder")
    if not path.is_file():
        raise ArtifactError(f"{file}, line {number}: the data file {name!r} is missing")
    return path


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise StorageError(f"cannot read {file}: {error.strerror or error}") from error
