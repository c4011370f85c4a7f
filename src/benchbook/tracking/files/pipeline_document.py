"""The state of a pipeline as one JSON document, and back."""

from __future__ import annotations

from typing import Any

from benchbook.records import as_plain, from_plain
from benchbook.records.pipeline import PipelineState

KIND = "pipeline"


def to_document(state: PipelineState) -> dict[str, Any]:
    """Return a state as JSON values, under the schema of kind `pipeline`."""
    return {"kind": KIND, "schema_version": 1, **as_plain(state)}


def from_document(document: dict[str, Any]) -> PipelineState:
    """Return the state in a document that `to_document` wrote.

    Raises:
        KeyError: A field is missing.
        TypeError: A field has another structure.
        ValueError: A status is unknown.
    """
    return from_plain(PipelineState, document)
