"""Write a study as an RO-Crate, for archives and readers: its files, and who made them when and with what.

The crate follows RO-Crate 1.1 and the Process Run Crate profile 0.5: the runs are the result of actions, whose
instrument is benchbook and whose object is the study's plan.

References:
    Soiland-Reyes et al. 2022, Packaging research artefacts with RO-Crate, Data Science 5(2), 97-138,
    https://doi.org/10.3233/DS-210053
    Process Run Crate 0.5, https://w3id.org/ro/wfrun/process/0.5
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchbook.artifacts.interop.crate_entities import METADATA, Label, Notebook, describe
from benchbook.artifacts.interop.tables import write_csv
from benchbook.artifacts.kinds import Kind
from benchbook.artifacts.store.manifest import FILE_NAME as MANIFEST
from benchbook.artifacts.store.shards import SHARD_FOLDER
from benchbook.errors import MissingExtraError, StorageError, UsageError
from benchbook.records import RunRecord
from benchbook.records.imported import ImportedRun
from benchbook.scratch import scratch_folder

_SCHEMAS = (
    Kind.RUN,
    Kind.STORED_RUN,
    Kind.STORE_CELL,
    Kind.STORE_CIRCUMSTANCES,
    Kind.STUDY_MANIFEST,
    Kind.TRACE_CHUNK,
    Kind.SPEC_OUTCOME,
)


def write_crate(
    runs: Iterable[RunRecord], study: Path, folder: Path, *, label: Label, notebooks: Sequence[Notebook] = ()
) -> list[Path]:
    """Write the crate and return the path of its metadata; an existing crate is replaced as a whole.

    Args:
        runs: The runs of the study.
        study: Its files: a store, a run artifact, or a folder of run artifacts.
        folder: The crate.
        label: Title, licence, authors.
        notebooks: The notebooks that belong to it.

    Raises:
        MissingExtraError: rocrate is not installed.
        UsageError: `folder` contains something other than a crate, or is inside the study; or runs were imported.
        StorageError: A file cannot be read or written.
    """
    try:
        from rocrate.rocrate import ROCrate
    except ImportError as error:
        raise MissingExtraError("RO-Crate needs rocrate: pip install 'benchbook[rocrate]'") from error
    _check_place(study, folder)
    known = _own(runs)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(f".{folder.name}.tmp-", folder.parent) as temporary:
            content, whole = temporary / "content", temporary / "crate"
            _gather(known, study, content, notebooks)
            crate = ROCrate(version="1.1")
            describe(crate, known, content, label, notebooks)
            crate.write(whole)
            if folder.exists():
                shutil.rmtree(folder)
            whole.replace(folder)
    except OSError as error:
        raise StorageError(f"cannot write the crate {folder}: {error.strerror or error}") from error
    return [folder / METADATA]


def _check_place(study: Path, folder: Path) -> None:
    if folder.resolve().is_relative_to(study.resolve()) or study.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"the crate {folder} and the study {study} are nested in each other")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / METADATA).is_file():
        raise UsageError(f"{folder} contains files that are not a crate, expected an empty or new folder")


def _own(runs: Iterable[RunRecord]) -> list[RunRecord]:
    known = list(runs)
    if any(isinstance(run, ImportedRun) for run in known):
        raise UsageError("the study holds imported runs; their provenance is unknown")
    return known


def _gather(runs: Sequence[RunRecord], study: Path, content: Path, notebooks: Sequence[Notebook]) -> None:
    """Copy what goes into the crate to one place."""
    from benchbook.artifacts.models.registry import FILE_NAMES, json_schema

    kept = content / "study"
    if (study / SHARD_FOLDER).is_dir():
        # The index can be rebuilt from the shards.
        shutil.copytree(study / SHARD_FOLDER, kept / SHARD_FOLDER, ignore=shutil.ignore_patterns(".*"))
        if (study / MANIFEST).is_file():
            shutil.copy(study / MANIFEST, kept)
    elif study.is_file():
        kept.mkdir(parents=True)
        shutil.copy(study, kept)
    else:
        shutil.copytree(study, kept, ignore=shutil.ignore_patterns(".*"))
    write_csv(runs, content / "tables")
    schemas = content / "schemas"
    schemas.mkdir()
    for kind in _SCHEMAS:
        (schemas / FILE_NAMES[kind]).write_text(json.dumps(json_schema(kind), indent=2), encoding="utf-8")
    for notebook in notebooks:
        there = content / "notebooks"
        there.mkdir(exist_ok=True)
        shutil.copy(notebook.path, there)
        if notebook.outcome is not None:
            shutil.copy(notebook.outcome, there / f"{notebook.path.stem}.outcome.json.zst")
