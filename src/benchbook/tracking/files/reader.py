"""Reading tracked pipelines: one in full, or one line for each of them."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.errors import ArtifactError, StorageError, UsageError
from benchbook.files import write_atomic
from benchbook.records.pipeline import DIED, FINAL, UNREADABLE, Eta, PipelineState, StepStatus, was_done
from benchbook.tracking.eta import estimate
from benchbook.tracking.events import read_manifest
from benchbook.tracking.field_types import check_types
from benchbook.tracking.files.folders import (
    LOCK,
    MANIFEST,
    check_readable,
    earlier_shapes,
    is_nested,
    is_running,
    moment_of,
    parent_of,
    read_snapshot,
    run_ids,
    tracking_root,
)
from benchbook.tracking.files.pipeline_document import from_document
from benchbook.tracking.files.run_locks import heartbeat

INDEX = "index.cache"
LEAST_KEPT = 20
_INDEX_VERSION = 2
_WORTH_KEEPING = 20  # number of new lines after which the index is written again


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One pipeline in a list.

    Attributes:
        status: A `StepStatus`, or `died`, or `unreadable`.
        done: Steps that were done, without cancelled steps and those that never started.
        failed: How many of them failed.
        total: Number of planned steps, as far as known.
        duration_s: Seconds it took, or seconds until its last sign of life.
        reason: Why it failed, was cancelled or cannot be read.
        parent: The pipeline that it is part of; None without one.
    """

    run_id: str
    name: str
    spec: str | None
    status: str
    created_at: str
    done: int
    failed: int
    total: int
    duration_s: float | None
    last_at: str
    reason: str | None
    parent: str | None = None


_PARENT = Line.__slots__.index("parent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One pipeline, as a reader sees it.

    Attributes:
        status: As in the manifest, or `died`.
        elapsed_s: Seconds it took; if it is alive, seconds until now; if its process died, until its last sign of life.
        heartbeat_at: Its last sign of life.
        eta: What remains; None unless it is live.
    """

    folder: Path
    state: PipelineState
    status: str
    elapsed_s: float
    heartbeat_at: str
    eta: Eta | None


def read_run(folder: Path, clock: Clock = SYSTEM_CLOCK) -> Seen:
    """Return a pipeline from its manifest.

    Raises:
        ArtifactError: The manifest is missing, damaged at its beginning, or of a newer version.
    """
    check_readable(folder)
    live = is_running(folder)  # read before the manifest, so that a pipeline that ends in between is read as ended
    state = read_manifest(folder / MANIFEST)
    if not live and state.duration_s is None:
        state = _from_snapshot(folder) or state
    beat = heartbeat(folder / LOCK)
    last_t, last_at = state.t, state.last_at
    if beat is not None and beat.t > last_t:
        last_t, last_at = beat.t, beat.at
    eta = None
    if state.duration_s is not None:
        status, elapsed_s = state.status.value, state.duration_s
    elif live:
        status, elapsed_s = StepStatus.RUNNING.value, last_t + _since(last_at, clock)
        eta = estimate(state, elapsed_s, earlier_shapes(state.name, state.run_id, folder.parent.parent))
    else:
        status, elapsed_s = DIED, last_t
    return Seen(folder=folder, state=state, status=status, elapsed_s=elapsed_s, heartbeat_at=last_at, eta=eta)


def _from_snapshot(folder: Path) -> PipelineState | None:
    """Return the state of an ended pipeline if the disk was full for its last events, but not for its snapshot."""
    snapshot = read_snapshot(folder)
    if snapshot is None or snapshot.get("status") not in FINAL:
        return None
    try:
        check_types(snapshot)
        return from_document(snapshot)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _since(at: str, clock: Clock) -> float:
    """Return the seconds since a sign of life: at least 0, and at most the interval of a live process."""
    try:
        passed = (clock.now() - datetime.fromisoformat(at)).total_seconds()
    except ValueError:
        return 0.0
    return min(max(0.0, passed), 10.0)


def list_runs(
    root: Path | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    status: Iterable[str] = (),
    spec: str | None = None,
    limit: int | None = None,
    nested: bool = False,
) -> tuple[list[Line], int]:
    """Return one line per tracked pipeline, newest first, and the number of pipelines without the limit.

    Finished runs never change, so their lines are kept in an index next to the folders; a lost index is rebuilt.

    Args:
        root: Artifact root.
        since: Only those that started at this moment or later.
        until: Only those that started before this moment.
        status: Only those with one of these statuses.
        spec: Only those of this name, or that ran this spec.
        limit: At most this many.
        nested: Also those that are part of another, such as those that the notebook of a spec tracks.
    """
    base = tracking_root(root)
    index = _read_index(base)
    earliest = since.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f") if since is not None else ""
    latest = until.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f") if until is not None else None
    known = run_ids(root)
    kept = frozenset(known)
    wanted, new, found = set(status), 0, []
    for run_id in known:
        if run_id < earliest:
            break
        if latest is not None and run_id >= latest:
            continue
        fields = index.get(run_id)
        if fields is None:
            line = _line(base / run_id)
            if line is None:
                continue
            fields = [getattr(line, name) for name in Line.__slots__]
            if line.status not in (StepStatus.RUNNING, UNREADABLE):
                index[run_id] = fields
                new += 1
        if (wanted and fields[3] not in wanted) or (spec is not None and spec not in fields[1:3]):
            continue
        if not nested and is_nested(fields[_PARENT], kept):
            continue
        found.append(fields)
    if new >= _WORTH_KEEPING:
        _write_index(base, {run_id: index[run_id] for run_id in known if run_id in index})
    return [Line(**dict(zip(Line.__slots__, fields, strict=True))) for fields in found[:limit]], len(found)


def _line(folder: Path) -> Line | None:
    """Return the line of a pipeline; None while its folder is being created."""
    snapshot = read_snapshot(folder)
    if snapshot is not None and snapshot.get("status") in FINAL:
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            return _line_of(snapshot)
    try:
        seen = read_run(folder)
    except (ArtifactError, StorageError, UsageError) as error:
        if not (folder / MANIFEST).is_file():
            return None
        return _unreadable(folder.name, str(error))
    state = seen.state
    return Line(
        run_id=folder.name,
        name=state.name,
        spec=state.spec,
        status=seen.status,
        created_at=state.created_at,
        done=state.done,
        failed=sum(step.status is StepStatus.FAILED for step in state.steps),
        total=state.planned,
        duration_s=seen.elapsed_s,
        last_at=seen.heartbeat_at,
        reason=state.reason,
        parent=state.parent,
    )


def _line_of(document: dict[str, Any]) -> Line:
    check_types(document)
    steps = document["steps"]
    statuses = [StepStatus(step["status"]) for step in steps]
    return Line(
        run_id=document["run_id"],
        name=document["name"],
        spec=document["spec"],
        status=document["status"],
        created_at=document["created_at"],
        done=sum(was_done(step["status"], step["reason"]) for step in steps),
        failed=statuses.count(StepStatus.FAILED),
        total=max(document["total"] or 0, len(steps)),
        duration_s=document["duration_s"],
        last_at=document["last_at"],
        reason=document["reason"],
        parent=document.get("parent"),
    )


def _unreadable(run_id: str, reason: str) -> Line:
    at = moment_of(run_id)
    name = run_id.split("-", 1)[1].rsplit("-", 1)[0]
    return Line(
        run_id=run_id, name=name, spec=None, status=UNREADABLE, created_at=at, done=0, failed=0, total=0,
        duration_s=None, last_at=at, reason=reason,
    )  # fmt: skip


def _read_index(base: Path) -> dict[str, list[Any]]:
    try:
        found = orjson.loads((base / INDEX).read_bytes())
        runs: dict[str, list[Any]] = found["runs"]
        known = found["version"] == _INDEX_VERSION and found["fields"] == list(Line.__slots__)
        # Lines of files changed since then are made again: a list shows only what is in the manifests.
        if known and found["checksum"] == _checksum(runs):
            return runs
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {}


def _checksum(runs: dict[str, list[Any]]) -> int:
    return zlib.crc32(orjson.dumps(runs))


def _write_index(base: Path, index: dict[str, list[Any]]) -> None:
    document = {
        "version": _INDEX_VERSION,
        "at": timestamp(SYSTEM_CLOCK.now()),
        "fields": list(Line.__slots__),
        "checksum": _checksum(index),
        "runs": index,
    }
    with contextlib.suppress(StorageError):  # a read-only folder can be listed, too
        write_atomic(base / INDEX, orjson.dumps(document))


def prune(keep: int, root: Path | None = None, *, dry_run: bool = False) -> list[str]:
    """Delete all but the newest `keep` pipelines, never a live one, and return the ids of those deleted.

    One that is part of another is not counted, and stays as long as the other.

    Raises:
        UsageError: `keep` is less than 20.
        StorageError: A folder cannot be deleted.
    """
    import shutil

    if keep < LEAST_KEPT:
        raise UsageError(f"keep is {keep}, expected at least {LEAST_KEPT}")
    gone: list[str] = []
    known = run_ids(root)
    parents = {run_id: parent_of(run_id, root) for run_id in known}
    alone = [run_id for run_id in known if not is_nested(parents[run_id], parents)]
    kept = set(alone[:keep])
    for run_id in known:
        folder = tracking_root(root) / run_id
        if run_id in kept or parents[run_id] in kept or is_running(folder) or not (folder / MANIFEST).is_file():
            continue
        if not dry_run:
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise StorageError(f"cannot delete {folder}: {error.strerror or error}") from error
        gone.append(run_id)
    return gone
