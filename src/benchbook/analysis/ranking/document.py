"""A ranking as an artifact."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from benchbook.artifacts.io import load_document, save_document
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.records import as_plain, from_plain
from benchbook.records.ranking import Ranking, RunningTime
from benchbook.typing import JsonObject


def to_document(ranking: Ranking) -> JsonObject:
    """Return a ranking as JSON values, under the schema of kind `ranking`."""
    plain = cast("dict[str, Any]", as_plain(ranking))
    for time in plain["times"]:
        time["ert"] = time["ert"] if math.isfinite(time["ert"]) else None
    return as_document(Kind.RANKING, plain)


def write_ranking(ranking: Ranking, path: Path) -> Path:
    """Check a ranking against its schema and write it.

    Raises:
        StorageError: It cannot be written.
    """
    return save_document(to_document(ranking), path)


def read_ranking(path: Path) -> Ranking:
    """Read and check a ranking.

    Raises:
        UsageError: There is no such file.
        ArtifactError: It is damaged, invalid, or an artifact of another kind.
    """
    document = load_document(path, Kind.RANKING)
    ranking = from_plain(Ranking, document)
    return replace(ranking, times=tuple(map(_with_number, ranking.times)))


def _with_number(time: RunningTime) -> RunningTime:
    ert: float | None = time.ert
    return replace(time, ert=math.inf) if ert is None else time
