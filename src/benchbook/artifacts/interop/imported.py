"""Imported runs: logged by another tool, marked as such, with unknown fields missing."""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchbook.artifacts.codec import Frame, document_of, encode, frames_of
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.artifacts.store.shards import IMPORTED_FOLDER, IMPORTED_SUFFIX
from benchbook.artifacts.validate import MOST_EXPLAINED, checked, fits_schema
from benchbook.digests import digest
from benchbook.errors import ArtifactError, UsageError
from benchbook.files import read_bytes, write_atomic
from benchbook.records import History, as_plain, from_plain
from benchbook.records.imported import ImportedRun
from benchbook.typing import FloatArray, IntArray, JsonObject

log = logging.getLogger(__name__)
_ROUNDING = 1e-8  # relative to the optimum: the error that rounding in a log may cause


def improvements(evaluations: Iterable[int], values: Iterable[float]) -> History:
    """Return the strict improvements among logged rows, in the order of evaluations; NaN and infinity do not count.

    Examples:
        >>> improvements([1, 2, 5], [3.0, 4.0, 1.0]).evaluations.tolist()
        [1, 5]
    """
    at = np.fromiter(evaluations, dtype=np.int64)
    best = np.fromiter(values, dtype=np.float64)
    known = np.isfinite(best)
    at, best = at[known], best[known]
    order = np.lexsort((best, at))
    at, best = at[order], best[order]
    before = np.concatenate(([np.inf], np.minimum.accumulate(best)[:-1])) if len(best) else best
    better = best < before
    kept_at: IntArray = at[better]
    kept: FloatArray = best[better]
    return History(evaluations=kept_at, best_values=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What an import did: how many runs are new to the store, and how many it already had or met twice."""

    new: int
    known: int


def add_imported(runs: Iterable[ImportedRun], store: Path) -> Added:
    """Add the imported runs that a store does not have yet, in one file, atomically.

    Equal runs within one file are repetitions and all count. Equal runs in several files are copies: they count as
    often as in the file that contains most of them.

    Raises:
        UsageError: There are no runs.
        ArtifactError: A run does not fit the schema.
        StorageError: The file cannot be written.
    """
    held: Counter[str] | None = None
    met: Counter[tuple[str, str]] = Counter()
    frames, known = [], 0
    for run in runs:
        if held is None:
            held = Counter(content_of(other) for other in read_imported(store))
        content = content_of(run)
        met[run.file, content] += 1
        if met[run.file, content] <= held[content]:
            known += 1
            continue
        held[content] += 1
        frames.append(encode(checked(_to_document(run), run.file)))
    if not frames and not known:
        raise UsageError("there are no runs to import")
    if frames:
        write_atomic(store / IMPORTED_FOLDER / f"{uuid.uuid4().hex}{IMPORTED_SUFFIX}", b"".join(frames))
    return Added(new=len(frames), known=known)


def write_imported(runs: Iterable[ImportedRun], store: Path) -> int:
    """Add the imported runs that a store does not have yet, like `add_imported`, and return their number."""
    return add_imported(runs, store).new


def content_of(run: ImportedRun) -> str:
    """Return the SHA-256 (hex) of an imported run's content, without the name of its file."""
    if run.content is not None:
        return run.content
    document = _to_document(run)
    for name in ("file", "tool", "notes"):
        del document[name]
    return digest(document)


def refuse_below_optimum(run: ImportedRun) -> None:
    """Raise an error if a run has values below its optimum: they would reach every target.

    Quality indicators of several objectives and values of infeasible points may be lower.

    Raises:
        ArtifactError: The data are damaged, or belong to another function or instance.
    """
    name, f_opt, best = run.problem.name, run.problem.f_opt, run.best_value
    if run.indicator is not None or "constrained" in name or f_opt is None or best is None:
        return
    if best < f_opt - _ROUNDING * max(1.0, abs(f_opt)):
        at = int(run.history.evaluations[-1])
        raise ArtifactError(
            f"{run.file}: {name}, {run.problem.dim}-D, instance {run.problem.instance}: the value of evaluation {at:,} "
            f"is {best:g}, below the optimum {f_opt:g}; are these runs of another function, or is it maximised?"
        )


def with_optima(runs: Iterable[ImportedRun], optima: Mapping[str | None, float]) -> Iterator[ImportedRun]:
    """Set the optimum of runs on functions whose optimum benchbook does not know.

    Args:
        runs: The runs.
        optima: Optimum by function name; the name None means all functions. For a maximised function it is the maximum.

    Raises:
        UsageError: A function has a known optimum, a run has a better value, or none of the runs is on it.
    """
    unused = {name for name in optima if name is not None}
    names: dict[str, None] = {}
    for run in runs:
        name = run.problem.name
        value = optima.get(name, optima.get(None))
        names[name] = None
        unused.discard(name)
        if run.problem.f_opt is not None:
            if name in optima:
                raise UsageError(f"optimum is given for {name}, whose values are precisions already")
            yield run
        elif value is None:
            yield run
        else:
            f_opt = -value if run.maximised else value
            best = run.best_value
            if best is not None and best < f_opt - _ROUNDING * max(1.0, abs(f_opt)):
                found = -best if run.maximised else best
                raise UsageError(f"optimum of {name} is {value:g}, but {run.file} has a better value: {found:g}")
            yield replace(run, problem=replace(run.problem, f_opt=f_opt))
    if unused:
        raise UsageError(f"optimum is given for {', '.join(sorted(unused))}, but the runs are on {', '.join(names)}")


def read_imported(store: Path) -> Iterator[ImportedRun]:
    """Yield the imported runs of a store; damaged ones are left out and logged, one line per file."""
    for path in sorted((store / IMPORTED_FOLDER).glob(f"*{IMPORTED_SUFFIX}")):
        damaged: list[str] = []
        for frame in frames_of(read_bytes(path)):
            try:
                document = _document(frame, str(path), explain=len(damaged) < MOST_EXPLAINED)
            except ArtifactError as error:
                damaged.append(str(error))
                continue
            yield _from_document(document)
        if damaged:
            log.warning("left out %d imported runs that cannot be read; the first: %s", len(damaged), damaged[0])


def _document(frame: Frame, place: str, *, explain: bool) -> JsonObject:
    document = document_of(frame, place)
    if not explain and not fits_schema(document):
        raise ArtifactError(f"{place}: does not fit its schema")
    document = checked(document, place)
    if document["kind"] != Kind.IMPORTED_RUN:
        raise ArtifactError(f"{place} holds a document of kind {document['kind']!r}, expected imported runs")
    return document


def _to_document(run: ImportedRun) -> JsonObject:
    plain: dict[str, Any] = as_plain(run)
    for name, usual in (("indicator", None), ("maximised", False), ("content", None)):
        if plain[name] == usual:  # fields that earlier versions did not have are written only if they are set
            del plain[name]
    history = {name: values.tolist() for name, values in plain["history"].items()}
    return as_document(Kind.IMPORTED_RUN, {**plain, "optimizer": run.optimizer.name, "history": history})


def _from_document(document: JsonObject) -> ImportedRun:
    return from_plain(ImportedRun, {**document, "optimizer": {"name": document["optimizer"]}})
