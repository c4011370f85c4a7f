"""Baselines: published summaries that later results are compared with. They change only on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from benchbook.analysis.comparison.baseline_parts import SUFFIX, is_part, load_parts, part_count, part_path, save_parts
from benchbook.analysis.comparison.summary import joined, summarise
from benchbook.analysis.suites import one_suite
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.artifacts.run_view import RunView
from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.digests import digest
from benchbook.errors import ArtifactError, UsageError, unknown_name
from benchbook.files import artifact_root, shipped
from benchbook.records import as_plain, from_plain
from benchbook.records.published import CellKey, CellSummary, StudySummary
from benchbook.typing import JsonObject

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A published summary, with its name, time of publication and file."""

    name: str
    created_at: str
    path: Path
    summary: StudySummary

    @property
    def files(self) -> list[Path]:
        """The files that it is in: one, or for a large one several."""
        return [part_path(self.path, part) for part in range(1, part_count(self.path) + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A baseline that is damaged.

    Attributes:
        reason: What is wrong with it.
    """

    name: str
    reason: str


def baselines_folder() -> Path:
    """Return the folder of baselines, `baselines/` in the artifact root."""
    return artifact_root() / "baselines"


def publish(
    runs: Iterable[RunView],
    name: str,
    *,
    folder: Path | None = None,
    replace: bool = False,
    clock: Clock = SYSTEM_CLOCK,
) -> Baseline:
    """Write the summary of runs as a baseline; one of more than 1.4 MB into several files.

    Args:
        runs: The runs.
        name: Name of the baseline: letters, digits, dots, hyphens, underscores.
        folder: Where; default: `artifacts/baselines/`.
        replace: Whether a baseline of this name may be replaced.
        clock: Stamps it.

    Raises:
        UsageError: The name is not valid or taken, or there are no runs.
    """
    path = _path(name, folder)
    if path.exists() and not replace:
        raise UsageError(f"the baseline {name!r} exists already ({path}); it changes only on purpose: --replace")
    return _save(_summary(runs), name, path, clock)


def extend(
    runs: Iterable[RunView], name: str, *, folder: Path | None = None, clock: Clock = SYSTEM_CLOCK
) -> tuple[Baseline, int, int]:
    """Add the cells of runs to a baseline, and return it with the number of cells added and of those replaced.

    A cell replaces the one of the same optimizer, function and dimension if its budget is as large or larger; otherwise
    the published one stays.

    Args:
        runs: The runs.
        name: Name of the baseline.
        folder: Where it is; default: `artifacts/baselines/`.
        clock: Stamps it.

    Raises:
        UsageError: There is no such baseline, there are no runs, they are of another suite, or an optimizer has other
            settings in the baseline.
        ArtifactError: The baseline is damaged.
    """
    path = _path(name, folder)
    if not path.exists():
        raise UsageError(f"name is {name!r}, expected a baseline that exists ({path})")
    before, added = load_baseline(path).summary, _summary(runs)
    one_suite((function for _, function, _ in (*before.cells, *added.cells)), "the baseline with the study")
    settings = {cell.optimizer: dict(cell.settings) for cell in before.cells.values()}
    for cell in added.cells.values():
        if dict(cell.settings) != settings.get(cell.optimizer, dict(cell.settings)):
            raise UsageError(f"{cell.optimizer} has other settings in the baseline {name!r} than in the study")
    larger = {
        key: cell
        for key, cell in added.cells.items()
        if key not in before.cells or cell.budget >= before.cells[key].budget
    }
    summary = joined(before, replace(added, cells=larger))
    new = len(larger.keys() - before.cells.keys())
    return _save(summary, name, path, clock), new, len(larger) - new


def _path(name: str, folder: Path | None) -> Path:
    if not _NAME.fullmatch(name) or is_part(name):
        raise UsageError(
            f"name is {name!r}, expected letters, digits, dots, hyphens and underscores, and no .part2 or the like"
        )
    return (folder or baselines_folder()) / f"{name}{SUFFIX}"


def _summary(runs: Iterable[RunView]) -> StudySummary:
    summary = summarise(runs)
    if not summary.cells:
        raise UsageError("there are no runs to publish")
    one_suite((cell.function for cell in summary.cells.values()), "the study")
    return summary


def _save(summary: StudySummary, name: str, path: Path, clock: Clock) -> Baseline:
    created_at = timestamp(clock.now())
    # a link, as this repository has for the baselines that the package ships, stays one
    save_parts(to_document(summary, name, created_at), path.resolve())
    return Baseline(name=name, created_at=created_at, path=path, summary=summary)


def largest_budgets(runs: Iterable[RunView]) -> list[RunView]:
    """Return the runs of several studies; of an optimizer with several budgets on a problem, only the largest.

    The control is in every study: if one study has short runs and another has long ones, the long ones count. A
    repetition that several studies have counts once.
    """
    every = _once(runs)
    most: dict[tuple[str, str, str, int], int] = {}
    for run in every:
        most[_kind_of(run)] = max(run.budget or 0, most.get(_kind_of(run), 0))
    return [run for run in every if (run.budget or 0) == most[_kind_of(run)]]


def published(folder: Path | None = None) -> list[Baseline | Unreadable]:
    """Return all baselines by name: those of the package, and those of the project or a folder."""
    return [_readable(name, path) for name, path in baseline_files(*_folders(folder)).items()]


def _readable(name: str, path: Path) -> Baseline | Unreadable:
    try:
        return load_baseline(path)
    except ArtifactError as error:
        return Unreadable(name=name, reason=str(error))


def baseline_files(*folders: Path) -> dict[str, Path]:
    """Return the baselines in folders, sorted by name; if a name occurs twice, that of the later folder."""
    found = {path.name.removesuffix(SUFFIX): path for folder in folders for path in folder.glob(f"*{SUFFIX}")}
    return dict(sorted((name, path) for name, path in found.items() if not is_part(name)))


def find_baseline(which: str, folder: Path | None = None) -> Baseline:
    """Return a baseline by its name or path.

    Raises:
        UnknownNameError: There is no baseline with this name.
        ArtifactError: The file is damaged or not a baseline.
    """
    if Path(which).is_file():
        return load_baseline(Path(which))
    known = baseline_files(*_folders(folder))
    if which not in known:
        raise unknown_name("baseline", which, known, "(benchbook baseline list)")
    return load_baseline(known[which])


def baseline_path(name: str) -> Path | None:
    """Return the file of a baseline of the package or the project; None if there is none with this name."""
    return baseline_files(*_folders(None)).get(name)


def load_baseline(path: Path) -> Baseline:
    """Read and check a baseline.

    Raises:
        ArtifactError: It is damaged, lacks a part, or is not a baseline.
        UsageError: The file is a later part.
    """
    document = load_parts(path)
    name, created_at, summary = from_document(document, str(path))
    return Baseline(name=name, created_at=created_at, path=path, summary=summary)


def to_document(summary: StudySummary, name: str, created_at: str) -> JsonObject:
    """Return a summary as a document of the baseline schema."""
    startup_s = {key: None if value is None else round(value, 6) for key, value in summary.startup_s.items()}
    cells = {key: _rounded(cell) for key, cell in summary.cells.items()}
    plain = as_plain(replace(summary, startup_s=startup_s, cells=cells))
    if summary.packages is None:
        plain.pop("packages")  # earlier baselines stay as they are, to the last byte
    return as_document(Kind.BASELINE, {"name": name, "created_at": created_at, **plain})


def from_document(document: JsonObject, name: str) -> tuple[str, str, StudySummary]:
    """Return name, time and summary in a document that is valid under its schema.

    Raises:
        ArtifactError: Lists that must have one entry per run have other lengths.
    """
    doc = cast("dict[str, Any]", document)
    cells: dict[CellKey, Any] = {}
    for place, item in enumerate(doc["cells"]):
        lists = ("instances", "seeds", "evaluations", "hits", "aocc", "us_per_evaluation", "first_hits")
        lengths = {key: len(item[key]) for key in lists if item.get(key) is not None}
        if len(set(lengths.values())) != 1:
            raise ArtifactError(f"{name} is not valid: $.cells[{place}]: lists of unequal lengths: {lengths}")
        longest = max((len(hits) for hits in item.get("first_hits") or ()), default=0)
        if longest > len(doc.get("targets") or ()):
            raise ArtifactError(f"{name} is not valid: $.cells[{place}].first_hits: a run has more hits than targets")
        cells[item["optimizer"], item["function"], item["dim"]] = item
    return doc["name"], doc["created_at"], from_plain(StudySummary, {**doc, "cells": cells})


def _once(runs: Iterable[RunView]) -> list[RunView]:
    """Return each repetition once, that of the last study; of imported runs, whose seeds are unknown, all."""
    found: dict[object, RunView] = {}
    for number, run in enumerate(runs):
        repetition = (_kind_of(run), run.problem.instance, run.seed, run.budget)
        found[number if run.seed is None else repetition] = run
    return list(found.values())


def _kind_of(run: RunView) -> tuple[str, str, str, int]:
    return run.optimizer.name, digest(dict(run.optimizer.settings)), run.problem.name, run.problem.dim


def _folders(folder: Path | None) -> tuple[Path, ...]:
    """Return where to look: in the folder alone, or in the package and then the project."""
    return (shipped("baselines"), baselines_folder()) if folder is None else (folder,)


def _rounded(cell: CellSummary) -> CellSummary:
    aocc = None if cell.aocc is None else np.array([round(float(area), 5) for area in cell.aocc])
    return replace(cell, aocc=aocc, us_per_evaluation=np.array([float(f"{us:.3g}") for us in cell.us_per_evaluation]))
