"""Studies as a user names them: a store, run artifacts, or folders of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchbook.errors import ArtifactError, UsageError

if TYPE_CHECKING:
    from benchbook.analysis.table import RunTable
    from benchbook.records import RunRecord

log = logging.getLogger(__name__)


def open_runs(paths: Iterable[Path]) -> RunTable:
    """Return the runs of stores, artifacts and folders of artifacts, as one table.

    Raises:
        UsageError: A path does not exist, or holds no runs.
        ArtifactError: A path is a damaged artifact. In a folder it is left out, and the log names it.
    """
    from benchbook.analysis.table import RunTable

    tables = [_open(Path(path)) for path in paths]
    if len(tables) == 1:
        return tables[0]
    return RunTable(run for table in tables for run in table)


def _open(path: Path) -> RunTable:
    from benchbook.analysis.table import RunTable

    if not path.exists():
        raise UsageError(f"no such file or folder: {path}")
    runs: RunTable
    imported = _imported(path)
    if path.is_dir() and _is_store(path):
        from benchbook.analysis.store_table import open_store

        own = open_store(path)
        runs = RunTable([*own, *imported]) if imported else own
    elif imported:
        runs = RunTable(imported)
    else:
        runs = RunTable(_artifacts(path))
    if not len(runs):
        raise UsageError(f"{path} holds no runs: expected a store, a run artifact, or a folder of run artifacts")
    return runs


def _imported(path: Path) -> list[Any]:
    """Return the runs that were imported into a store; they can be measured, but have no settings, times or host."""
    if not (path / "imported").is_dir():
        return []
    from benchbook.artifacts.interop import read_imported

    return list(read_imported(path))


def _artifacts(path: Path) -> Iterator[RunRecord]:
    from benchbook.artifacts.codec import SUFFIXES
    from benchbook.artifacts.io import load, load_document
    from benchbook.artifacts.kinds import Kind
    from benchbook.artifacts.run_document import from_document

    if path.is_file():
        yield load(path)
        return
    for file in sorted(item for item in path.iterdir() if item.name.endswith(SUFFIXES)):
        if not _is_artifact(file):
            log.warning("%s is not an artifact of benchbook and is left out", file)
            continue
        try:
            document = load_document(file)
        except ArtifactError as error:
            log.warning("left out: %s", error)
            continue
        if document["kind"] == Kind.RUN:
            yield from_document(document)


def _is_artifact(file: Path) -> bool:
    """Distinguish artifacts from other JSON; a damaged artifact counts as one, and reading it reports the damage."""
    import json

    if file.name.endswith(".json"):
        try:
            document = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return True
        return isinstance(document, dict) and "kind" in document
    return True


def _is_store(path: Path) -> bool:
    from benchbook.artifacts.store.manifest import FILE_NAME
    from benchbook.artifacts.store.shards import shards_of

    return (path / FILE_NAME).exists() or bool(shards_of(path))
