"""The kinds of artifact and the schema versions this benchbook writes and reads."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from benchbook.records.plain import as_plain

if TYPE_CHECKING:
    from benchbook.typing import JsonObject


class Kind(StrEnum):
    """The kind of a document, stored in it as `kind`."""

    RUN = "run"
    SPEC_OUTCOME = "spec-outcome"
    STORED_RUN = "stored-run"
    STORE_CELL = "store-cell"
    STORE_CIRCUMSTANCES = "store-circumstances"
    STUDY_MANIFEST = "study-manifest"
    TRACE_CHUNK = "trace-chunk"
    AGGREGATE = "aggregate"
    EXPERIMENT = "experiment"
    BASELINE = "baseline"
    REFERENCE = "reference"
    PIPELINE = "pipeline"
    IMPORTED_RUN = "imported-run"
    PROFILE = "profile"
    BENCHMARK_REPORT = "benchmark-report"
    STRENGTH = "strength"
    RANKING = "ranking"


VERSIONS: dict[str, int] = {**dict.fromkeys(Kind, 1), Kind.BASELINE: 2}


def as_document(kind: Kind, record: Any) -> JsonObject:
    """Return a record as a document of its kind; arrays stay NumPy arrays, which the codec can write."""
    return cast("JsonObject", {"kind": kind.value, "schema_version": VERSIONS[kind], **as_plain(record)})
