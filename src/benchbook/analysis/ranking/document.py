"""A ranking as an artifact."""

from __future__ import annotations

from pathlib import Path

from benchbook.artifacts.io import load_document, save_document
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.records import from_plain
from benchbook.records.ranking import Ranking
from benchbook.typing import JsonObject


def to_document(ranking: Ranking) -> JsonObject:
    """Return a ranking as JSON values, under the schema of kind `ranking`."""
    return as_document(Kind.RANKING, ranking)


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
    return from_plain(Ranking, load_document(path, Kind.RANKING))
