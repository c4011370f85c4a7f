"""A call with all of its branches as an artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchbook.experiments.branches.branch_document import branch_record, moment
from benchbook.experiments.branches.redaction import Redact, Redactor
from benchbook.experiments.configs.ids import as_json
from benchbook.records.experiment import ExperimentRecord

if TYPE_CHECKING:
    from benchbook.experiments.sinks.recorded_call import RecordedCall
    from benchbook.typing import JsonObject


def call_document(call: RecordedCall, redact: Redact | Redactor = True) -> JsonObject:
    """Return a call with all of its branches as an artifact of kind `experiment`."""
    from importlib.metadata import version

    from benchbook.artifacts.kinds import Kind, as_document

    redactor = redact if isinstance(redact, Redactor) else Redactor(redact)
    started_at_s, started_s = call.started
    record = ExperimentRecord(
        experiment=as_json(call.settings.name),
        strategy=call.strategy.name,
        call_id=call.call_id,
        parent_id=call.parent.branch_id if call.parent is not None else None,
        version=version("benchbook"),
        created_at=moment(started_at_s),
        duration_s=None if call.ended is None else call.ended[1] - started_s,
        status=call.status,
        branches=[branch_record(branch, redactor) for branch in call.branches],
    )
    return as_document(Kind.EXPERIMENT, record)
