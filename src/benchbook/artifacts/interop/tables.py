"""Write runs as two tables in CSV or Parquet: the runs, and all their improvements."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from benchbook.errors import MissingExtraError, StorageError
from benchbook.records import RunRecord
from benchbook.records.imported import ImportedRun

if TYPE_CHECKING:
    import pandas as pd


def write_csv(runs: Iterable[RunRecord | ImportedRun], folder: Path) -> list[Path]:
    """Write `runs.csv` and `improvements.csv`, joined by `run_id`, and return their paths.

    Raises:
        StorageError: A file cannot be written.
    """
    return _write(runs, folder, "csv")


def write_parquet(runs: Iterable[RunRecord | ImportedRun], folder: Path) -> list[Path]:
    """Write `runs.parquet` and `improvements.parquet`, joined by `run_id`, and return their paths.

    Raises:
        MissingExtraError: pyarrow is not installed.
        StorageError: A file cannot be written.
    """
    try:
        import pyarrow  # noqa: F401  # pandas needs it
    except ImportError as error:
        raise MissingExtraError("Parquet needs pyarrow: pip install 'benchbook[interop]'") from error
    return _write(runs, folder, "parquet")


def _write(runs: Iterable[RunRecord | ImportedRun], folder: Path, form: str) -> list[Path]:
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in zip(("runs", "improvements"), _frames(runs), strict=True):
            path = folder / f"{name}.{form}"
            if form == "csv":
                frame.to_csv(path, index=False)
            else:
                frame.to_parquet(path, index=False)
            paths.append(path)
    except OSError as error:
        raise StorageError(f"cannot write to {folder}: {error.strerror or error}") from error
    return paths


def _frames(runs: Iterable[RunRecord | ImportedRun]) -> tuple[pd.DataFrame, pd.DataFrame]:
    import numpy as np
    import pandas as pd

    rows: list[dict[str, Any]] = []
    histories = []
    for number, run in enumerate(runs, start=1):
        run_id = run.run_id if isinstance(run, RunRecord) else f"imported-{number}"
        rows.append(_row(run, run_id))
        histories.append((run_id, run.history))
    lengths = [len(history.evaluations) for _, history in histories]
    improvements = pd.DataFrame(
        {
            "run_id": np.repeat([run_id for run_id, _ in histories], lengths),
            "evaluations": np.concatenate([np.empty(0, dtype=np.int64), *(h.evaluations for _, h in histories)]),
            "best_value": np.concatenate([np.empty(0), *(h.best_values for _, h in histories)]),
        }
    )
    return pd.DataFrame(rows), improvements


def _row(run: RunRecord | ImportedRun, run_id: str) -> dict[str, Any]:
    """Return the fields of a run; those that an imported run lacks are missing."""
    own = run if isinstance(run, RunRecord) else None
    return {
        "run_id": run_id,
        "run_key": own and own.run_key,
        "optimizer": run.optimizer.name,
        "settings": orjson.dumps(dict(run.optimizer.settings), option=orjson.OPT_SORT_KEYS).decode(),
        "function": run.problem.name,
        "dim": run.problem.dim,
        "instance": run.problem.instance,
        "f_opt": run.problem.f_opt,
        "seed": run.seed,
        "budget": run.budget,
        "target": own and own.target,
        "evaluations": run.evaluations,
        "stop": own and own.stop.value,
        "status": run.status.value,
        "best_value": run.best_value,
        "precision": run.precision,
        "total_s": own and own.timing.total_s,
        "optimizer_s": own and own.timing.optimizer_s,
        "objective_s": own and own.timing.objective_s,
        "created_at": own and own.created_at,
        "commit": own and own.commit,
        "version": own and own.version,
    }
