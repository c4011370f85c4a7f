"""A branch as JSON values: the form in which sinks and artifacts have it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from benchbook.clock import timestamp
from benchbook.experiments.branches.redaction import Redact, Redactor
from benchbook.experiments.configs.ids import as_json, hidden_in
from benchbook.records import as_plain
from benchbook.records.experiment import BranchException, BranchRecord, Metric

if TYPE_CHECKING:
    from benchbook.experiments.branches.state import BranchState
    from benchbook.typing import JsonObject


def branch_document(branch: BranchState, redact: Redact | Redactor = True) -> JsonObject:
    """Return a branch as JSON values, with secrets masked."""
    return cast("JsonObject", as_plain(branch_record(branch, redact)))


def branch_record(branch: BranchState, redact: Redact | Redactor = True) -> BranchRecord:
    """Return the record of a branch; secrets are masked under their names, and in every text that contains them."""
    redactor = redact if isinstance(redact, Redactor) else Redactor(redact)
    config = as_json(branch._config)
    secrets = redactor.secrets_in(config) | redactor.hidden(hidden_in(branch._config))
    error = branch.exception
    return BranchRecord(
        branch_id=branch.branch_id,
        config_id=redactor.text(as_json(branch.config_id), secrets),
        parent_id=branch.parent_id,
        role=branch.role,
        config=redactor.value(config if isinstance(config, dict) else {"value": config}, secrets),
        status=branch.status,
        started_at=moment(branch.started_at_s),
        ended_at=moment(branch.ended_at_s),
        started_monotonic_s=branch.started_monotonic_s,
        ended_monotonic_s=branch.ended_monotonic_s,
        duration_s=branch.duration_s,
        attempts=branch.attempts,
        output=redactor.value(as_json(branch.output), secrets),
        exception=error
        and BranchException(
            type=error.type,
            message=redactor.text(error.message, secrets),
            traceback=redactor.text(error.traceback, secrets),
        ),
        reason=branch.reason,
        metrics=[Metric(as_json(m.name), as_json(m.value), m.step) for m in branch.metrics],
        artifacts=as_json(branch.artifacts),
    )


def moment(seconds: float | None) -> Any:
    """Return seconds since the epoch as a time stamp; None stays None."""
    return None if seconds is None else timestamp(datetime.fromtimestamp(seconds, UTC))
