"""Optuna's journal files, read line by line, so that an error can name the line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchbook.artifacts.interop.sources.shown import shown
from benchbook.errors import ArtifactError

_CREATE_STUDY, _DELETE_STUDY, _CREATE_TRIAL = 0, 1, 4  # operations, by Optuna's codes


class Journal:
    """A read-only file from which Optuna's journal storage reads its logs.

    Optuna's own backend ignores a torn last line, so a truncated file looks like a shorter study. It also ignores
    operations on trials and studies that were never created, so a lost line goes unnoticed.

    Attributes:
        line: The last line read.
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
        self._created = _Created()

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Yield the logs from a number onwards.

        Raises:
            ArtifactError: A line is torn, is not a log of Optuna, or refers to something that no earlier line creates.
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
            if lost := self._created.lacks(number, log):
                raise ArtifactError(f"{where}: belongs to {lost}, which no line before it creates; a line is lost")
            yield log

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Refuse to write; reading never does.

        Raises:
            ArtifactError: Always.
        """
        raise ArtifactError(f"{shown(self._file)} is only read, but {len(logs)} logs were to be appended")


class _Created:
    """The studies and trials created by the lines so far; Optuna numbers both in this order."""

    def __init__(self) -> None:
        self._lines = 0
        self._studies = self._trials = 0
        self._names: dict[int, Any] = {}

    def lacks(self, number: int, log: Mapping[str, Any]) -> str:
        """Take in a line, unless it is already known, and return what it refers to if that does not exist yet."""
        if number < self._lines:
            return ""
        self._lines = number + 1
        operation, study, trial = log["op_code"], log.get("study_id"), log.get("trial_id")
        if isinstance(study, int) and study >= self._studies:
            return f"study {study}"
        if isinstance(trial, int) and trial >= self._trials:
            return f"trial {trial}"
        if operation == _CREATE_STUDY and log.get("study_name") not in self._names.values():
            self._names[self._studies] = log.get("study_name")
            self._studies += 1
        elif operation == _DELETE_STUDY and isinstance(study, int):
            self._names.pop(study, None)
        elif operation == _CREATE_TRIAL and study in self._names:
            self._trials += 1
        return ""
