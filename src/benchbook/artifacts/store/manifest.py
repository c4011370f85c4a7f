"""The manifest of a store: the plan of its study."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchbook.artifacts.codec import MAX_FILE_BYTES, decode
from benchbook.artifacts.io import load_document, save_document
from benchbook.artifacts.kinds import VERSIONS, Kind, as_document
from benchbook.artifacts.store.shards import IMPORTED_FOLDER, SHARD_SUFFIX, shards_of
from benchbook.artifacts.store.study_plan import StudyPlan
from benchbook.clock import SYSTEM_CLOCK, timestamp
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import read_bytes
from benchbook.records import from_plain
from benchbook.records.study import StudyManifest

log = logging.getLogger(__name__)
FILE_NAME = "manifest.json.zst"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The plan of a store's study.

    Attributes:
        created_at: When the study was started, ISO 8601 in UTC.
        reuses_stale: Whether runs of other code count as done.
    """

    plan: StudyPlan
    created_at: str
    reuses_stale: bool


def check_store(folder: Path) -> None:
    """Check that a folder is a store before anything is written to it, such as an index.

    Raises:
        UsageError: There is no such folder, or it holds neither a manifest nor shards nor imported runs.
    """
    if folder.is_file():
        raise UsageError(f"{folder} is a file, expected the folder of a store")
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}")
    if not ((folder / FILE_NAME).is_file() or shards_of(folder) or (folder / IMPORTED_FOLDER).is_dir()):
        raise UsageError(
            f"{folder} is not a store: it contains neither {FILE_NAME} nor files that end in {SHARD_SUFFIX}"
        )


def read_manifest(store: Path) -> Manifest | None:
    """Return the manifest of a store; None if it has none.

    Raises:
        ArtifactError: It is damaged, or of a newer version of benchbook.
    """
    path = store / FILE_NAME
    if not path.is_file():
        return None
    document = load_document(path, Kind.STUDY_MANIFEST)
    doc: Any = document  # valid by its schema
    plan = from_plain(StudyPlan, doc["plan"], version=doc["version"])
    return Manifest(plan=plan, created_at=doc["created_at"], reuses_stale=doc["reuses_stale"])


def usable_manifest(store: Path) -> Manifest | None:
    """Return the manifest of a store; None if it has none, or a damaged one, which is logged.

    Runs do not depend on it: if the plan cannot be read, all runs are shown.

    Raises:
        ArtifactError: It is of a newer version of benchbook.
    """
    try:
        return read_manifest(store)
    except ArtifactError as error:
        if _is_newer(store / FILE_NAME):
            raise
        log.warning("the plan of %s is unreadable, and is not used: %s", store, error)
        return None


def write_manifest(
    store: Path, plan: StudyPlan, *, commit: tuple[str | None, bool | None], reuses_stale: bool = False
) -> None:
    """Make a plan that of the store; if the store had another one, this is logged.

    Raises:
        ArtifactError: The store has a manifest of a newer benchbook, which is not changed.
        StorageError: It cannot be written.
    """
    try:
        known = read_manifest(store)
    except ArtifactError as error:
        if _is_newer(store / FILE_NAME):
            raise
        log.warning("rewriting the manifest: %s", error)
        known = None
    if known is not None:
        if known.plan == plan and known.reuses_stale == reuses_stale:
            return
        differing = known.plan.differences(plan)
        if differing:
            log.warning("%s held another plan, with other %s; its runs are kept", store, ", ".join(differing))
        elif known.plan != plan and not reuses_stale:
            log.warning("code or environment have changed since %s was planned; its runs are computed again", store)
    manifest = StudyManifest(
        created_at=timestamp(SYSTEM_CLOCK.now()) if known is None else known.created_at,
        commit=commit[0],
        dirty=commit[1],
        version=plan.version,
        reuses_stale=reuses_stale,
        plan=plan,
    )
    save_document(as_document(Kind.STUDY_MANIFEST, manifest), store / FILE_NAME)


def _is_newer(path: Path) -> bool:
    try:
        version = decode(read_bytes(path, MAX_FILE_BYTES), path.name).get("schema_version")
    except ArtifactError:
        return False
    return isinstance(version, int) and version > VERSIONS[Kind.STUDY_MANIFEST]
