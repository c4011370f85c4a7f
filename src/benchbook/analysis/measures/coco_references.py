"""Reference curves from the reference algorithms of cocopp: one running time per target, and no runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchbook.analysis.measures.references import ROUNDING
from benchbook.analysis.measures.targets import STANDARD_TARGETS
from benchbook.artifacts.interop.coco.index import Segment, read_index
from benchbook.artifacts.interop.names import safe_name
from benchbook.artifacts.interop.sources.archives import opened
from benchbook.artifacts.interop.sources.finding import files_under
from benchbook.artifacts.interop.sources.numbers import number
from benchbook.artifacts.interop.sources.shown import invalid, lines, shown
from benchbook.artifacts.interop.sources.suites import coco_function
from benchbook.artifacts.io import save_document
from benchbook.artifacts.kinds import Kind, as_document
from benchbook.clock import SYSTEM_CLOCK, Clock, timestamp
from benchbook.errors import UsageError
from benchbook.records.published import ReferenceCell, ReferenceRecord
from benchbook.typing import JsonObject

FOLDER = "references"  # of a store
_MARK = "algorithm type = best"
_HEADER_BYTES = 1000
_COLUMNS = 6  # evaluations, precision (twice), data set, successes, runs
_CITATION = (
    "Hansen, N., Auger, A., Ros, R., Mersmann, O., Tušar, T., & Brockhoff, D. (2021). COCO: A platform for comparing "
    "continuous optimizers in a black-box setting. Optimization Methods and Software 36(1), 114-144. "
    "https://doi.org/10.1080/10556788.2020.1808977"
)
_LICENCE = "BSD-3-Clause, as cocopp, which the data come with"


def holds_reference(source: Path) -> bool:
    """Return whether COCO data are those of a reference algorithm, by the header of the first data file."""
    first = next(iter(files_under(source if source.is_dir() else source.parent, "*.dat")), None)
    if first is None or not first.is_file():
        return False
    with first.open("rb") as stream:
        return _MARK.encode() in stream.read(_HEADER_BYTES)


def import_reference(folder: Path, store: Path, *, source: Path) -> Path:
    """Write the reference that a folder holds into a store, and return the path.

    Args:
        folder: The files, unpacked.
        store: The store; references are in its folder `references/`.
        source: The archive or folder as given, which names the reference.

    Raises:
        ArtifactError: A file is not in the format of cocopp's reference algorithms.
        UsageError: There is no data file.
    """
    name = safe_name(source.name.lower().partition(".")[0]).lstrip(".-") or "reference"
    document = document_of_reference(folder, name, source=source.name)
    return save_document(document, store / FOLDER / f"{name}.json.zst")


def from_coco(archive: Path, name: str, *, source: str, clock: Clock = SYSTEM_CLOCK) -> JsonObject:
    """Derive a reference document from the archive of a reference algorithm, as distributed with cocopp.

    Args:
        archive: The tar.gz file, or its folder.
        name: Name of the reference.
        source: Where the archive is from, for the document.
        clock: Stamps it.
    """
    with opened(archive) as folder:
        return document_of_reference(folder, name, source=source, clock=clock)


def document_of_reference(folder: Path, name: str, *, source: str, clock: Clock = SYSTEM_CLOCK) -> JsonObject:
    """Derive a reference document from the files of a reference algorithm."""
    known: dict[str, int] = {}
    cells: dict[tuple[str, int], ReferenceCell] = {}
    indexes = files_under(folder, "*.info") if folder.is_dir() else [folder]
    segments = [segment for index in indexes for segment in read_index(index)]
    for segment in sorted(segments, key=lambda item: (item.number, item.dim)):
        function = coco_function(segment.header.get("suite", ""), segment.number, segment.indicator)
        cell = _cell(segment, function, known)
        if cell is not None:
            cells[function, segment.dim] = cell
    if not cells:
        raise UsageError(f"{shown(folder)} holds no data file of a reference algorithm")
    record = ReferenceRecord(
        name=name,
        created_at=timestamp(clock.now()),
        source=source,
        citation=_CITATION,
        licence=_LICENCE,
        targets=STANDARD_TARGETS.tolist(),
        algorithms=list(known),
        cells=list(cells.values()),
    )
    return as_document(Kind.REFERENCE, record)


def _cell(segment: Segment, function: str, known: dict[str, int]) -> ReferenceCell | None:
    rows = [row for path in segment.data if path.is_file() for row in _rows(path)]
    if not rows:
        return None
    evaluations: list[float] = []
    algorithms: list[int] = []
    for target in STANDARD_TARGETS:
        first = next((row for row in rows if row[1] <= target * ROUNDING), None)
        if first is None:
            break
        evaluations.append(first[0])
        algorithms.append(known.setdefault(first[2], len(known)))
    return ReferenceCell(function=function, dim=segment.dim, evaluations=evaluations, algorithms=algorithms)


def _rows(file: Path) -> Iterable[tuple[float, float, str]]:
    text = lines(file)
    if not any(_MARK in line for line in text[:2]):
        raise invalid(file, 1, "holds runs, but others next to it are of a reference algorithm")
    for place, line in enumerate(text, start=1):
        fields = line.split()
        if not fields or line.startswith("%"):
            continue
        evaluations, precision = (number(text) for text in (*fields[:2], "", "")[:2])
        if len(fields) != _COLUMNS or evaluations is None or precision is None or not 1 <= evaluations < float("inf"):
            raise invalid(file, place, "expected evaluations, precision twice, a data set, successes and runs")
        yield evaluations, precision, fields[3]
