"""Where tracked pipelines are kept: one folder per pipeline, in `tracking/` of the artifact root.

tracking/20260102T030405000000Z-imitation-3fa91c2b/
    manifest.jsonl   every event, appended as it happens: the truth
    pipeline.json    the state as one document, replaced whole
    telemetry.jsonl  the samples
    report.md        for a reader, at the end
    timeline.svg     its picture, where a study or specs took a minute
    lock             held while the process lives; carries the heartbeat
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchbook.errors import ArtifactError, StorageError, UsageError, unknown_name
from benchbook.files import artifact_root
from benchbook.records.pipeline import StepStatus
from benchbook.tracking.eta import Shape
from benchbook.tracking.files.run_locks import is_live

MANIFEST = "manifest.jsonl"
SNAPSHOT = "pipeline.json"
TELEMETRY = "telemetry.jsonl"
REPORT = "report.md"
TIMELINE = "timeline.svg"  # of a study or of specs; drawn by `analysis.plots`
LOCK = "lock"
_ID = re.compile(r"^(\d{8}T\d{12}Z)-([a-z0-9_]+(?:-[a-z0-9_]+)*)-([0-9a-f]{8})$")
_MOST_EARLIER = 10


def tracking_root(root: Path | None = None) -> Path:
    """Return the folder of all tracked pipelines."""
    return Path(root or artifact_root()) / "tracking"


def slug_of(name: str) -> str:
    """Return a name as a part of a file name.

    Raises:
        UsageError: The name holds no letter and no digit.

    Examples:
        >>> slug_of("Imitation, small!")
        'imitation-small'
    """
    slug = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-")[:60].strip("-")
    if not slug:
        raise UsageError(f"a pipeline's name needs a letter or a digit, {name!r} has none")
    return slug


def make_folder(name: str, now: datetime, root: Path | None = None) -> Path:
    """Make the folder of a new pipeline; its name is the run id.

    Raises:
        StorageError: It cannot be made.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    folder = tracking_root(root) / f"{stamp}-{slug_of(name)}-{os.urandom(4).hex()}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise StorageError(f"cannot make {folder}: {error.strerror or error}") from error
    return folder


def run_ids(root: Path | None = None) -> list[str]:
    """Return the ids of all tracked pipelines, newest first."""
    try:
        with os.scandir(tracking_root(root)) as entries:
            return sorted((entry.name for entry in entries if _ID.match(entry.name)), reverse=True)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StorageError(f"cannot read {tracking_root(root)}: {error.strerror or error}") from error


def moment_of(run_id: str) -> str:
    """Return when a pipeline started, by its id, in ISO 8601.

    Examples:
        >>> moment_of("20260102T030405000000Z-imitation-3fa91c2b")
        '2026-01-02T03:04:05Z'
    """
    stamp = run_id.partition("-")[0]
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:11]}:{stamp[11:13]}:{stamp[13:15]}Z"


def find_run(wanted: str, root: Path | None = None) -> Path:
    """Return the folder of a pipeline: by id, beginning or end of the id, name (the newest run), or `latest`.

    The latest is never one that is part of another, such as those that the notebook of a spec tracks.

    Raises:
        UsageError: There is none, or several ids begin or end with this text.
    """
    known = run_ids(root)
    if not known:
        raise UsageError(f"nothing was tracked yet in {tracking_root(root)}")
    slugs = {run_id: run_id.split("-", 1)[1].rsplit("-", 1)[0] for run_id in known}
    if wanted == "latest":
        latest = next((run_id for run_id in known if not is_nested(parent_of(run_id, root), known)), known[0])
        return tracking_root(root) / latest
    if wanted in slugs:
        return tracking_root(root) / wanted
    named = [run_id for run_id in known if slugs[run_id] == wanted.lower()]
    if named:
        return tracking_root(root) / named[0]
    parts = [run_id for run_id in known if run_id.startswith(wanted) or run_id.endswith(wanted)]
    if len(parts) > 1:
        raise UsageError(f"{len(parts)} tracked pipelines begin or end with {wanted!r}; the newest is {parts[0]}")
    if not parts:
        raise unknown_name("tracked pipeline", wanted, dict.fromkeys(slugs.values()))
    return tracking_root(root) / parts[0]


def parent_of(run_id: str, root: Path | None = None) -> str | None:
    """Return the id of the pipeline that a pipeline is part of; None without one."""
    parent = (read_snapshot(tracking_root(root) / run_id) or {}).get("parent")
    return parent if isinstance(parent, str) else None


def is_nested(parent: str | None, known: Collection[str]) -> bool:
    """Return whether a pipeline is part of another that is still kept."""
    return parent is not None and parent in known


def is_running(folder: Path) -> bool:
    """Return whether the process of a pipeline is alive and still works on it."""
    return is_live(folder / LOCK)


def read_snapshot(folder: Path) -> dict[str, object] | None:
    """Return the snapshot of a pipeline from its file; None without one that can be read."""
    try:
        found = orjson.loads((folder / SNAPSHOT).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def earlier_shapes(name: str, before: str, root: Path | None = None) -> list[Shape]:
    """Return the steps of the newest completed pipelines of a name, except for the run `before`."""
    slug = slug_of(name)
    shapes: list[Shape] = []
    for run_id in run_ids(root):
        if run_id == before or run_id.split("-", 1)[1].rsplit("-", 1)[0] != slug:
            continue
        shapes += _shape_of(tracking_root(root) / run_id)
        if len(shapes) == _MOST_EARLIER:
            break
    return shapes


def _shape_of(folder: Path) -> Iterator[Shape]:
    found = read_snapshot(folder)
    if found is None or found.get("status") != StepStatus.COMPLETED:
        return
    try:
        steps: list[dict[str, object]] = found["steps"]  # type: ignore[assignment]  # checked by the except below
        shape = Shape(
            labels=tuple(str(step["label"]) for step in steps),
            durations_s=tuple(float(step["duration_s"] or 0.0) for step in steps),  # type: ignore[arg-type]  # the same
            weights=tuple(step.get("weight") for step in steps),  # type: ignore[misc]  # the same
            total_s=float(found["duration_s"]),  # type: ignore[arg-type]  # the same
        )
    except (KeyError, TypeError, ValueError):
        return
    yield shape


def check_readable(folder: Path) -> None:
    """Check that a folder has what a reader needs.

    Raises:
        ArtifactError: It has no manifest.
    """
    if not (folder / MANIFEST).is_file():
        raise ArtifactError(f"{folder} has no {MANIFEST}: the pipeline never began")
