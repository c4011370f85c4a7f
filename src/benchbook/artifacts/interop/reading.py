"""Readers by the name of their format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchbook.artifacts.interop.coco_read import read_coco
from benchbook.artifacts.interop.imported import ImportedRun
from benchbook.artifacts.interop.ioh_read import read_ioh
from benchbook.artifacts.interop.nevergrad import read_nevergrad
from benchbook.errors import unknown_name

FORMATS = ("coco", "ioh", "nevergrad")


def read(path: Path, form: str, *, suite: str | None = None, objective: str | None = None) -> Iterator[ImportedRun]:
    """Return the runs of a source in one of the formats.

    Args:
        path: The folder or file.
        form: Name of the format.
        suite: For `ioh`: the suite of logs that name none.
        objective: For `ioh`: the column that is read.

    Raises:
        UnknownNameError: There is no such format.
    """
    if form == "ioh":
        return read_ioh(path, suite=suite, objective=objective)
    if form == "coco":
        return read_coco(path)
    if form == "nevergrad":
        return read_nevergrad(path)
    raise unknown_name("format", form, FORMATS)
