"""The kinds of artifact and the schema versions this benchbook writes and reads."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a document is; stands in it as `kind`."""

    RUN = "run"
    SPEC_OUTCOME = "spec-outcome"


RUN_VERSION = 1
SPEC_OUTCOME_VERSION = 1
VERSIONS: dict[str, int] = {Kind.RUN: RUN_VERSION, Kind.SPEC_OUTCOME: SPEC_OUTCOME_VERSION}
