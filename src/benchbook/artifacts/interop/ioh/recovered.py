"""IOHprofiler's data files without an index: what the names of folders and files say."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchbook.artifacts.interop.ioh.index import MOST_DIM, TOOL, Entry, Scenario
from benchbook.artifacts.interop.ioh.rows import Logged, read_rows
from benchbook.artifacts.interop.sources.shown import invalid, shown
from benchbook.artifacts.interop.sources.suites import is_bbob, is_pbo

log = logging.getLogger(__name__)
_FILE = re.compile(r"IOHprofiler_f([0-9]{1,9})_DIM([0-9]{1,7})\.dat")
_FOLDER = re.compile(r"data_f[0-9]+_(.+)")


def recovered(files: Iterable[Path], objective: str | None, suite: str | None) -> Iterator[Scenario]:
    """Yield one scenario per data file whose name contains function and dimension, with a warning.

    Instances are unknown and set to 0. The direction is that of the suite or, without a suite, the one in which the
    rows improve.

    Raises:
        ArtifactError: The direction cannot be determined.
    """
    for file in files:
        found = _FILE.fullmatch(file.name)
        if found is None or not 1 <= int(found[2]) <= MOST_DIM:
            continue
        folder = _FOLDER.fullmatch(file.parent.name)
        log.warning(
            "%s: the index is missing; function, dimension and optimizer are taken from the names of file and folder",
            shown(file),
        )
        name = folder[1] if folder else f"f{found[1]}"
        blocks = list(read_rows(file, objective))
        known = (suite or "").lower()
        minimised = known in ("bbob", "sbox") or is_bbob(int(found[1]), name)
        yield Scenario(
            file=file,
            line=1,
            suite="",
            number=int(found[1]),
            name=name,
            maximised=not minimised and (known == "pbo" or is_pbo(int(found[1]), name) or _rises(file, blocks)),
            optimizer=file.parent.parent.name or "unnamed",
            tool=TOOL,
            dim=int(found[2]),
            data=file,
            entries=[Entry(instance=0, evaluations=None) for block in blocks if len(block)],
        )


def _rises(file: Path, blocks: list[Logged]) -> bool:
    """Return whether values improve by rising; the last row of a run need not be an improvement."""
    steps = [b - a for block in blocks for a, b in zip(block.values[:-2], block.values[1:-1], strict=True)]
    rising, falling = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    if bool(rising) == bool(falling):
        raise invalid(
            file,
            1,
            f"values rise {rising} times and fall {falling} times; without an index it is "
            "unclear whether the function is minimised; give the suite with --suite",
        )
    if rising:
        log.warning("%s: values rise, so the function is assumed to be maximised", shown(file))
    return rising > 0
