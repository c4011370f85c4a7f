"""Validation of artifacts: by schema, then by rules that a schema cannot express."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchbook.artifacts.codec import MAX_FILE_BYTES, SUFFIXES, document_of, frames_of
from benchbook.artifacts.kinds import VERSIONS, Kind
from benchbook.artifacts.run_document import content_digest_of, from_document, run_key, spec_of
from benchbook.errors import ArtifactError
from benchbook.files import read_bytes
from benchbook.observers.targets import target_hits
from benchbook.records import RunRecord
from benchbook.typing import JsonObject

_MOST_FINDINGS = 20
MOST_EXPLAINED = 1000  # in one file: to say what is wrong takes twenty times as long as to see that something is
_SHOWN_ITEMS = 1000  # of a list or a text, and of all together, when it is said what is wrong
_SHOWN_IN_ALL = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with an artifact.

    Attributes:
        path: JSON path, such as `$.problem.dim`; `$` for the whole.
        reason: What is wrong there.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        """Return path and reason."""
        return f"{self.path}: {self.reason}"


def check_file(path: Path) -> list[tuple[int, Finding]]:
    """Return what is wrong with a file, as (frame number from 1, finding); empty if it is valid.

    Raises:
        UsageError: There is no such file.
    """
    found: list[tuple[int, Finding]] = []
    expects_one = path.name.endswith(SUFFIXES)
    try:
        data = read_bytes(path, MAX_FILE_BYTES if expects_one else None)
    except ArtifactError as error:
        return [(1, Finding("$", str(error)))]
    for number, frame in enumerate(frames_of(data), start=1):
        if expects_one and number == 2:
            return [*found, (2, Finding("$", "the file holds several documents, expected 1"))]
        if len(found) >= MOST_EXPLAINED:
            return [*found, (number, Finding("$", f"not read, after {len(found)} findings"))]
        try:
            document = document_of(frame, path.name)
        except ArtifactError as error:
            found.append((number, Finding("$", str(error))))
            continue
        found += [(number, finding) for finding in check_document(document)]
    return found


def check_document(document: JsonObject) -> list[Finding]:
    """Return what is wrong with a document; empty if it is valid.

    Examples:
        >>> print(check_document({"kind": "runs"})[0].path)
        $.kind
    """
    findings = schema_findings(document)
    if not findings and document["kind"] == Kind.RUN:
        findings = list(meaning_findings(from_document(document)))
    return findings


def schema_findings(document: JsonObject) -> list[Finding]:
    """Return where a document does not fit its schema, or is of another version."""
    kind, version = document.get("kind"), document.get("schema_version")
    if not isinstance(kind, str) or kind not in VERSIONS:
        return [Finding("$.kind", f"is {_short(kind)}, expected one of {', '.join(VERSIONS)}")]
    if isinstance(version, int | float) and version > VERSIONS[str(kind)]:
        reason = f"is {version}, this benchbook reads up to {VERSIONS[str(kind)]}; a newer benchbook wrote it: upgrade"
        return [Finding("$.schema_version", reason)]
    try:
        if _validator(kind).is_valid(cast("Any", document)):
            return []
        short = _Shortened().of(document)  # the validator copies what is wrong into each of its messages
        return list(_by_schema(kind, short)) or [Finding("$", "does not fit its schema, after the first 1,000 items")]
    except (ValueError, RecursionError) as error:  # what the validator cannot represent: too deep, or not a JSON number
        return [Finding("$", f"cannot be compared with its schema: {error}")]


def fits_schema(document: JsonObject) -> bool:
    """Return whether a document fits its schema, without saying what is wrong: many times as fast where it does not."""
    kind = document.get("kind")
    try:
        return isinstance(kind, str) and kind in VERSIONS and bool(_validator(kind).is_valid(cast("Any", document)))
    except (ValueError, RecursionError):
        return False


class _Shortened:
    """Cuts long lists and texts of a document."""

    def __init__(self) -> None:
        self._left = _SHOWN_IN_ALL

    def of(self, value: Any) -> Any:
        """Return a value without what is beyond the limits."""
        self._left -= 1
        most = max(min(_SHOWN_ITEMS, self._left), 1)
        if isinstance(value, str):
            return value[:_SHOWN_ITEMS]
        if isinstance(value, list):
            return [self.of(item) for item in value[:most]]
        if isinstance(value, dict):
            return {key: self.of(item) for key, item in islice(value.items(), most)}
        return value


def checked(document: JsonObject, name: str) -> JsonObject:
    """Return a valid document.

    Raises:
        ArtifactError: It is not valid; the message has path and reason.
    """
    findings = check_document(document)
    if findings:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        raise ArtifactError(f"{name} is not valid: {findings[0]}{more}")
    return document


@cache
def _validator(kind: str) -> Any:
    import jsonschema_rs

    from benchbook.artifacts.models.registry import json_schema

    return jsonschema_rs.validator_for(json_schema(kind))


def _by_schema(kind: str, document: JsonObject) -> Iterator[Finding]:
    for count, error in enumerate(_validator(kind).iter_errors(cast("Any", document))):
        if count == _MOST_FINDINGS:
            return
        yield Finding(_json_path(error.instance_path), _short(error.message, 200))


def meaning_findings(record: RunRecord) -> Iterator[Finding]:
    """Check rules that a schema cannot express: equal lengths, order, bounds, digests."""
    dim, history = record.problem.dim, record.history
    for name in ("lower", "upper"):
        if len(getattr(record.problem, name)) != dim:
            yield Finding(f"$.problem.{name}", f"has {len(getattr(record.problem, name))} values, expected dim = {dim}")
            return
    if len(history.evaluations) != len(history.best_values):
        yield Finding("$.history", f"has {len(history.evaluations)} evaluations and {len(history.best_values)} values")
        return
    if np.any(np.diff(history.evaluations) <= 0) or np.any(np.diff(history.best_values) >= 0):
        yield Finding("$.history", "is not strictly improving at rising evaluations")
    if record.evaluations > record.budget:
        yield Finding("$.evaluations", f"is {record.evaluations}, over the budget of {record.budget}")
    if len(history.evaluations) and history.evaluations[-1] > record.evaluations:
        yield Finding("$.history.evaluations", f"ends at {history.evaluations[-1]}, after {record.evaluations} in all")
    last = float(history.best_values[-1]) if len(history.best_values) else None
    if record.best_value != last:
        yield Finding("$.best_value", f"is {record.best_value}, the history ends with {last}")
    yield from _solution(record)
    yield from _archive(record)
    if record.content_digest != content_digest_of(record):
        yield Finding("$.content_digest", "does not match the content: the artifact was changed after the run")
    if (
        record.target_hits != (hits := target_hits(record.history, record.problem.f_opt))
        and record.target_hits is not None
    ):
        yield Finding("$.target_hits", f"is {_short(record.target_hits)}, the history gives {_short(hits)}")
    if record.run_key != run_key(spec_of(record), record.code_digest):
        yield Finding("$.run_key", "does not match what determines the run: the artifact was changed after the run")


def _solution(record: RunRecord) -> Iterator[Finding]:
    solution, problem = record.best_solution, record.problem
    if (solution is None) != (record.best_value is None):
        yield Finding("$.best_solution", "and best_value must both be there or both be null")
    elif solution is not None and len(solution) != problem.dim:
        yield Finding("$.best_solution", f"has {len(solution)} values, expected dim = {problem.dim}")
    elif solution is not None and np.any((solution < problem.lower) | (solution > problem.upper)):
        yield Finding("$.best_solution", "is outside the bounds")


def _archive(record: RunRecord) -> Iterator[Finding]:
    archive = record.archive
    if archive is None:
        return
    lengths = [len(archive.evaluations), len(archive.first), len(archive.second)]
    if len(set(lengths)) > 1:
        yield Finding("$.archive", f"has {lengths[0]} evaluations, {lengths[1]} first and {lengths[2]} second values")
        return
    if np.any(np.diff(archive.evaluations) <= 0):
        yield Finding("$.archive.evaluations", "is not rising")
    if lengths[0] and archive.evaluations[-1] > record.evaluations:
        yield Finding("$.archive.evaluations", f"ends at {archive.evaluations[-1]}, after {record.evaluations} in all")
    if np.any(archive.ideal >= archive.nadir):
        yield Finding("$.archive.ideal", "is not below nadir in both objectives")


def _json_path(parts: list[str | int]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _short(value: object, most: int = 60) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."
