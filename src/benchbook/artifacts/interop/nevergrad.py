"""Read nevergrad's benchmark tables: one row per finished experiment, with the loss at the end of its budget."""

from __future__ import annotations

import csv
import logging
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchbook.artifacts.interop.imported import improvements
from benchbook.artifacts.interop.names import safe_name
from benchbook.artifacts.interop.sources.finding import data_files
from benchbook.artifacts.interop.sources.numbers import number, whole
from benchbook.artifacts.interop.sources.shown import invalid, shown
from benchbook.digests import digest
from benchbook.errors import ArtifactError, StorageError
from benchbook.records import OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

log = logging.getLogger(__name__)
_NEEDED = ("budget", "loss", "optimizer_name")
_NAMES = ("name", "function_name", "function_class", "func")
_DIMS = ("dimension", "dim")
_USEFUL = ("useful_dimensions", "block_dimension")
# Measurements, and what distinguishes runs of one problem; every other column is a condition of the problem.
_MEASURED = frozenset(
    {*_NEEDED, "seed", "elapsed_time", "elapsed_budget", "pseudotime", "error", "", "Unnamed: 0", "index", "time"}
)
# nevergrad's defaults for columns that a table lacks, so that both forms give the same problem.
_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "noise_level": ("0",),
    "noise_dissymmetry": ("False", "0"),
    "rotation": ("False", "none", "None", "0"),
    "useless_variables": ("0",),
    "num_blocks": ("1",),
    "num_workers": ("1",),
    "num_objectives": ("1",),
    "translation_factor": ("1",),
    "hashing": ("False", "0"),
    "aggregator": ("max",),
    "split": ("False", "0"),
    "bounded": ("False", "0"),
    "expo": ("1",),
    "zero_pen": ("False", "0"),
    "batch_mode": ("True", "1"),
    "function_class": ("ArtificialFunction",),
    "discrete": ("False", "0"),
}


def read_nevergrad(path: Path) -> Iterator[ImportedRun]:
    """Yield the rows of a CSV file, or of all CSV files in a folder and its subfolders, as fixed-budget points.

    `loss` is the value at the recommended point, not the best so far, and the optimum is not known. All columns that
    are not measurements, such as noise, rotation, workers and parametrization, become part of the function's name.

    Raises:
        UsageError: There is no such file or folder, or no CSV file under it.
        ArtifactError: A column is missing or appears twice, a row is torn, or the file is not in CSV format.
    """
    for file in data_files(path, "*.csv"):
        yield from _read(file)


def _read(file: Path) -> Iterator[ImportedRun]:
    place = 1
    try:
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            rows = csv.DictReader(stream, strict=True)
            names = list(rows.fieldnames or ())
            missing = [name for name in _NEEDED if name not in names]
            if missing:
                raise invalid(file, 1, f"the columns {', '.join(missing)} are missing")
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise invalid(file, 1, f"the columns {', '.join(twice)} appear twice")
            _warn_of_columns(file, names)
            met: dict[tuple[str | None, ...], int] = {}
            for row in rows:
                place = rows.line_num
                run = _run(file, place, row)
                before = met.setdefault(tuple(row.values()), place)
                if before != place and row.get("elapsed_time"):
                    log.warning(
                        "%s, line %d: the same as line %d, to the last digit of its time", shown(file), place, before
                    )
                if run is not None:
                    yield run
            if not met:
                log.warning("%s, line 1: no rows", shown(file))
    except csv.Error as error:
        raise ArtifactError(f"{shown(file)}, after line {place}: not in the format of CSV: {error}") from error
    except OSError as error:
        raise StorageError(f"cannot read {shown(file)}: {error.strerror or error}") from error


def _warn_of_columns(file: Path, names: list[str]) -> None:
    """Warn of columns that nevergrad's own functions do not have, and if no column gives the dimension."""
    own = {*_MEASURED, *_NAMES, *_DIMS, *_USEFUL, *_DEFAULTS, "parametrization"}
    if other := [name for name in names if name not in own]:
        log.warning("%s, line 1: %s are not columns of nevergrad itself, but conditions", shown(file), ", ".join(other))
    if not {*_DIMS, *_USEFUL} & set(names):
        log.warning("%s, line 1: no column gives the dimension; it is set to 1", shown(file))


def _run(file: Path, place: int, row: Mapping[str | None, str | None]) -> ImportedRun | None:
    where = f"{shown(file)}, line {place}"
    if None in row or None in row.values():
        raise ArtifactError(f"{where}: more or fewer fields than the first line")
    if any("\0" in f"{name}{value}" for name, value in row.items()):
        raise ArtifactError(f"{where}: NUL bytes within a field, or within a name on line 1")
    fields = {str(name): str(value) for name, value in row.items()}
    if any("\ufffd" in value for value in fields.values()):
        log.warning("%s: bytes that are not UTF-8 are replaced", where)
    budget, loss, dim = whole(fields["budget"]), number(fields["loss"] or "nan"), _dim(fields)
    seed = number(fields.get("seed") or "-1")
    if budget is None or loss is None or dim is None or seed is None:
        raise ArtifactError(f"{where}: budget, loss, seed or dimension is not a number")
    error = fields.get("error")
    failed = f"the experiment failed: {error[:80]}" if error else ""
    if not math.isfinite(loss) or budget < 1 or dim < 1:
        said = f"; {failed}" if failed else ""
        log.warning("%s: left out, loss %r at budget %r%s", where, fields["loss"], fields["budget"], said)
        return None
    if failed:
        log.warning("%s: %s", where, failed)
    return ImportedRun(
        format="nevergrad",
        file=shown(file),
        tool="nevergrad",
        problem=ImportedProblem(name=_name(fields), dim=dim, instance=0, f_opt=None),
        optimizer=OptimizerRecord(name=fields["optimizer_name"] or "unnamed"),
        evaluations=budget,
        history=improvements([budget], [loss]),
        fixed_budget=True,
        seed=whole(fields.get("seed") or ""),
        budget=budget,
        content=digest(["nevergrad", fields]),
    )


def _dim(fields: Mapping[str, str]) -> int | None:
    """Return the number of variables, useful and useless ones."""
    plain = _first(fields, _DIMS)
    if plain:
        return whole(plain)
    useful = _first(fields, _USEFUL)
    if not useful:
        return 1
    blocks = "1" if fields.get("useful_dimensions") else (fields.get("num_blocks") or "1")
    parts = [whole(text) for text in (useful, blocks, fields.get("useless_variables") or "0")]
    first, second, third = parts
    return None if first is None or second is None or third is None else first * second + third


def _name(fields: Mapping[str, str]) -> str:
    """Return the name of the function with all conditions that are not nevergrad's defaults."""
    source = next((name for name in _NAMES if fields.get(name)), None)
    conditions = {
        name: value
        for name, value in ((name, _plain(text)) for name, text in sorted(fields.items()))
        if name not in _MEASURED
        and name not in (source, *_DIMS, *_USEFUL)
        and value
        and value not in _DEFAULTS.get(name, ())
    }
    function = f"nevergrad_{safe_name(fields[source] if source else 'unnamed')}"
    if not conditions:
        return function
    return f"{function}[{','.join(f'{safe_name(name)}={safe_name(value)}' for name, value in conditions.items())}]"


def _plain(text: str) -> str:
    """Return a number in one form: columns with gaps contain `2.0` where others have `2`."""
    value = number(text)
    if value is None or not math.isfinite(value):
        return text
    return str(int(value)) if value == int(value) else repr(value)


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if fields.get(name)), None)
