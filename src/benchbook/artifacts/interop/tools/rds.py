"""Read the data sets that IOHanalyzer saves with R's `saveRDS`; R code in a file is never run."""

from __future__ import annotations

import bz2
import gzip
import logging
import lzma
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from benchbook.artifacts.interop.imported import improvements
from benchbook.artifacts.interop.sources.finding import files_under
from benchbook.artifacts.interop.sources.numbers import MOST
from benchbook.artifacts.interop.sources.numbers import number as as_number
from benchbook.artifacts.interop.sources.shown import shown
from benchbook.artifacts.interop.sources.suites import UNKNOWN_SUITE, coco_function, ioh_function, pbo_name, suite_key
from benchbook.errors import ArtifactError, BenchbookError, MissingExtraError, StorageError, UsageError
from benchbook.records import OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun
from benchbook.typing import FloatArray

log = logging.getLogger(__name__)
MOST_BYTES = 2 * 1024**3
MOST_ROWS = 10**8
_FORMATS = ("IOHprofiler", "COCO", "TWO_COL")
_BROKEN = (ValueError, TypeError, LookupError, NotImplementedError, EOFError, AttributeError, AssertionError,
           ArithmeticError, RecursionError, MemoryError, struct.error, zlib.error, lzma.LZMAError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _DataSet:
    """A `DataSet` of IOHanalyzer: runs of one algorithm on one function in one dimension."""

    parts: Mapping[str, Any]
    told: Mapping[str, Any]


def read_rds(path: Path, *, suite: str | None = None) -> Iterator[ImportedRun]:
    """Yield the runs of an `.rds` file with a `DataSetList` or `DataSet` of IOHanalyzer, or of all those in a folder.

    Target hits come from the runtimes by target (`RT`), which IOHanalyzer takes from the `.dat` file. Values of BBOB
    and SBOX are precisions already; the optima of other functions are not known.

    Args:
        path: The file or folder.
        suite: The suite; IOHanalyzer takes data without one for PBO, or for BBOB if they were logged by COCO.

    Raises:
        UsageError: There is no such file or folder, no `.rds` file in it, or a data set has another suite.
        ArtifactError: A file is not such a data set, or its parts contradict each other.
        MissingExtraError: rdata is not installed.
    """
    try:
        import rdata
    except ImportError as error:
        raise MissingExtraError(".rds files need rdata: pip install 'benchbook[interop]'") from error
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}")
    files = [item for item in files_under(path, "*") if item.suffix.lower() == ".rds"] if path.is_dir() else [path]
    if not files:
        raise UsageError(f"{shown(path)} holds no .rds file")
    for file in files:
        try:
            sets = _data_sets(_converted(rdata, _unpacked(file)))
        except _BROKEN as error:
            raise ArtifactError(
                f"{shown(file)}, byte 0: not an .rds file that can be read: {str(error)[:300]}"
            ) from error
        if not sets:
            raise ArtifactError(f"{shown(file)}, byte 0: holds no DataSet, expected a DataSetList of IOHanalyzer")
        for number, item in enumerate(sets, start=1):
            where = f"{shown(file)}, data set {number}"
            try:
                runs = list(_runs(item, shown(file), where, suite))
            except BenchbookError:
                raise
            except _BROKEN as error:
                raise ArtifactError(f"{where}: not as IOHanalyzer makes them: {str(error)[:300]}") from error
            yield from runs


def _unpacked(file: Path) -> bytes:
    """Return the uncompressed bytes of a file, up to a limit."""
    try:
        with file.open("rb") as raw:
            start = raw.read(6)
            raw.seek(0)
            stream: IO[bytes] = raw
            if start.startswith(b"\x1f\x8b"):
                stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
            elif start.startswith(b"BZh"):
                stream = bz2.BZ2File(raw)
            elif start.startswith(b"\xfd7zXZ\x00"):
                stream = lzma.LZMAFile(raw)  # noqa: SIM115  # it ends with the file below it
            found = stream.read(MOST_BYTES + 1)
    except gzip.BadGzipFile as error:
        raise ValueError(str(error)) from error
    except OSError as error:
        raise StorageError(f"cannot read {shown(file)}: {error.strerror or error}") from error
    if len(found) > MOST_BYTES:
        raise ArtifactError(f"{shown(file)}: holds more bytes than may be unpacked")
    return found


def _converted(rdata: Any, content: bytes) -> Any:
    """Return the R object in a file; data sets with their attributes."""
    from rdata.parser import DEFAULT_ALTREP_MAP

    if not content.startswith((b"X\n", b"A\n", b"B\n")):
        raise ValueError("it does not start as R's files do")

    def limited(name: bytes) -> Any:
        def construct(state: Any) -> Any:
            if not 0 <= float(state.value[0]) <= MOST_ROWS:
                raise ValueError(f"a sequence of {state.value[0]:g} numbers, expected at most {MOST_ROWS}")
            return DEFAULT_ALTREP_MAP[name](state)

        return construct

    # A compact sequence is stored as its length and step, so a few bytes could fill the memory.
    sequences = {name: limited(name) for name in (b"compact_intseq", b"compact_realseq")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other classes are read as the lists they consist of
        parsed = rdata.parser.parse_data(
            content, altrep_constructor_dict={**DEFAULT_ALTREP_MAP, **sequences}, extension=".rds"
        )
        return rdata.conversion.convert(parsed, constructor_dict={"DataSet": _DataSet})


def _data_sets(found: Any) -> list[_DataSet]:
    """Return the data sets in an object: the object itself, or the elements of a list."""
    if isinstance(found, _DataSet):
        return [found]
    return [item for item in found if isinstance(item, _DataSet)] if isinstance(found, list) else []


def _runs(item: _DataSet, file: str, where: str, suite: str | None) -> Iterator[ImportedRun]:
    form = _text(item, "format")
    if form not in _FORMATS:
        raise ArtifactError(f"{where}: the format is {form!r}, expected one of {', '.join(_FORMATS)}; import the files "
                            "that IOHanalyzer read")  # fmt: skip
    at = np.asarray(item.parts["RT"], dtype=np.float64)
    values = np.array([float(name) for name in item.parts["RT"].coords["dim_0"].values], dtype=np.float64)
    maximised = bool(_numbers(item, "maximization")[0])
    _check_direction(item, maximised, where)
    number = at.shape[1]
    dim = int(_numbers(item, "DIM")[0])
    ends, instances = (_spread(_numbers(item, name), number) for name in ("maxRT", "instance"))
    if dim < 1 or ends is None or instances is None or not np.isfinite(ends).all():
        raise ArtifactError(f"{where}: DIM, maxRT and instance do not fit its {number} runs")
    function, f_opt = _function(item, form, _suite(item, form, suite, where), maximised)
    if f_opt is not None and (values < 0).any():
        log.warning("%s: values are below 0 and so no precisions; the optimum is missing", where)
        f_opt = None
    for run in range(number):
        hit = np.isfinite(at[:, run])
        evaluations = at[hit, run].astype(np.int64)
        if not (0 <= instances[run] <= MOST and (evaluations >= 1).all() and (evaluations <= MOST).all()):
            raise ArtifactError(f"{where}: run {run + 1} has an instance or evaluations that are no counts")
        yield ImportedRun(
            format="rds",
            file=file,
            tool="IOHanalyzer",
            problem=ImportedProblem(name=function, dim=dim, instance=int(instances[run]), f_opt=f_opt),
            optimizer=OptimizerRecord(name=_text(item, "algId") or "unnamed"),
            evaluations=max(int(ends[run]), int(evaluations.max(initial=0))),
            history=improvements(evaluations, (-1.0 if maximised else 1.0) * values[hit]),
            maximised=maximised,
        )


def _check_direction(item: _DataSet, maximised: bool, where: str) -> None:
    """Refuse best values that get worse: IOHanalyzer guesses the direction if the data do not state it."""
    best = np.asarray(item.parts["FV"], dtype=np.float64) if "FV" in item.parts else np.empty((0, 0))
    if len(best) < 2:
        return
    steps = np.diff(-best if maximised else best, axis=0)
    if (steps[np.isfinite(steps)] >= 0).all() and (steps > 0).any():
        said = "maximised" if maximised else "minimised"
        raise ArtifactError(f"{where}: is said to be {said}, but its best values only get worse; import the files "
                            "that IOHanalyzer read")  # fmt: skip


def _suite(item: _DataSet, form: str, suite: str | None, where: str) -> str | None:
    """Return the suite given by the user, unless the data set belongs to another.

    Raises:
        UsageError: It does; the suites that IOHanalyzer fills in if none is named do not count.
    """
    named = _text(item, "suite")
    usual = "bbob" if form == "COCO" else "pbo"
    if suite is not None and suite_key(named) not in ("", usual, suite_key(suite)):
        raise UsageError(f"suite is {suite!r}, but {where} is of the suite {named!r}")
    return suite


def _function(item: _DataSet, form: str, suite: str | None, maximised: bool) -> tuple[str, float | None]:
    told = suite or _text(item, "suite")
    name = _text(item, "funcId")
    number = int(float(name)) if _is_whole(name) else 0
    if form == "COCO":
        return coco_function(told, number), 0.0
    if suite is None and told.upper() == "PBO" and not (maximised and pbo_name(number)):
        told = ""  # PBO is filled in if no suite was named, and its functions are all maximised
    if not number:
        return ioh_function(told, 0, name)
    if told.upper() == "PBO":
        return ioh_function(told, number, pbo_name(number) or f"f{number}")
    return ioh_function(told, number, f"f{number}" if told else f"{UNKNOWN_SUITE}_f{number}")


def _is_whole(text: str) -> bool:
    value = as_number(text)
    return value is not None and 1 <= value <= MOST and value == int(value)


def _numbers(item: _DataSet, name: str) -> FloatArray:
    found = item.told[name]
    while isinstance(found, list | dict):  # combined data sets keep differing attributes in lists of one element
        found = next(iter(found.values() if isinstance(found, dict) else found))
    numbers: FloatArray = np.atleast_1d(np.asarray(found, dtype=np.float64))
    return numbers


def _spread(values: FloatArray, number: int) -> FloatArray | None:
    """Return one value per run, repeating a single value; None if the numbers differ."""
    return np.broadcast_to(values, number) if len(values) in (1, number) else None


def _text(item: _DataSet, name: str) -> str:
    found = item.told.get(name)
    if isinstance(found, list):
        found = found[0] if found else None
    if found is None or not len(np.atleast_1d(found)):
        return ""
    value = np.atleast_1d(found)[0]
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
