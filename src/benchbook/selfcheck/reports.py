"""Reports as files: one document each in `.benchmarks/`, and a committed one that all can be compared with."""

from __future__ import annotations

from pathlib import Path

import orjson

from benchbook.artifacts.io import load_document
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.artifacts.validate import checked
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import project_root, write_atomic
from benchbook.records import from_plain
from benchbook.records.benchmark import Report
from benchbook.typing import JsonObject

FOLDER = ".benchmarks"
SUMMARY = "benchmarks/summary.json"


def report_folder() -> Path:
    """Return where reports go: `.benchmarks` of the project, else of the working directory."""
    return (project_root() or Path.cwd()) / FOLDER


def summary_path() -> Path:
    """Return the path of the committed report."""
    return (project_root() or Path.cwd()) / SUMMARY


def to_document(report: Report) -> JsonObject:
    """Return a report as JSON values, under the schema of kind `benchmark-report`."""
    return as_document(Kind.BENCHMARK_REPORT, report)


def write_report(report: Report, path: Path) -> Path:
    """Check a report against its schema and write it.

    Raises:
        StorageError: It cannot be written.
    """
    document = checked(to_document(report), report.report_id)
    write_atomic(path, orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return path


def read_report(path: Path) -> Report:
    """Read a report.

    Raises:
        UsageError: There is no such file, or it has another suffix than an artifact.
        ArtifactError: It is damaged, invalid, or an artifact of another kind.
    """
    return from_plain(Report, load_document(path, Kind.BENCHMARK_REPORT))


def find_report(wanted: str, folder: Path) -> Report:
    """Return a report by its path, by id or its beginning, `latest`, `previous`, or `summary` for the committed one.

    Raises:
        UsageError: There is none, or several.
        ArtifactError: It cannot be read.
    """
    if wanted == "summary":
        return read_report(summary_path())
    paths = sorted(folder.glob("*.json"))
    place = {"latest": 1, "previous": 2}.get(wanted)
    if place is not None:
        if len(paths) < place:
            raise UsageError(f"{folder} holds {len(paths)} reports, {wanted!r} needs {place}: run benchbook benchmark")
        return read_report(paths[-place])
    found = [path for path in paths if path.stem.startswith(wanted)]
    if len(found) == 1:
        return read_report(found[0])
    if len(found) > 1:
        raise UsageError(f"{len(found)} reports in {folder} begin with {wanted!r}")
    return read_report(Path(wanted))


def earlier_reports(folder: Path, most: int) -> tuple[list[Report], list[str]]:
    """Return the newest reports of a folder, oldest first, and what could not be read."""
    reports: list[Report] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.json"), reverse=True):
        if len(reports) == most:
            break
        try:
            reports.append(read_report(path))
        except (ArtifactError, UsageError) as error:
            problems.append(str(error))
    return reports[::-1], problems
