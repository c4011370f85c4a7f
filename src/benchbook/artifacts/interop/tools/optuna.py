"""Read Optuna studies from a storage URL, an SQLite file or a journal file; each trial is an evaluation."""

from __future__ import annotations

import logging
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from benchbook.artifacts.interop.imported import improvements
from benchbook.artifacts.interop.names import safe_name
from benchbook.artifacts.interop.sources.finding import files_under
from benchbook.artifacts.interop.sources.shown import invalid, shown
from benchbook.artifacts.interop.tools.optuna_journal import Journal
from benchbook.errors import ArtifactError, BenchbookError, MissingExtraError, UsageError
from benchbook.records import OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

log = logging.getLogger(__name__)
_SQLITE = b"SQLite format 3\0"


def read_optuna(source: str | Path, objective: str | None = None) -> Iterator[ImportedRun]:
    """Yield one run per study in a storage.

    Trials count as evaluations in the order of their numbers, including failed and pruned ones; only complete trials
    have a value. Optuna does not store the sampler, so the optimizer is called `optuna`. The function is named after
    the study, and its optimum is not known. Values of a study that maximises are negated.

    Args:
        source: A storage URL such as `sqlite:///file.db`, an SQLite file, a journal file, or a folder of such files.
        objective: Number of the objective, from 0; required if a study has several.

    Raises:
        UsageError: There is no such file, or a study has several objectives and none was chosen.
        ArtifactError: Optuna cannot read the storage, it contains no study, or a line of a journal is torn.
        MissingExtraError: Optuna is not installed.
    """
    try:
        import optuna
    except ImportError as error:
        raise MissingExtraError("Optuna's studies need Optuna: pip install 'benchbook[adapters]'") from error
    text = str(source)
    if "://" in text:
        yield from _studies(optuna, text, text, objective)
        return
    path = Path(source)
    if not path.exists():
        raise UsageError(f"no such file or folder: {path}")
    for file in files_under(path, "*") if path.is_dir() else [path]:
        yield from _studies(optuna, file, shown(file), objective)


def _studies(optuna: Any, source: str | Path, name: str, objective: str | None) -> Iterator[ImportedRun]:
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        storage = _storage(optuna, source)
        studies = storage.get_all_studies()
        runs = [_run(optuna, storage, study, name, objective) for study in studies]
    except BenchbookError:
        raise
    except (*_damaged(optuna),) as error:
        raise ArtifactError(f"{name}: Optuna cannot read it: {str(error)[:300]}") from error
    finally:
        optuna.logging.set_verbosity(verbosity)
    if not runs:
        raise ArtifactError(f"{name} holds no study of Optuna")
    yield from (run for run in runs if run is not None)


def _damaged(optuna: Any) -> list[type[Exception]]:
    """Return the exceptions that Optuna and SQLAlchemy raise if a storage is damaged."""
    from sqlalchemy.exc import SQLAlchemyError

    return [optuna.exceptions.OptunaError, SQLAlchemyError, sqlite3.Error, ValueError, LookupError, TypeError,
            RuntimeError, AttributeError, AssertionError, OSError]  # fmt: skip


def _storage(optuna: Any, source: str | Path) -> Any:
    if isinstance(source, str):
        if source.startswith("sqlite:///") and not Path(source.removeprefix("sqlite:///")).is_file():
            raise UsageError(f"no such file: {source}")
        return _database(optuna, source)
    with source.open("rb") as stream:
        start = stream.read(len(_SQLITE))
    if start == _SQLITE:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.execute("SELECT count(*) FROM studies, trials")  # otherwise Optuna would create these tables
        return _database(optuna, f"sqlite:///{source}")
    journal = Journal(source)
    try:
        return optuna.storages.JournalStorage(journal)
    except BenchbookError:
        raise
    except (*_damaged(optuna),) as error:
        raise invalid(source, journal.line, f"Optuna cannot read it: {error!r:.300}") from error


def _database(optuna: Any, url: str) -> Any:
    """Return Optuna's view of a database; no connection stays open after a query, not even if opening it fails."""
    from sqlalchemy.pool import NullPool

    return optuna.storages.RDBStorage(url, engine_kwargs={"poolclass": NullPool})


def _run(optuna: Any, storage: Any, study: Any, name: str, objective: str | None) -> ImportedRun | None:
    directions = study.directions
    if len(directions) > 1 and objective is None:
        raise UsageError(f"{name}: the study {study.study_name!r} has {len(directions)} objectives; choose one with "
                         f"--objective 0 to {len(directions) - 1}")  # fmt: skip
    if len(directions) == 1:
        objective = None  # the choice applies only to studies with several objectives
    place = int(objective) if objective is not None and objective.isascii() and objective.isdigit() else 0
    if objective is not None and not (objective == str(place) and place < len(directions)):
        raise UsageError(f"objective is {objective!r}, expected 0 to {len(directions) - 1} for {study.study_name!r}")
    maximised = directions[place] == optuna.study.StudyDirection.MAXIMIZE
    trials = sorted(storage.get_all_trials(study._study_id, deepcopy=False), key=lambda trial: int(trial.number))
    done = [trial for trial in trials if trial.state.is_finished()]
    if len(done) < len(trials):
        log.warning(
            "%s: %d trials of the study %r are left out, first number %d: they did not finish", name,
            len(trials) - len(done), study.study_name,
            next(trial.number for trial in trials if not trial.state.is_finished()),
        )  # fmt: skip
    if not done:
        log.warning("%s: the study %r is left out, it has no finished trial", name, study.study_name)
        return None
    complete = [
        (at, trial.values[place])
        for at, trial in enumerate(done, start=1)
        if trial.state == optuna.trial.TrialState.COMPLETE and not math.isnan(trial.values[place])
    ]
    function = f"optuna_{safe_name(study.study_name)}"
    return ImportedRun(
        format="optuna",
        file=name,
        tool="Optuna",
        problem=ImportedProblem(
            name=function if len(directions) == 1 else f"{function}_{place}",
            dim=max((len(trial.params) for trial in done), default=1) or 1,
            instance=0,
            f_opt=None,
        ),
        optimizer=OptimizerRecord(name="optuna"),
        evaluations=len(done),
        history=improvements([at for at, _ in complete], [-v if maximised else v for _, v in complete]),
        maximised=maximised,
    )
