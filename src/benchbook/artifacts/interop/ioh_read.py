"""Read logs of IOHprofiler's Analyzer; strings in a file are data and are never evaluated."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchbook.artifacts.interop.imported import improvements
from benchbook.artifacts.interop.ioh import checks
from benchbook.artifacts.interop.ioh.index import Entry, Scenario, read_json
from benchbook.artifacts.interop.ioh.legacy import read_info
from benchbook.artifacts.interop.ioh.recovered import recovered
from benchbook.artifacts.interop.ioh.rows import RAW, Logged, read_rows
from benchbook.artifacts.interop.ioh.suite import told_suites
from benchbook.artifacts.interop.sources.finding import files_under
from benchbook.artifacts.interop.sources.late import warn_of_late
from benchbook.artifacts.interop.sources.matching import matched_runs
from benchbook.artifacts.interop.sources.shown import shown
from benchbook.artifacts.interop.sources.suites import ioh_function
from benchbook.errors import ArtifactError, BenchbookError, UsageError
from benchbook.problems.bbob import legacy
from benchbook.records import OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    """The function of a scenario: its name here, what to subtract, and the column of its values."""

    name: str
    f_opt: float | None


def read_ioh(folder: Path, *, suite: str | None = None, objective: str | None = None) -> Iterator[ImportedRun]:
    """Yield the runs of a JSON or `.info` file of IOHprofiler, or of all such files in a folder and its subfolders.

    Values of BBOB and SBOX functions are precisions already; the optima of other functions are not known. A log that
    names no suite is taken for BBOB if BBOB's functions have the logged values at the logged points. For data files
    without an index, the names of files and folders are used.

    Args:
        folder: The folder, or an index file.
        suite: The suite of logs that name none.
        objective: The column to read; required if there are several objectives.

    Raises:
        UsageError: There is no such folder or no data in it, none of several objectives was chosen, or a log has
            another suite.
        ArtifactError: A file is not in the format of IOHprofiler, or runs cannot be matched to the index.
    """
    if not folder.exists():
        raise UsageError(f"no such folder: {folder}")
    files = files_under(folder, "IOHprofiler_*.json") if folder.is_dir() else [folder]
    files += files_under(folder, "*.info") if folder.is_dir() else []
    scenarios: list[Scenario] = []
    for file in files:
        scenarios += read_json(file, objective) if file.suffix == ".json" else read_info(file)
    known = {scenario.data for scenario in scenarios}
    if folder.is_dir():
        lost = [path for path in files_under(folder, "IOHprofiler_*.dat") if path.resolve() not in known]
        scenarios += recovered(lost, objective, suite)
    if not scenarios:
        raise UsageError(f"{shown(folder)} holds no IOHprofiler_*.json, expected the output of an IOHprofiler logger")
    told = told_suites(scenarios, suite)
    groups: dict[Path, list[Scenario]] = {}
    for scenario in scenarios:
        groups.setdefault(scenario.data, []).append(scenario)
    missing, found = "", False
    for data, group in groups.items():
        if data.is_file():
            found = True
            yield from _read_runs(data, group, told, objective)
        else:
            missing = f"{group[0].place}: the data file {data.name!r} is missing"
            log.warning("%s; its runs are left out", missing)
    if missing and not found:
        raise ArtifactError(missing)


def _read_runs(
    data: Path, group: list[Scenario], told: Mapping[int, str], objective: str | None
) -> Iterator[ImportedRun]:
    """Yield the runs of a data file, each matched to its entry."""
    blocks = list(read_rows(data, objective))
    warn_of_late(data, blocks)
    entries = [(scenario, entry) for scenario in group for entry in scenario.entries]
    chosen = matched_runs(group[0].place, data, entries, blocks, lambda entry, block: checks.fits(*entry, block))
    pairs = [(s, e, block) for (s, e), block in zip(entries, chosen, strict=True) if block is not None]
    identities = {id(item): _identity(item, told[id(item)], objective, pairs) for item in group}
    stale = [entry for scenario, entry, block in pairs if not checks.check(scenario, entry, block, shown(data))]
    if stale:
        log.warning(
            "%s, line %d: the best value is not the best of the rows, which count; %d such runs",
            shown(group[0].file), stale[0].line, len(stale),
        )  # fmt: skip
    for scenario, entry, block in pairs:
        yield _run(scenario, entry, block, identities[id(scenario)])


def _identity(
    scenario: Scenario, told: str, objective: str | None, pairs: list[tuple[Scenario, Entry, Logged]]
) -> _Identity:
    name, f_opt = ioh_function(told, scenario.number, scenario.name)
    if objective not in (None, RAW):
        return _Identity(name=f"{name}_{objective}", f_opt=None)
    own = [(entry, block) for other, entry, block in pairs if other is scenario]
    if f_opt is not None and not all(_is_precision(scenario, entry, block) for entry, block in own):
        log.warning("%s: values are not known to be precisions; the optimum is missing", shown(scenario.file))
        f_opt = None
    return _Identity(name=name, f_opt=f_opt)


def _is_precision(scenario: Scenario, entry: Entry, block: Logged) -> bool:
    """Return whether the raw values are precisions; in the older layout the other column adds the optimum."""
    if block.shown is None or not len(block):
        return True
    try:
        f_opt = legacy.offset(legacy.seed_of(scenario.number, entry.instance))
    except (BenchbookError, ValueError, OverflowError):
        return False
    raw = min(block.values)
    return abs(block.shown - raw - f_opt) <= 1e-4 * max(abs(f_opt), abs(block.shown), 1.0)


def _run(scenario: Scenario, entry: Entry, block: Logged, identity: _Identity) -> ImportedRun:
    values = _refined(entry, block, scenario.maximised)
    return ImportedRun(
        format="ioh",
        file=shown(scenario.file),
        tool=scenario.tool,
        problem=ImportedProblem(name=identity.name, dim=scenario.dim, instance=entry.instance, f_opt=identity.f_opt),
        optimizer=OptimizerRecord(name=scenario.optimizer),
        evaluations=max(entry.evaluations or 0, entry.marked or 0, block.last),
        history=improvements(block.evaluations, values),
        maximised=scenario.maximised,
    )


def _refined(entry: Entry, block: Logged, maximised: bool) -> list[float]:
    """Return the values to minimise; no rounded value is better than the best value in the index.

    Rows have ten decimals, so 1.00000000499e-8 prints as 1e-8 and would seem to reach a target that was missed.
    """
    sign = -1.0 if maximised else 1.0
    if entry.best is None:
        return [sign * value for value in block.values]
    best = sign * entry.best
    return [
        best if value < best <= value + half * 1.001 or (at == entry.best_at and abs(value - best) <= half) else value
        for at, value, half in zip(
            block.evaluations, (sign * value for value in block.values), block.rounding, strict=True
        )
    ]
