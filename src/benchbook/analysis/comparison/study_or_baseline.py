"""The reference of a comparison: a published baseline, by name or path, or a study of your own."""

from __future__ import annotations

from pathlib import Path

from benchbook.analysis.comparison.baseline_parts import SUFFIX
from benchbook.analysis.comparison.baselines import Baseline, find_baseline
from benchbook.analysis.comparison.summary import summarise
from benchbook.analysis.study_files import open_runs
from benchbook.artifacts.io import load_document
from benchbook.artifacts.kinds import Kind
from benchbook.errors import UnknownNameError, UsageError


def find_baseline_or_study(which: str) -> Baseline:
    """Return a published baseline, or a study in the form of one, without a time of publication.

    Args:
        which: Name or path of a baseline; a store, a run artifact, or a folder of run artifacts.

    Raises:
        UsageError: There is no such file or folder, it contains no runs, or no baseline has this name.
        ArtifactError: It is damaged.
    """
    path = Path(which)
    is_run = path.is_file() and path.name.endswith(SUFFIX) and load_document(path)["kind"] == Kind.RUN
    if path.is_dir() or is_run:
        return Baseline(
            name=path.absolute().name.removesuffix(SUFFIX),
            created_at="",
            path=path,
            summary=summarise(open_runs([path])),
        )
    if not path.exists() and len(path.parts) > 1:
        raise UsageError(f"no such file or folder: {which}")
    try:
        return find_baseline(which)
    except UnknownNameError as error:
        if path.exists():
            raise
        raise UnknownNameError(f"no such file or folder: {which}; nor is it a published baseline: {error}") from error
