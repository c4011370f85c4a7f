"""COCO's index files: which data file holds which runs of which function."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchbook.artifacts.interop.sources.finding import data_file_of
from benchbook.artifacts.interop.sources.numbers import number as number_in
from benchbook.artifacts.interop.sources.numbers import rounding, whole
from benchbook.artifacts.interop.sources.shown import invalid, lines, shown
from benchbook.artifacts.interop.sources.suites import coco_function

log = logging.getLogger(__name__)
# A quoted value ends at a quote before a comma or the end of the line, so it may contain quotes.
_FIELD = re.compile(r"(\w+)\s*=\s*(?:'(.*?)'(?=\s*(?:,|$))|([^,\s]+))")
_RUN = re.compile(r"([0-9]{1,15})(?::([0-9]{1,16})(?:\|([^,\s]+))?)?")
_MOST_DIM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run listed in an index.

    Attributes:
        instance: Its instance.
        evaluations: Evaluations spent; None if the run was not closed.
        final: The last of its best values; None if it is not stated.
        rounding: By how much the printed last value may differ from the true one.
    """

    instance: int
    evaluations: int | None
    final: float | None = None
    rounding: float = 0.0


@dataclass(slots=True, kw_only=True)
class Segment:
    """Data files named in an index, and the runs listed for them.

    Attributes:
        file: The index file.
        line: The line in it.
        header: The fields of its header, by name.
        number: Number of the function.
        dim: Dimension.
        data: The data files, in order.
        entries: The runs, in order.
    """

    file: Path
    line: int
    header: Mapping[str, str]
    number: int
    dim: int
    data: list[Path]
    entries: list[Entry] = field(default_factory=list)

    @property
    def place(self) -> str:
        """The index file and the line in it, for messages."""
        return f"{shown(self.file)}, line {self.line}"

    @property
    def optimizer(self) -> str:
        """Name of the optimizer."""
        return self.header.get("algId") or self.header.get("algorithm") or "unnamed"

    @property
    def indicator(self) -> str:
        """The quality indicator of several objectives; empty for one objective."""
        return self.header.get("indicator", "")

    @property
    def function(self) -> str:
        """Name of the function."""
        return coco_function(self.header.get("suite", ""), self.number, self.indicator)


def read_index(file: Path) -> Iterator[Segment]:
    """Yield the segments of an index file, in order; missing data files are left out with a warning.

    Raises:
        ArtifactError: The file is not in COCO's format, or names a data file outside its folder.
    """
    header: dict[str, str] = {}
    begun = used = 0
    for number, line in enumerate(lines(file), start=1):
        text = line.strip("\0 \t")
        if not text or text.startswith("%"):
            continue
        if "\0" in text:
            raise invalid(file, number, "NUL bytes within the line")
        if re.match(r"(suite|funcId|algId|algorithm|indicator)\s*=", text):
            if begun != used:
                log.warning("%s, line %d: no data follow this header", shown(file), begun)
            header, begun = _header(file, number, text), number
        elif header:
            if used == begun and "indicator" not in header:
                raise invalid(file, number, f"a second line of data for the header of line {begun}")
            used = begun
            yield from _segments(file, number, text, header)
        else:
            raise invalid(file, number, "data before a line with funcId, DIM and algId")
    if not header:
        log.warning("%s, line 1: no runs, it is empty", shown(file))
    elif begun != used:
        log.warning("%s, line %d: no data follow this header", shown(file), begun)


def _header(file: Path, number: int, text: str) -> dict[str, str]:
    found = [(name, quoted or plain) for name, quoted, plain in _FIELD.findall(text)]
    header = dict(found)
    if len(header) < len(found):
        raise invalid(file, number, f"a field is given twice, {text[:80]!r}; two lines in one?")
    if rest := _FIELD.sub("", text).strip(", \t"):
        log.warning("%s, line %d: left out, no fields of a header: %r", shown(file), number, rest[:60])
    if header.get("indicator"):
        if not header.get("algorithm"):
            raise invalid(file, number, f"expected algorithm and indicator, got {text[:80]!r}")
        return header
    missing = [name for name in ("funcId", "DIM", "algId") if not header.get(name)]
    if missing or not _numbered(header["funcId"], header["DIM"]):
        raise invalid(file, number, f"expected funcId, DIM and algId, got {text[:80]!r}")
    return header


def _numbered(function: str, dim: str) -> bool:
    return whole(function) is not None and 1 <= (whole(dim) or 0) <= _MOST_DIM


def _segments(file: Path, number: int, text: str, header: Mapping[str, str]) -> Iterator[Segment]:
    """Yield the parts of a data line: each run belongs to the data files named just before it."""
    own = dict(header)
    current: Segment | None = None
    for part in (part.strip() for part in text.split(",")):
        if not part:
            continue
        if "=" in part and not part.endswith("dat"):
            name, _, value = (text.strip() for text in part.partition("="))
            if name not in ("function", "dim"):
                raise invalid(file, number, f"{part[:60]!r} within a line of data; two lines in one?")
            own[name] = value
        elif part.endswith("dat") or current is None:
            if current is None or current.entries:
                if current is not None:
                    yield current
                current = _segment(file, number, own)
            current.data.append(data_file_of(file, number, part, own.get("folder", "")))
        else:
            current.entries.append(_entry(file, number, part))
    if current is not None:
        yield current


def _segment(file: Path, number: int, header: Mapping[str, str]) -> Segment:
    function, dim = (header.get(a) or header.get(b, "") for a, b in (("funcId", "function"), ("DIM", "dim")))
    if not _numbered(function, dim):
        raise invalid(file, number, f"function and dimension are {function!r} and {dim!r}, expected numbers")
    return Segment(
        file=file, line=number, header=dict(header), number=whole(function) or 0, dim=whole(dim) or 0, data=[]
    )


def _entry(file: Path, number: int, text: str) -> Entry:
    """Return the run of `instance:evaluations|precision`, or of a bare instance."""
    found = _RUN.fullmatch(text)
    if found is None:
        raise invalid(file, number, f"{text!r} is not instance:evaluations|precision")
    return Entry(
        instance=int(found[1]),
        evaluations=int(found[2]) if found[2] else None,
        final=number_in(found[3]) if found[3] else None,
        rounding=rounding(found[3]) if found[3] else 0.0,
    )
