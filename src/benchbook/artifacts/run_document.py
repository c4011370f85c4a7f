"""A run record as a JSON document, and back; and the digests that name it."""

from __future__ import annotations

from dataclasses import replace

from benchbook.artifacts.kinds import Kind, as_document
from benchbook.digests import digest, text_digest
from benchbook.records import ArchiveRecord, History, RunRecord, RunSpec, as_plain, from_plain
from benchbook.typing import FloatArray, JsonObject


def to_document(record: RunRecord) -> JsonObject:
    """Return the record as a document of the run schema; arrays stay NumPy arrays, which the codec can write."""
    return as_document(Kind.RUN, record)


def from_document(document: JsonObject) -> RunRecord:
    """Return the record in a document that is known to be valid."""
    return from_plain(RunRecord, document)


def run_key(spec: RunSpec, code_digest: str) -> str:
    """Return the digest (hex) of all that determines a run."""
    return digest({**as_plain(spec), "code_digest": code_digest})


def combined_code(optimizer: str, problem: str, loop: str, version: str) -> str:
    """Return the code digest (hex) of runs, from those of optimizer, problem and loop and benchbook's version."""
    return text_digest(optimizer, problem, loop, version)


def content_digest(
    spec: RunSpec,
    *,
    stop: str,
    evaluations: int,
    history: History,
    solution: FloatArray | None,
    archive: ArchiveRecord | None = None,
) -> str:
    """Return the digest (hex) of all that must be reproduced; never of code, commit, environment, times or memory."""
    more = {} if archive is None else {"archive": as_plain(archive)}
    return digest(
        {
            "function": spec.function,
            "instance": spec.instance,
            "dim": spec.dim,
            "settings": dict(spec.settings),
            "seed": spec.seed,
            "budget": spec.budget,
            "stop": str(stop),
            "evaluations": evaluations,
            "history": as_plain(history),
            "solution": solution,
            **more,
        }
    )


def spec_of(record: RunRecord) -> RunSpec:
    """Return what determined a run, except for the code."""
    return RunSpec(
        optimizer=record.optimizer.name,
        settings=record.optimizer.settings,
        function=record.problem.name,
        dim=record.problem.dim,
        instance=record.problem.instance,
        seed=record.seed,
        budget=record.budget,
        target=record.target,
        stagnation=record.stagnation,
    )


def content_digest_of(record: RunRecord) -> str:
    """Return the content digest (hex), computed again from the record's content."""
    return content_digest(
        spec_of(record),
        stop=record.stop.value,
        evaluations=record.evaluations,
        history=record.history,
        solution=record.best_solution,
        archive=record.archive,
    )


def comparable_digests(then: RunRecord, now: RunRecord) -> tuple[str, str]:
    """Return the content digests of two runs, without archives if one has none: version 0.1 did not keep them."""
    if (then.archive is None) == (now.archive is None):
        return then.content_digest, now.content_digest
    one, other = (content_digest_of(replace(run, archive=None)) for run in (then, now))
    return one, other
