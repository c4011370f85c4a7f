"""Read nevergrad's benchmark tables: one row a finished experiment, with the loss at the end of its budget."""

from __future__ import annotations

import csv
import logging
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchbook.artifacts.interop.imported import ImportedProblem, ImportedRun, improvements
from benchbook.artifacts.interop.names import safe_name
from benchbook.errors import ArtifactError, UsageError
from benchbook.records import OptimizerRecord

log = logging.getLogger(__name__)
_NEEDED = ("budget", "loss", "optimizer_name")
_NAMES = ("name", "function_class", "func")
_DIMS = ("dimension", "block_dimension", "dim")


def read_nevergrad(path: Path) -> Iterator[ImportedRun]:
    """Yield the rows of a CSV file, or of all under a folder, as fixed-budget points.

    `loss` is the value at the recommendation, not the best so far, and its optimum is not known.

    Raises:
        UsageError: There is no such file or folder, or no CSV file under it.
        ArtifactError: A column is missing.
    """
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}")
    files = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise UsageError(f"{path} holds no .csv file")
    for file in files:
        with file.open(encoding="utf-8", errors="replace", newline="") as stream:
            rows = csv.DictReader(stream)
            missing = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
            if missing:
                raise ArtifactError(f"{file}, line 1: the columns {', '.join(missing)} are missing")
            for row in rows:
                run = _run(file, rows.line_num, row)
                if run is not None:
                    yield run


def _run(file: Path, number: int, row: Mapping[str, str | None]) -> ImportedRun | None:
    try:
        budget = int(float(row["budget"] or ""))
        loss = float(row["loss"] or "nan")
        seed = int(float(row.get("seed") or -1))
        dim = int(float(_first(row, _DIMS) or 1))
    except (ValueError, OverflowError):
        log.warning("%s, line %d: left out, budget, loss, seed or dimension is no number", file, number)
        return None
    if error := row.get("error"):
        log.warning("%s, line %d: the experiment failed: %s", file, number, error[:80])
    if not math.isfinite(loss) or budget < 1 or dim < 1:
        log.warning("%s, line %d: left out, loss %r at budget %r", file, number, row["loss"], row["budget"])
        return None
    return ImportedRun(
        format="nevergrad",
        file=str(file),
        tool="nevergrad",
        problem=ImportedProblem(
            name=f"nevergrad_{safe_name(_first(row, _NAMES) or 'unnamed')}", dim=dim, instance=0, f_opt=None
        ),
        optimizer=OptimizerRecord(name=row["optimizer_name"] or "unnamed"),
        evaluations=budget,
        history=improvements([budget], [loss]),
        fixed_budget=True,
        seed=seed if seed >= 0 else None,
        budget=budget,
    )


def _first(row: Mapping[str, str | None], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := row.get(name))), None)
