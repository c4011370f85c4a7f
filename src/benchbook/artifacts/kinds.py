"""The kinds of artifact and the schema versions this benchbook writes and reads."""

from __future__ import annotations

from enum import StrEnum


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


RUN_VERSION = 1
SPEC_OUTCOME_VERSION = 1
STORE_VERSION = 1
MANIFEST_VERSION = 1
TRACE_VERSION = 1
AGGREGATE_VERSION = 1
EXPERIMENT_VERSION = 1
BASELINE_VERSION = 2
REFERENCE_VERSION = 1
PIPELINE_VERSION = 1
IMPORTED_VERSION = 1
PROFILE_VERSION = 1
BENCHMARK_VERSION = 1
STRENGTH_VERSION = 1
RANKING_VERSION = 1
VERSIONS: dict[str, int] = {
    Kind.RUN: RUN_VERSION,
    Kind.SPEC_OUTCOME: SPEC_OUTCOME_VERSION,
    Kind.STORED_RUN: STORE_VERSION,
    Kind.STORE_CELL: STORE_VERSION,
    Kind.STORE_CIRCUMSTANCES: STORE_VERSION,
    Kind.STUDY_MANIFEST: MANIFEST_VERSION,
    Kind.TRACE_CHUNK: TRACE_VERSION,
    Kind.AGGREGATE: AGGREGATE_VERSION,
    Kind.EXPERIMENT: EXPERIMENT_VERSION,
    Kind.BASELINE: BASELINE_VERSION,
    Kind.REFERENCE: REFERENCE_VERSION,
    Kind.PIPELINE: PIPELINE_VERSION,
    Kind.IMPORTED_RUN: IMPORTED_VERSION,
    Kind.PROFILE: PROFILE_VERSION,
    Kind.BENCHMARK_REPORT: BENCHMARK_VERSION,
    Kind.STRENGTH: STRENGTH_VERSION,
    Kind.RANKING: RANKING_VERSION,
}
