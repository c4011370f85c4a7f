"""Read benchopt's results in Parquet: the objective after a number of iterations of a solver."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchbook.artifacts.interop.imported import improvements
from benchbook.artifacts.interop.names import safe_name
from benchbook.artifacts.interop.sources.finding import data_files
from benchbook.artifacts.interop.sources.numbers import MOST
from benchbook.artifacts.interop.sources.shown import shown
from benchbook.errors import ArtifactError, MissingExtraError
from benchbook.records import OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

log = logging.getLogger(__name__)
_NEEDED = ("objective_name", "solver_name", "stop_val", "objective_value")
_COUNTED = ("iteration", "callback")  # strategies whose stop values count iterations


def read_benchopt(path: Path) -> Iterator[ImportedRun]:
    """Yield a run per objective, data set, solver and repetition, from a Parquet file or all those in a folder.

    benchopt does not count evaluations, so iterations count instead. Solvers that it stops by a tolerance or runs once
    are left out with a warning. Optimum and dimension are unknown; the dimension is set to 1.

    Raises:
        UsageError: There is no such file or folder, or no Parquet file under it.
        ArtifactError: A file is not in Parquet format, or a column is missing.
        MissingExtraError: pandas or pyarrow is not installed.
    """
    try:
        import pandas as pd
        import pyarrow as pa
    except ImportError as error:
        raise MissingExtraError("Parquet needs pyarrow: pip install 'benchbook[interop]'") from error
    for file in data_files(path, "*.parquet"):
        try:
            frame = pd.read_parquet(file)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise ArtifactError(f"{shown(file)}, byte 0: not in the format of Parquet: {error}") from error
        missing = [name for name in _NEEDED if name not in frame.columns]
        if missing:
            raise ArtifactError(f"{shown(file)}: the columns {', '.join(missing)} are missing")
        yield from _runs(file, frame)


def _runs(file: Path, frame: Any) -> Iterator[ImportedRun]:
    data = next((name for name in ("dataset_name", "data_name") if name in frame.columns), None)
    keys = [name for name in ("objective_name", data, "solver_name", "idx_rep", "sampling_strategy")
            if name is not None and name in frame.columns]  # fmt: skip
    for values, group in frame.groupby(keys, sort=True, dropna=False):
        told = dict(zip(keys, values, strict=True))
        solver = str(told["solver_name"])
        strategy = str(told.get("sampling_strategy", "iteration"))
        if strategy not in _COUNTED:
            log.warning("%s: %s is left out, its stop values are not iterations (%s)", shown(file), solver, strategy)
            continue
        rows = group.sort_values("stop_val")
        # Stop value 0 gives the start of a solver, which is its first value.
        pairs = [
            (max(int(at), 1), float(value))
            for at, value in zip(rows["stop_val"], rows["objective_value"], strict=True)
            if _is_count(at)
        ]
        if not pairs:
            log.warning("%s: %s is left out, it has no numeric stop values", shown(file), solver)
            continue
        name = f"benchopt_{safe_name(str(told['objective_name']))}"
        yield ImportedRun(
            format="benchopt",
            file=shown(file),
            tool="benchopt",
            problem=ImportedProblem(
                name=f"{name}_{safe_name(str(told[data]))}" if data else name, dim=1, instance=0, f_opt=None
            ),
            optimizer=OptimizerRecord(name=solver or "unnamed"),
            evaluations=pairs[-1][0],
            history=improvements([at for at, _ in pairs], [value for _, value in pairs]),
            notes=("evaluations are iterations; the dimension is not stated",),
        )


def _is_count(value: Any) -> bool:
    try:
        return 0 <= float(value) <= MOST
    except (TypeError, ValueError):
        return False
