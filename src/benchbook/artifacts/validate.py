"""Validation of artifacts: by schema, then by what a schema cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchbook.artifacts.codec import document_of, frames_of
from benchbook.artifacts.run_document import content_digest_of, from_document, run_key, spec_of
from benchbook.artifacts.kinds import VERSIONS, Kind
from benchbook.errors import ArtifactError
from benchbook.files import read_bytes
from benchbook.records import RunRecord
from benchbook.observers.targets import target_hits
from benchbook.typing import JsonObject

_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Problem:
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


def check_file(path: Path) -> list[tuple[int, Problem]]:
    """Return what is wrong with a file, as (frame number from 1, problem); empty if it is valid.

    Raises:
        UsageError: There is no such file.
    """
    found: list[tuple[int, Problem]] = []
    for number, frame in enumerate(frames_of(read_bytes(path)), start=1):
        try:
            document = document_of(frame, path.name)
        except ArtifactError as error:
            found.append((number, Problem("$", str(error))))
            continue
        found += [(number, problem) for problem in check_document(document)]
    return found


def check_document(document: JsonObject) -> list[Problem]:
    """Return what is wrong with a document; empty if it is valid.

    Examples:
        >>> print(check_document({"kind": "runs"})[0].path)
        $.kind
    """
    problems = schema_problems(document)
    if not problems and document["kind"] == Kind.RUN:
        problems = list(meaning_problems(from_document(document)))
    return problems


def schema_problems(document: JsonObject) -> list[Problem]:
    """Return where a document does not fit its schema, or is of another version."""
    kind, version = document.get("kind"), document.get("schema_version")
    if not isinstance(kind, str) or kind not in VERSIONS:
        return [Problem("$.kind", f"is {_short(kind)}, expected one of {', '.join(VERSIONS)}")]
    if isinstance(version, int | float) and version > VERSIONS[str(kind)]:
        reason = f"is {version}, this benchbook reads up to {VERSIONS[str(kind)]}; a newer benchbook wrote it: upgrade"
        return [Problem("$.schema_version", reason)]
    try:
        if _validator(kind).is_valid(cast("Any", document)):
            return []
        return list(_by_schema(kind, document))
    except (ValueError, RecursionError) as error:  # what the validator cannot hold: too deep, or no JSON number
        return [Problem("$", f"cannot be compared with its schema: {error}")]


def checked(document: JsonObject, name: str) -> JsonObject:
    """Return a valid document.

    Raises:
        ArtifactError: It is not valid; the message holds path and reason of what is wrong.
    """
    problems = check_document(document)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ArtifactError(f"{name} is not valid: {problems[0]}{more}")
    return document


@cache
def _validator(kind: str) -> Any:
    import jsonschema_rs

    from benchbook.artifacts.models.registry import json_schema

    return jsonschema_rs.validator_for(json_schema(kind))


def _by_schema(kind: str, document: JsonObject) -> Iterator[Problem]:
    for count, error in enumerate(_validator(kind).iter_errors(cast("Any", document))):
        if count == _MOST_PROBLEMS:
            return
        yield Problem(_json_path(error.instance_path), _short(error.message, 200))


def meaning_problems(record: RunRecord) -> Iterator[Problem]:
    """Check what a schema cannot say: lengths that must agree, order, bounds, digests."""
    dim, history = record.problem.dim, record.history
    for name in ("lower", "upper"):
        if len(getattr(record.problem, name)) != dim:
            yield Problem(f"$.problem.{name}", f"has {len(getattr(record.problem, name))} values, expected dim = {dim}")
            return
    if len(history.evaluations) != len(history.best_values):
        yield Problem("$.history", f"has {len(history.evaluations)} evaluations and {len(history.best_values)} values")
        return
    if np.any(np.diff(history.evaluations) <= 0) or np.any(np.diff(history.best_values) >= 0):
        yield Problem("$.history", "is not strictly improving at rising evaluations")
    if record.evaluations > record.budget:
        yield Problem("$.evaluations", f"is {record.evaluations}, over the budget of {record.budget}")
    if len(history.evaluations) and history.evaluations[-1] > record.evaluations:
        yield Problem("$.history.evaluations", f"ends at {history.evaluations[-1]}, after {record.evaluations} in all")
    last = float(history.best_values[-1]) if len(history.best_values) else None
    if record.best_value != last:
        yield Problem("$.best_value", f"is {record.best_value}, the history ends with {last}")
    yield from _solution(record)
    if record.content_digest != content_digest_of(record):
        yield Problem("$.content_digest", "does not match the content: the artifact was changed after the run")
    if (
        record.target_hits != (hits := target_hits(record.history, record.problem.f_opt))
        and record.target_hits is not None
    ):
        yield Problem("$.target_hits", f"is {_short(record.target_hits)}, the history gives {_short(hits)}")
    if record.run_key != run_key(spec_of(record), record.code_digest):
        yield Problem("$.run_key", "does not match what determines the run: the artifact was changed after the run")


def _solution(record: RunRecord) -> Iterator[Problem]:
    solution, problem = record.best_solution, record.problem
    if (solution is None) != (record.best_value is None):
        yield Problem("$.best_solution", "and best_value must both be there or both be null")
    elif solution is not None and len(solution) != problem.dim:
        yield Problem("$.best_solution", f"has {len(solution)} values, expected dim = {problem.dim}")
    elif solution is not None and np.any((solution < problem.lower) | (solution > problem.upper)):
        yield Problem("$.best_solution", "is outside the bounds")


def _json_path(parts: list[str | int]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _short(value: object, most: int = 60) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."
