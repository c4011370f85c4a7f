"""The planned and finished runs of a spec, in its own store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchbook.analysis import RunTable
from benchbook.artifacts.run_document import run_key
from benchbook.errors import UsageError
from benchbook.records import RunRecord, RunSpec
from benchbook.specs.trials.planting import store_at
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.execute import code_digest
from benchbook.studies.runs.planned_run import PlannedRun


class SpecRuns:
    """Planned runs, each once, and the records of finished ones.

    Attributes:
        plan: The runs.
        folder: The store that keeps them.
    """

    def __init__(self, plan: Iterable[PlannedRun], folder: Path) -> None:
        """Plan the runs; nothing is computed yet. Runs that are planned twice are done once."""
        self.folder = folder
        self.plan: list[PlannedRun] = []
        self._places: dict[str, int] = {}
        self._records: dict[int, RunRecord] = {}  # by place in the plan
        for item in plan:
            if self._places.setdefault(_key(item.spec), len(self.plan)) == len(self.plan):
                self.plan.append(item)

    @property
    def specs(self) -> list[RunSpec]:
        """The planned runs."""
        return [item.spec for item in self.plan]

    def do(self, items: Sequence[PlannedRun]) -> RunTable:
        """Do some of the runs and return them; finished ones are replayed from the store."""
        with store_at(self.folder) as store:
            records = execute_all(items, store=store)
        self._records |= zip(map(self._place, items), records, strict=True)
        return RunTable(records)

    def stored(self, items: Sequence[PlannedRun]) -> set[str]:
        """Return the run keys of the runs that the store contains and can read."""
        with store_at(self.folder) as store:
            keys = {run_key(item.spec, code_digest(item)) for item in items}
            return {key for key in keys if store.get(key) is not None}

    def done(self) -> RunTable:
        """Return the runs done so far, in the order of the plan.

        Raises:
            UsageError: There are none.
        """
        if not self._records:
            raise UsageError("no runs yet: call when() first")
        return RunTable(self._records[place] for place in sorted(self._records))

    def record(self, item: PlannedRun) -> RunRecord | None:
        """Return the record of a planned run; None if it is not done yet."""
        return self._records.get(self._place(item))

    def _place(self, item: PlannedRun) -> int:
        return self._places[_key(item.spec)]


def _key(spec: RunSpec) -> str:
    return repr(spec)
