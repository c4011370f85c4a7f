"""Readers by the name of their format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchbook.artifacts.interop.coco_read import read_coco
from benchbook.artifacts.interop.imported import refuse_below_optimum
from benchbook.artifacts.interop.ioh_read import read_ioh
from benchbook.artifacts.interop.nevergrad import read_nevergrad
from benchbook.artifacts.interop.tools.benchopt import read_benchopt
from benchbook.artifacts.interop.tools.optuna import read_optuna
from benchbook.artifacts.interop.tools.pycma import read_pycma
from benchbook.artifacts.interop.tools.rds import read_rds
from benchbook.errors import ArtifactError, unknown_name
from benchbook.records.imported import ImportedRun

FORMATS = ("coco", "ioh", "nevergrad", "optuna", "pycma", "benchopt", "rds")


def read(
    source: str | Path, form: str, *, suite: str | None = None, objective: str | None = None
) -> Iterator[ImportedRun]:
    """Return the runs of a source in one of the formats.

    Args:
        source: The folder or file; for `optuna` also a storage URL.
        form: Name of the format.
        suite: For `ioh` and `rds`: the suite of logs that name none.
        objective: For `ioh`: the column that is read; for `optuna`: the number of the objective.

    Raises:
        UnknownNameError: There is no such format.
        ArtifactError: A file cannot be read, or values are below the known optimum.
    """
    return _checked(_reader(source, form, suite, objective), source)


def _checked(runs: Iterator[ImportedRun], source: str | Path) -> Iterator[ImportedRun]:
    try:
        for run in runs:
            refuse_below_optimum(run)
            yield run
    except OSError as error:  # such as a name that is too long for this machine
        raise ArtifactError(f"{source}: a file that it names cannot be read: {error}") from error


def _reader(source: str | Path, form: str, suite: str | None, objective: str | None) -> Iterator[ImportedRun]:
    if form == "optuna":
        return read_optuna(source, objective)
    path = Path(source)
    if form == "ioh":
        return read_ioh(path, suite=suite, objective=objective)
    if form == "rds":
        return read_rds(path, suite=suite)
    readers = {"coco": read_coco, "nevergrad": read_nevergrad, "pycma": read_pycma, "benchopt": read_benchopt}
    if form not in readers:
        raise unknown_name("format", form, FORMATS)
    return readers[form](path)
