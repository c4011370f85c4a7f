"""Read the output of pycma's logger: best value and evaluations after each iteration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchbook.artifacts.interop.imported import improvements
from benchbook.artifacts.interop.names import safe_name
from benchbook.artifacts.interop.sources.finding import data_files
from benchbook.artifacts.interop.sources.numbers import number, whole
from benchbook.artifacts.interop.sources.shown import invalid, lines, shown
from benchbook.records import OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

_EVALUATION, _BEST_EVER, _BEFORE_X = 1, 4, 5  # columns
_SEED = re.compile(r"seed=([0-9]{1,15})\b")
Rows = tuple[int | None, list[int], list[float]]


def read_pycma(path: Path) -> Iterator[ImportedRun]:
    """Yield the runs of all `*fit.dat` files in a folder; each header begins a run unless the evaluations continue.

    There is one value per iteration, so first hits may be too late by up to one population. The log does not name the
    function; it is named after the folder, and its optimum is not known.

    Raises:
        UsageError: There is no such folder, or no `*fit.dat` in it.
        ArtifactError: A file is not in this format, or the file that gives the dimension is missing.
    """
    for file in data_files(path, "*fit.dat", "the folder of a CMADataLogger"):
        dim = _dim(file)
        prefix = file.name.removesuffix("fit.dat")
        name = safe_name(f"{file.resolve().parent.name}_{prefix}" if prefix else file.resolve().parent.name)
        for seed, evaluations, best in _runs(file):
            yield ImportedRun(
                format="pycma",
                file=shown(file),
                tool="pycma",
                problem=ImportedProblem(name=f"pycma_{name}", dim=dim, instance=0, f_opt=None),
                optimizer=OptimizerRecord(name="pycma"),
                evaluations=evaluations[-1],
                history=improvements(evaluations, best),
                seed=seed,
                notes=("values were logged at the end of an iteration",),
            )


def _runs(file: Path) -> Iterator[Rows]:
    seed: int | None = None
    current: Rows | None = None
    begun = False
    for place, line in enumerate(lines(file), start=1):
        text = line.strip("\0 \t")
        if text.startswith(("%", "#")):
            found = _SEED.search(text)
            seed, begun = (int(found[1]) if found else None), True
            continue
        if not text:
            continue
        fields = text.split()
        at, best = (
            (whole(fields[_EVALUATION]), number(fields[_BEST_EVER])) if len(fields) > _BEST_EVER else (None, None)
        )
        if not at or best is None:
            raise invalid(file, place, f"torn or not a row of numbers: {text[:60]!r}")
        if current is not None and at < current[1][-1]:
            if not begun:
                raise invalid(file, place, f"evaluation {at} follows {current[1][-1]}")
            yield current
            current = None
        if current is None:
            current = (seed, [], [])
        begun = False
        current[1].append(at)
        current[2].append(best)
    if current is None:
        raise invalid(file, 1, "no rows of iteration, evaluation, sigma, axis ratio, best value")
    yield current


def _dim(file: Path) -> int:
    """Return the number of variables, from the rows of the mean or of the best point."""
    for name in ("xmean.dat", "xrecentbest.dat", "stddev.dat"):
        other = file.with_name(file.name.removesuffix("fit.dat") + name)
        if other.is_file():
            for line in lines(other):
                fields = line.split()
                if fields and whole(fields[0]) is not None and len(fields) > _BEFORE_X:
                    return len(fields) - _BEFORE_X
    raise invalid(file, 1, "no xmean.dat, xrecentbest.dat or stddev.dat next to it gives the dimension")
