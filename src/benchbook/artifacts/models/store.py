"""The models of a store's contents: runs whose circumstances are stored once.

This module imports pydantic and is loaded only where a schema is needed.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from benchbook.artifacts.kinds import Kind
from benchbook.artifacts.models.derive import document_model, made_model, model_fields
from benchbook.records import Memory, ProblemRecord, RunRecord
from benchbook.records.stored import CIRCUMSTANCES, OF_THE_CELL, OWN, OWN_IF_THERE

_DIGEST = r"^[0-9a-f]{16}$"
_PROBLEM = made_model(
    "CellProblem",
    "The function of a cell: a problem without its instance.",
    model_fields(ProblemRecord, ("name", "dim", "lower", "upper")),
)
StoreCell = document_model(
    made_model(
        "StoreCell",
        "What the runs of a cell share; said once in a shard.",
        {
            "problem": (_PROBLEM, ...),
            **model_fields(
                RunRecord,
                OF_THE_CELL,
                {
                    "target": "The runs stop once their value is at most f_opt + target; null: never.",
                    "stagnation": "The runs stop after this many evaluations without improvement; null: never.",
                },
            ),
        },
    ),
    Kind.STORE_CELL.value,
)
StoreCircumstances = document_model(
    made_model(
        "StoreCircumstances",
        "Under which circumstances runs happened; said once in a shard.",
        model_fields(RunRecord, CIRCUMSTANCES),
    ),
    Kind.STORE_CIRCUMSTANCES.value,
)


def _short(what: str) -> tuple[type[str], Any]:
    return str, Field(pattern=_DIGEST, description=f"First 16 digits of the digest of the {what} document.")


def _stored_run() -> dict[str, Any]:
    own = model_fields(RunRecord, OWN, {"content_digest": "Digest of all that must be reproduced."})
    problem = model_fields(ProblemRecord, ("instance", "f_opt"), {"instance": "Instance of the function."})
    memory = model_fields(
        Memory,
        ("peak_rss_bytes", "grown_bytes"),
        {
            "peak_rss_bytes": "Peak resident set of the process so far; null if unknown.",
            "grown_bytes": "By how much the run made the process larger; null if unknown.",
        },
    )
    there = {}
    for name, (kind, told) in model_fields(RunRecord, OWN_IF_THERE).items():
        there[name] = (kind, Field(default=None, description=told.description))
    size, about = memory["grown_bytes"]
    memory["grown_bytes"] = (size, Field(default=None, description=about.description))  # earlier runs lack it
    shared = {"cell": _short("store-cell"), "circumstances": _short("store-circumstances")}
    # the order of the documents: the schema lists its fields in it
    before, after = OWN.index("seed"), OWN.index("trace")
    return {
        **shared,
        **{name: own[name] for name in OWN[:before]},
        **problem,
        **{name: own[name] for name in OWN[before:after]},
        **memory,
        **{name: own[name] for name in OWN[after:]},
        **there,
    }


StoredRun = document_model(
    made_model(
        "StoredRun",
        "One run in a store; with its two shared documents it is a run artifact.",
        _stored_run(),
    ),
    Kind.STORED_RUN.value,
)
