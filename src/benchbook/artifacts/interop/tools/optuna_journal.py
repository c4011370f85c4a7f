"""Optuna's journal files, read line by line, so that an error can name the line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchbook.artifacts.interop.sources.shown import shown
from benchbook.errors import ArtifactError


class Journal:
    """What Optuna's journal storage reads its logs from: a file that is never written.

    Optuna's own backend passes over a last line that is torn, so that a truncated file looks like a shorter study.

    Attributes:
        line: The line that was read last.
    """

    def __init__(self, file: Path) -> None:
        """Read the lines of the file.

        Raises:
            OSError: The file cannot be read.
        """
        found = file.read_bytes().split(b"\n")
        self.line = 1
        self._file = file
        self._lines = found[:-1] if found[-1] == b"" else found

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Yield the logs from a number on.

        Raises:
            ArtifactError: A line is torn or not a log of Optuna.
        """
        for number in range(log_number_from, len(self._lines)):
            self.line = number + 1
            where = f"{shown(self._file)}, line {self.line}"
            try:
                log: Any = json.loads(self._lines[number])
            except (ValueError, RecursionError) as error:
                raise ArtifactError(f"{where}: not a line of Optuna's journal: {error}") from error
            if not isinstance(log, dict) or "op_code" not in log:
                raise ArtifactError(f"{where}: not a line of Optuna's journal: {self._lines[number][:60]!r}")
            yield log

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Refuse to write, which reading never needs.

        Raises:
            ArtifactError: Always.
        """
        raise ArtifactError(f"{shown(self._file)} is only read, but {len(logs)} logs were to be appended")
