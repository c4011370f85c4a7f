"""The records that travel between floors, each described once: frozen, keyword-only, with almost no behaviour."""

from benchbook.records.plain import as_plain, from_plain
from benchbook.records.run import (
    ArchiveRecord,
    Claim,
    Environment,
    ErrorRecord,
    History,
    Host,
    Memory,
    OptimizerRecord,
    ProblemRecord,
    RunRecord,
    RunSpec,
    Status,
    Stop,
    Timing,
    TraceRecord,
    Verdict,
)

__all__ = [
    "ArchiveRecord",
    "Claim",
    "Environment",
    "ErrorRecord",
    "History",
    "Host",
    "Memory",
    "OptimizerRecord",
    "ProblemRecord",
    "RunRecord",
    "RunSpec",
    "Status",
    "Stop",
    "Timing",
    "TraceRecord",
    "Verdict",
    "as_plain",
    "from_plain",
]
