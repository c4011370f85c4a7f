"""A branch as JSON values: the form in which sinks and artifacts have it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchbook.clock import timestamp
from benchbook.experiments.branches.redaction import Redactor
from benchbook.experiments.configs.ids import as_json

if TYPE_CHECKING:
    from benchbook.experiments.branches.branch import Branch
    from benchbook.experiments.running.call import Call
    from benchbook.typing import JsonObject


def branch_document(branch: Branch, redact: Iterable[str] | Redactor | None = None) -> JsonObject:
    """Return a branch as JSON values; secrets are masked under their names, and in every text where they stand."""
    redactor = redact if isinstance(redact, Redactor) else Redactor(redact)
    config = as_json(branch._config)
    secrets = redactor.secrets_in(config)
    error = branch.exception
    return {
        "branch_id": branch.branch_id,
        "config_id": redactor.text(branch.config_id, secrets),
        "parent_id": branch.parent_id,
        "role": branch.role.value,
        "config": redactor.value(config if isinstance(config, dict) else {"value": config}, secrets),
        "status": branch.status.value,
        "started_at": _moment(branch.started_at_s),
        "ended_at": _moment(branch.ended_at_s),
        "started_monotonic_s": branch.started_monotonic_s,
        "ended_monotonic_s": branch.ended_monotonic_s,
        "duration_s": branch.duration_s,
        "attempts": branch.attempts,
        "output": redactor.value(as_json(branch.output), secrets),
        "exception": error
        and {
            "type": error.type,
            "message": redactor.text(error.message, secrets),
            "traceback": redactor.text(error.traceback, secrets),
        },
        "reason": branch.reason,
        "metrics": [{"name": m.name, "value": as_json(m.value), "step": m.step} for m in branch.metrics],
        "artifacts": list(branch.artifacts),
    }


def _moment(seconds: float | None) -> Any:
    return None if seconds is None else timestamp(datetime.fromtimestamp(seconds, UTC))


def call_document(call: Call, redact: Iterable[str] | Redactor | None = None) -> JsonObject:
    """Return a call with all of its branches as an artifact of kind `experiment`."""
    from importlib.metadata import version

    from benchbook.artifacts.kinds import EXPERIMENT_VERSION, Kind

    redactor = redact if isinstance(redact, Redactor) else Redactor(redact)
    started_at_s, started_s = call.started
    return {
        "kind": Kind.EXPERIMENT.value,
        "schema_version": EXPERIMENT_VERSION,
        "experiment": call.settings.name,
        "strategy": call.strategy.name,
        "call_id": call.call_id,
        "parent_id": call.parent.branch_id if call.parent is not None else None,
        "version": version("benchbook"),
        "created_at": _moment(started_at_s),
        "duration_s": None if call.ended is None else call.ended[1] - started_s,
        "status": call.status.value,
        "branches": [branch_document(branch, redactor) for branch in call.branches],
    }
