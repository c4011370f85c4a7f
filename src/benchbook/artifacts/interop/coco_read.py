"""Read logs of COCO; torn or contradictory files are errors that name the file and the line."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from benchbook.artifacts.interop.coco import checks
from benchbook.artifacts.interop.coco.index import Entry, Segment, read_index
from benchbook.artifacts.interop.coco.rows import NEW_STEPS, OLD_STEPS, Logged, read_rows, timed_rows
from benchbook.artifacts.interop.imported import improvements
from benchbook.artifacts.interop.sources.finding import data_files, files_under
from benchbook.artifacts.interop.sources.late import warn_of_late
from benchbook.artifacts.interop.sources.matching import matched_runs
from benchbook.artifacts.interop.sources.shown import invalid, shown
from benchbook.artifacts.interop.sources.suites import is_coco
from benchbook.errors import ArtifactError
from benchbook.records import OptimizerRecord
from benchbook.records.imported import ImportedProblem, ImportedRun

log = logging.getLogger(__name__)
_NAMED = re.compile(r"_f(\d+)_DIM(\d+)", re.IGNORECASE)  # as all loggers of COCO name data files
_HYPERVOLUME_STEPS = 10


def read_coco(folder: Path) -> Iterator[ImportedRun]:
    """Yield the runs of an `.info` file, or of all such files in a folder and its subfolders.

    Raises:
        UsageError: There is no such folder, or no `.info` file under it.
        ArtifactError: A file is not in COCO's format, or runs cannot be matched to the index.
    """
    files = data_files(folder, "*.info", "the output of a COCO logger")
    segments = [segment for file in files for segment in read_index(file)]
    _warn_of_names(segments)
    if folder.is_dir():
        _warn_of_lost_data(folder, segments)
    missing = ""
    found = False
    for together in _by_data(segments):
        gone = [path for path in together[0].data if not path.is_file()]
        for path in gone:
            missing = f"{together[0].place}: the data file {_name(together[0], path)!r} is missing"
            log.warning("%s; its runs are left out", missing)
        if len(gone) < len(together[0].data):
            found = True
            yield from _read_runs(together)
    if missing and not found:
        raise ArtifactError(missing)


def _warn_of_names(segments: list[Segment]) -> None:
    """Warn of each suite that is not one of COCO's, once."""
    for suite in dict.fromkeys(segment.header.get("suite", "") for segment in segments):
        if not is_coco(suite):
            log.warning("the suite %r is not one of COCO's; functions are named after it", suite)


def _warn_of_lost_data(folder: Path, segments: list[Segment]) -> None:
    """Warn of data files that no index names, because their runs are not read."""
    named = {path for segment in segments for path in segment.data}
    lost = [path for path in files_under(folder, "*.dat") if path.resolve() not in named]
    if lost:
        log.warning("%s: left out, no index names it; %d such files", shown(lost[0]), len(lost))


def _by_data(segments: list[Segment]) -> list[list[Segment]]:
    """Return the segments grouped by their data files, each group in the order of the index.

    A segment that repeats an earlier one for the same file is left out.
    """
    groups: dict[tuple[Path, ...], list[Segment]] = {}
    owner: dict[Path, tuple[Path, ...]] = {}
    for segment in segments:
        key = tuple(segment.data)
        for path in key:
            if owner.setdefault(path, key) != key:
                raise ArtifactError(
                    f"{segment.place}: {_name(segment, path)!r} is named along with other data files before; runs "
                    "cannot be matched to entries"
                )
        group = groups.setdefault(key, [])
        same = next((item for item in group if _says_the_same(item, segment)), None)
        if same is None:
            group.append(segment)
        else:
            log.warning("%s: left out, it repeats line %d of %s", segment.place, same.line, shown(same.file))
    return list(groups.values())


def _says_the_same(one: Segment, other: Segment) -> bool:
    closed = any(entry.evaluations is not None for entry in one.entries)
    return closed and one.entries == other.entries and (one.number, one.dim) == (other.number, other.dim)


def _read_runs(segments: list[Segment]) -> Iterator[ImportedRun]:
    """Yield the runs of segments that share their data files, each matched to its entry."""
    first = segments[0]
    data = [path for path in first.data if path.is_file()]
    _refuse_other_names(first, data)
    blocks = [block for path in data for block in _blocks(path, indicator=bool(first.indicator))]
    entries = [(segment, entry) for segment in segments for entry in segment.entries]
    chosen = matched_runs(first.place, data[0], entries, blocks, lambda entry, block: checks.fits(*entry, block))
    pairs = [(segment, entry, block) for (segment, entry), block in zip(entries, chosen, strict=True)]
    _warn_of_odd_runs([(segment, entry, block) for segment, entry, block in pairs if block is not None], data[0])
    for segment, entry, block in pairs:
        if block is None and entry.evaluations is not None:
            raise ArtifactError(
                f"{segment.place}: instance {entry.instance} has {entry.evaluations} evaluations, but no rows in "
                f"{shown(data[0])}"
            )
        if block is None:
            log.warning("%s: instance %d is left out, it was not closed and has no rows", segment.place, entry.instance)
        else:
            yield _run(segment, entry, block)


def _warn_of_odd_runs(pairs: list[tuple[Segment, Entry, Logged]], data: Path) -> None:
    """Warn of runs whose end or optimum is not as expected, in one line each."""
    ends = [
        (segment, entry)
        for segment, entry, block in pairs
        if checks.is_open(segment, block) and (entry.evaluations or 0) > block.last
    ]
    if ends:
        said = "%s: the .tdat file is missing; %d runs end where the index says"
        log.warning(said, ends[0][0].place, len(ends))
    odd = [(segment, entry) for segment, entry, block in pairs if not checks.has_optimum(segment, entry, block)]
    if odd:
        segment, entry = odd[0]
        log.warning(
            "%s: the optima in %s are not those of %s in benchbook, first for instance %d",
            segment.place, shown(data), segment.function, entry.instance,
        )  # fmt: skip


def _refuse_other_names(segment: Segment, data: list[Path]) -> None:
    """Raise if the name of a data file contains another function or dimension than the index."""
    for path in data:
        found = _NAMED.search(path.stem)
        if found and (int(found[1]), int(found[2])) != (segment.number, segment.dim):
            raise ArtifactError(
                f"{segment.place}: says f{segment.number} in {segment.dim}-D, but its data file is {path.name}"
            )


def _blocks(path: Path, *, indicator: bool) -> list[Logged]:
    """Return the runs of a data file, each with its rows of the `.tdat` file if the two can be matched."""
    blocks = list(read_rows(path, indicator=indicator))
    warn_of_late(path, blocks)
    extra = path.with_suffix(".tdat")
    if extra.is_file():
        _add_timed(blocks, path, extra, indicator=indicator)
    for block in blocks:
        block.settle()
    return blocks


def _add_timed(blocks: list[Logged], path: Path, extra: Path, *, indicator: bool) -> None:
    """Give each run its rows of the `.tdat` file."""
    rows = list(read_rows(extra, indicator=indicator))
    pairs = None
    for one, other in ((blocks, rows), ([b for b in blocks if len(b)], [b for b in rows if len(b)])):
        if len(one) == len(other) and all(_same_start(a, b) for a, b in zip(one, other, strict=True)):
            pairs = list(zip(one, other, strict=True))
            break
    if pairs is None:
        if len(rows) == len(blocks):
            raise invalid(extra, 1, f"its runs are not those of {path.name}")
        log.warning("%s: left out, its runs do not match those of %s", shown(extra), path.name)
    for block, timed in pairs or ():
        block.timed = timed


def _same_start(hits: Logged, timed: Logged) -> bool:
    """Return whether the first rows of two logs may belong to the same run."""
    if not len(hits) or not len(timed) or hits.functions[0] != timed.functions[0]:
        return True
    return abs(hits.values[0] - timed.values[0]) <= 1e-6 * abs(hits.values[0]) or hits.values[0] != hits.values[0]


def _run(segment: Segment, entry: Entry, block: Logged) -> ImportedRun:
    where = f"{segment.place}: instance {entry.instance}"
    checks.check(segment, entry, block)
    if entry.evaluations is None:
        log.warning("%s was not closed; it ends at its last logged row", where)
    at, values = list(block.spent), list(block.values)
    if block.timed is not None:
        more_at, more_values, denied = timed_rows(block, block.timed, _steps(segment, block))
        if denied:
            log.warning("%s: %d rows of .tdat are left out, they would hit targets that .dat does not", where, denied)
        at, values = at + more_at, values + more_values
    return ImportedRun(
        format="coco",
        file=shown(segment.file),
        tool=f"COCO {segment.header.get('coco_version', '')}".strip(),
        problem=ImportedProblem(
            name=f"coco_{segment.function}"
            if block.counts_both
            else segment.function,  # the suite was a different one then
            dim=segment.dim,
            instance=entry.instance,
            f_opt=None if block.raw else 0.0,
        ),
        optimizer=OptimizerRecord(name=segment.optimizer),
        evaluations=max(block.last_spent, entry.evaluations or 0),
        history=improvements(at, values),
        shift=block.optimum,
        indicator=segment.indicator or None,
    )


def _steps(segment: Segment, block: Logged) -> int:
    if segment.indicator:
        return _HYPERVOLUME_STEPS
    new = segment.header.get("data_format", "").startswith("bbob-new") or block.counts_constraints
    return NEW_STEPS if new else OLD_STEPS


def _name(segment: Segment, path: Path) -> str:
    return path.relative_to(segment.file.parent.resolve()).as_posix()
