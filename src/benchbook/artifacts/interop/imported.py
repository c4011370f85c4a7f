"""Imported runs: what another tool logged, marked as such, with what it does not tell left missing."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchbook.artifacts.codec import document_of, encode, frames_of
from benchbook.artifacts.kinds import IMPORTED_VERSION, Kind
from benchbook.artifacts.store.shards import IMPORTED_FOLDER, IMPORTED_SUFFIX
from benchbook.artifacts.validate import checked
from benchbook.digests import digest
from benchbook.errors import UsageError
from benchbook.files import read_bytes, write_atomic
from benchbook.records import History, OptimizerRecord, Status
from benchbook.typing import FloatArray, IntArray, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProblem:
    """The problem of an imported run.

    Attributes:
        name: Name of the function; `bbob_f1` to `bbob_f24` for those of BBOB.
        dim: Dimension.
        instance: Instance.
        f_opt: What to subtract from the values to get precisions: 0 where the file holds precisions already; None
            if the optimum is not known.
    """

    name: str
    dim: int
    instance: int
    f_opt: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImportedRun:
    """A run that another tool logged.

    Attributes:
        format: `coco`, `ioh`, `nevergrad` or another one that can be imported.
        file: The file it stood in, as given.
        tool: Tool and version, as the file tells it; empty if it does not.
        problem: The problem.
        optimizer: Name of the optimizer; its settings are not known.
        evaluations: Evaluations spent.
        history: The improvements that were logged, as precisions where the file has those.
        shift: The optimum value that the file says was subtracted; None if it says nothing.
        fixed_budget: Whether the values stand at the end of the budget only, so that first hits are upper bounds.
        seed: The seed; None if unknown.
        budget: Evaluations allowed; None if unknown.
        indicator: The quality indicator of several objectives that the values are of; None for one objective.
        maximised: Whether the source maximises: values and optimum are negated.
        content: Digest of what the source tells of this run, where that is more than the fields here; None otherwise.
    """

    format: str
    file: str
    tool: str
    problem: ImportedProblem
    optimizer: OptimizerRecord
    evaluations: int
    history: History
    shift: float | None = None
    fixed_budget: bool = False
    seed: int | None = None
    budget: int | None = None
    status: Status = Status.DONE
    notes: tuple[str, ...] = field(default_factory=tuple)
    indicator: str | None = None
    maximised: bool = False
    content: str | None = None

    @property
    def best_value(self) -> float | None:
        """The last of the best values; None if there is none."""
        values = self.history.best_values
        return float(values[-1]) if len(values) else None

    @property
    def precision(self) -> float | None:
        """Best value minus optimum; None if one of them is missing."""
        best, f_opt = self.best_value, self.problem.f_opt
        return None if best is None or f_opt is None else best - f_opt


def improvements(evaluations: Iterable[int], values: Iterable[float]) -> History:
    """Return the strict improvements among logged rows, in the order of their evaluations; NaN and infinity are none.

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
    """What an import did: runs that are new to the store, and runs that it held already or met twice."""

    new: int
    known: int


def add_imported(runs: Iterable[ImportedRun], store: Path) -> Added:
    """Add the imported runs that a store does not hold yet, in one atomic file.

    The same data twice are the same data, under whatever path: a content that several files hold counts as often as in
    the one that holds it most often. Equal runs within one file are repetitions and all count.

    Raises:
        UsageError: There are none.
        ArtifactError: A run does not fit the schema, or a file of the store is damaged.
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
    """Add the imported runs that a store does not hold yet, as `add_imported` does, and return their number."""
    return add_imported(runs, store).new


def content_of(run: ImportedRun) -> str:
    """Return the SHA-256 (hex) of what a source tells of a run, whatever the name of its file."""
    if run.content is not None:
        return run.content
    document = _to_document(run)
    for name in ("file", "tool", "notes"):
        del document[name]
    return digest(document)


def with_optima(runs: Iterable[ImportedRun], optima: Mapping[str | None, float]) -> Iterator[ImportedRun]:
    """Give the optimum to runs on functions whose optimum benchbook does not know.

    Args:
        runs: The runs.
        optima: Optimum by name of the function; None as name stands for all. Of a maximised function it is the maximum.

    Raises:
        UsageError: A function has a known optimum, or none of the runs is on it.
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
            yield replace(run, problem=replace(run.problem, f_opt=f_opt))
    if unused:
        raise UsageError(f"optimum is given for {', '.join(sorted(unused))}, but the runs are on {', '.join(names)}")


def read_imported(store: Path) -> Iterator[ImportedRun]:
    """Yield the imported runs of a store.

    Raises:
        ArtifactError: A file is damaged.
    """
    for path in sorted((store / IMPORTED_FOLDER).glob(f"*{IMPORTED_SUFFIX}")):
        for frame in frames_of(read_bytes(path)):
            yield _from_document(checked(document_of(frame, str(path)), str(path)))


def _to_document(run: ImportedRun) -> JsonObject:
    problem = run.problem
    return {
        "kind": Kind.IMPORTED_RUN.value,
        "schema_version": IMPORTED_VERSION,
        "format": run.format,
        "file": run.file,
        "tool": run.tool,
        "problem": {"name": problem.name, "dim": problem.dim, "instance": problem.instance, "f_opt": problem.f_opt},
        "optimizer": run.optimizer.name,
        "evaluations": run.evaluations,
        "history": {
            "evaluations": run.history.evaluations.tolist(),
            "best_values": run.history.best_values.tolist(),
        },
        "shift": run.shift,
        "fixed_budget": run.fixed_budget,
        "seed": run.seed,
        "budget": run.budget,
        "notes": list(run.notes),
        **({"indicator": run.indicator} if run.indicator is not None else {}),
        **({"maximised": True} if run.maximised else {}),
        **({"content": run.content} if run.content is not None else {}),
    }


def _from_document(document: JsonObject) -> ImportedRun:
    doc = cast("Mapping[str, Any]", document)
    history = doc["history"]
    names = ("format", "file", "tool", "evaluations", "shift", "fixed_budget", "seed", "budget")
    return ImportedRun(
        **{name: doc[name] for name in names},
        problem=ImportedProblem(**doc["problem"]),
        optimizer=OptimizerRecord(name=doc["optimizer"]),
        history=History(
            evaluations=np.array(history["evaluations"], dtype=np.int64),
            best_values=np.array(history["best_values"], dtype=np.float64),
        ),
        notes=tuple(doc["notes"]),
        indicator=doc.get("indicator"),
        maximised=doc.get("maximised", False),
        content=doc.get("content"),
    )
