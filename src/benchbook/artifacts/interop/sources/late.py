"""Warnings of runs whose first rows are missing, one per file."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from benchbook.artifacts.interop.sources.shown import shown

log = logging.getLogger(__name__)


class Logged(Protocol):
    """A run in a data file."""

    @property
    def late(self) -> tuple[int, int] | None:
        """Line and evaluation of its first row, if that is not evaluation 1."""


def warn_of_late(file: Path, blocks: Iterable[Logged]) -> None:
    """Warn of runs that do not begin at evaluation 1, as in all loggers: earlier target hits are unknown."""
    found = [block.late for block in blocks if block.late is not None]
    if found:
        more = f"; the same in {len(found)} runs" if len(found) > 1 else ""
        line, evaluation = found[0]
        log.warning(
            "%s, line %d: the first row of a run is evaluation %d, expected 1%s", shown(file), line, evaluation, more
        )
