"""The older layout of IOHprofiler: one `.info` file per function, and data files with quoted column names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchbook.artifacts.interop.ioh.index import MOST_DIM, TOOL, Entry, Scenario
from benchbook.artifacts.interop.sources.finding import data_file_of
from benchbook.artifacts.interop.sources.numbers import whole
from benchbook.artifacts.interop.sources.shown import invalid, lines, shown
from benchbook.errors import ArtifactError

_FIELD = re.compile(r"""(\w+)\s*=\s*(?:"(.*?)"|'(.*?)'|([^,\s]+))(?=\s*(?:,|$))""")
_RUN = re.compile(r"([0-9]{1,15})(?::([0-9]{1,16})(?:\|([^,\s]+))?)?")
_FOLDER = re.compile(r"data_f[0-9]+_(.+)")


def read_info(file: Path) -> Iterator[Scenario]:
    """Yield the scenarios of an index in the older layout.

    Raises:
        ArtifactError: The file is not in this format, or a data file is outside its folder.
    """
    header: dict[str, str] = {}
    for place, line in enumerate(lines(file), start=1):
        text = line.strip("\0 \t")
        where = f"{shown(file)}, line {place}"
        if not text or text.startswith("%"):
            continue
        if re.match(r"\w+\s*=", text):
            header = {found[1]: found[2] or found[3] or found[4] or "" for found in _FIELD.finditer(text)}
            if "data_format" in header or "indicator" in header:
                raise ArtifactError(f"{where}: this was logged by COCO; import it with --from coco")
            if whole(header.get("funcId", "")) is None or not 1 <= (whole(header.get("DIM", "")) or 0) <= MOST_DIM:
                raise ArtifactError(f"{where}: expected funcId, DIM and algId, got {text[:80]!r}")
        elif header:
            yield _scenario(file, place, text, header)
        else:
            raise ArtifactError(f"{where}: data before a line with funcId, DIM and algId")


def _scenario(file: Path, place: int, text: str, header: Mapping[str, str]) -> Scenario:
    name, *runs = [part.strip() for part in text.split(",")]
    entries = []
    for run in runs:
        found = _RUN.fullmatch(run)
        if found is None and run:
            raise invalid(file, place, f"{run!r} is not instance:evaluations|value")
        if found is not None:
            # Loggers before 2021 give the last evaluation, later ones that of the best value. The value itself has few
            # digits and is taken from the rows.
            marked = int(found[2]) if found[2] else None
            entries.append(Entry(instance=int(found[1]), evaluations=None, marked=marked, line=place))
    folder = _FOLDER.fullmatch(Path(name.replace("\\", "/")).parent.name)
    return Scenario(
        file=file,
        line=place,
        suite=header.get("suite", ""),
        number=whole(header["funcId"]) or 0,
        name=header.get("funcName") or (folder[1] if folder else f"f{header['funcId']}"),
        maximised=_is_true(header.get("maximization", "")),
        optimizer=header.get("algId") or "unnamed",
        tool=TOOL,
        dim=whole(header["DIM"]) or 1,
        data=data_file_of(file, place, name),
        entries=entries,
    )


def _is_true(text: Any) -> bool:
    return str(text).strip().lower() in ("t", "true", "1")
