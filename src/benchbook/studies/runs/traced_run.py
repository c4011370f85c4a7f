"""A single run that keeps more than its improvements, in a folder for traces."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from benchbook.artifacts.store.shards import SHARD_FOLDER
from benchbook.errors import StorageError, UsageError, unknown_name
from benchbook.files import artifact_root
from benchbook.protocols import evaluations_of_point
from benchbook.records import RunRecord
from benchbook.records.study import HISTORY_LEVELS
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.studies.runs.traces import TRACE_BYTES, WITH_POINTS, observer_for


def check_history(history: str, *, points: bool, trace_to: Path | str | None) -> None:
    """Check before a run that the arguments for its trace fit together.

    Raises:
        UnknownNameError: There is no such history level.
        UsageError: Points or a folder are given for a level that has none.
    """
    if history not in HISTORY_LEVELS:
        raise unknown_name("history level", str(history), HISTORY_LEVELS)
    if points and history not in WITH_POINTS:
        raise UsageError(f"points is {points!r} and history is {history!r}, which keeps none; expected triggers or all")
    if trace_to is not None and history == "improvements":
        raise UsageError(
            f"trace_to is {str(trace_to)!r} and history is 'improvements', which has no trace; "
            "expected triggers, population or all"
        )


def traced(planned: PlannedRun, history: str, *, points: bool, folder: Path | str | None) -> RunRecord:
    """Do a run and keep its trace in a folder.

    Raises:
        UsageError: Population statistics are asked for on a problem with constraints.
        StorageError: The folder cannot be written to; nothing was run.
    """
    if history == "population" and evaluations_of_point(planned.problem) > 1:
        raise UsageError(
            f"history is 'population', which is not kept where there are constraints, as in {planned.problem.name}; "
            "expected triggers or all"
        )
    store = artifact_root() / "traces" if folder is None else Path(folder)
    _check_folder(store)
    observer = observer_for(
        store, history, problem=planned.problem, budget=planned.spec.budget, points=points, most_bytes=TRACE_BYTES
    )
    if observer is None:
        raise UsageError(f"history is {history!r}, expected triggers, population or all")
    record = execute(planned, observers=[observer])
    return replace(record, trace=observer.finish())


def _check_folder(store: Path) -> None:
    folder = store / SHARD_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".trace.", dir=folder)
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        raise StorageError(f"cannot write traces into {store}: {error.strerror or error}") from error
