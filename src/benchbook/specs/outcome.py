"""The outcome of a spec, as an artifact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from benchbook.artifacts.io import load_document, save_document
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.clock import SYSTEM_CLOCK, timestamp
from benchbook.digests import digest
from benchbook.optimizers import OptimizerChoice
from benchbook.records import Claim, OptimizerRecord, RunRecord, Status, Verdict
from benchbook.records.spec_outcome import RunsLedger, SpecOutcome, SpecTiming
from benchbook.studies.runs import provenance
from benchbook.typing import JsonObject

FILE_NAME = "outcome.json.zst"


def outcome_document(
    *,
    name: str,
    title: str,
    params: JsonObject,
    optimizer: OptimizerChoice | None,
    control: OptimizerChoice | None,
    claims: Sequence[Claim],
    planned: int,
    runs: Sequence[RunRecord],
    error: str | None = None,
    not_judged: Collection[str] = (),
) -> JsonObject:
    """Build the outcome of a spec.

    Args:
        name: Name of the spec.
        title: Heading of the notebook.
        params: The effective parameters.
        optimizer: The optimizer of the spec.
        control: The optimizer it was compared with.
        claims: The judged claims.
        planned: How many runs were planned.
        runs: The runs.
        error: Why the notebook did not reach its end.
        not_judged: Ids of claims that need a library that is not installed; they may be undecided.
    """
    commit, dirty = provenance.commit()
    failed = sum(run.status is Status.FAILED for run in runs)
    held = all(
        claim.verdict is Verdict.HELD or (claim.verdict is Verdict.UNDECIDED and claim.id in not_judged)
        for claim in claims
    )
    outcome = SpecOutcome(
        name=name,
        title=title,
        status="error" if error is not None else "held" if held else "failed",
        error=error,
        created_at=timestamp(SYSTEM_CLOCK.now()),
        commit=commit,
        dirty=dirty,
        version=provenance.library_version(),
        preset=str(params.get("preset", "")),
        params=params,
        optimizer=_chosen(optimizer),
        control=_chosen(control),
        claims=list(claims),
        runs=RunsLedger(planned=planned, done=len(runs) - failed, failed=failed, missing=planned - len(runs)),
        content_digest=digest([run.content_digest for run in runs]) if runs else None,
        timing=SpecTiming(
            compute_s=sum(run.timing.total_s for run in runs), evaluations=sum(run.evaluations for run in runs)
        ),
        environment=provenance.environment() if runs else None,
    )
    return as_document(Kind.SPEC_OUTCOME, outcome)


def write_outcome(folder: Path, document: JsonObject) -> Path:
    """Write an outcome into the spec's artifact folder."""
    return save_document(document, folder / FILE_NAME)


def read_outcome(folder: Path) -> JsonObject:
    """Read a spec's outcome.

    Raises:
        UsageError: There is no outcome.
        ArtifactError: It is damaged or invalid.
    """
    return load_document(folder / FILE_NAME)


def _chosen(choice: OptimizerChoice | None) -> OptimizerRecord | None:
    return None if choice is None else OptimizerRecord(name=choice.name, settings=choice.settings)
