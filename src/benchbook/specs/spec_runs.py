"""Given and When: the optimizer, what it is compared with, the plan, and the runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchbook.analysis import RunTable
from benchbook.errors import MissingExtraError, UsageError
from benchbook.files import spec_root
from benchbook.optimizers import OptimizerChoice, optimizer
from benchbook.records import RunSpec
from benchbook.specs import tables
from benchbook.specs.display import Note, Table
from benchbook.specs.names import spec_name
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.spec_plan import givens, library_of, spec_plan
from benchbook.specs.trials.planting import as_planted, store_at
from benchbook.specs.trials.published import Published
from benchbook.studies.runs.cells import execute_all
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.typing import JsonObject


class Given(SpecBase):
    """A spec up to its runs.

    Attributes:
        optimizer: What the spec is about.
        control: What it is compared with; None where it is the control itself.
        reference: Another implementation; None without one, or where its library is not installed.
        plan: The runs of optimizer and control.
        runs: These runs, once `when` has done them.
        peers: The runs of the comparison with the reference, once `when` has done them.
        sample: The runs that are compared with the published ones, once `when` has done them.
    """

    def __init__(
        self,
        name: str,
        *,
        title: str,
        control: str,
        reference: str | None,
        published: str | None = None,
        settings: Mapping[str, Any],
        params: JsonObject,
    ) -> None:
        """Plan the runs; nothing is computed yet."""
        super().__init__()
        self.name = name
        self.title = title
        self.params = params
        self.optimizer = optimizer(name, **settings)
        self.control: OptimizerChoice | None = None if control == name else optimizer(control)
        self._reference_name = reference
        self.reference, self._without_reference = _reference(reference)
        self._given = givens(params, library_of(self.optimizer))
        self.plan = as_planted(spec_plan(self._given, [self.optimizer, *([self.control] if self.control else [])]))
        self._peer_plan = as_planted(self._plan_of_peers())
        self._published = None if published is None else Published(published, self.optimizer, self._given)
        self._sample_plan = [] if self._published is None else as_planted(self._published.plan())
        self.folder = spec_root() / spec_name(name)
        self.runs = RunTable([])
        self.peers = RunTable([])
        self.sample = RunTable([])

    def settings(self) -> Table | Note:
        """Return the settings as a table: name, value, meaning."""
        return tables.settings_table(self.optimizer)

    def given(self) -> Table:
        """Return problems, repetitions and budgets as a table."""
        names = [choice.name for choice in (self.optimizer, self.control) if choice]
        reference = self._without_reference
        if self.reference is not None:
            budget = self._peer_plan[0].spec.budget // self._peer_plan[0].spec.dim
            reference = f"{self.reference.name}, both with {budget:,} evaluations x dimension on shifted problems"
        return tables.given_table(str(self.params["preset"]), self._given, names, reference, len(self._planned_specs()))

    def when(self) -> RunTable:
        """Do the runs and return those of optimizer and control; finished ones are replayed from the store."""
        with store_at(self.folder / "runs") as store:
            self.runs = RunTable(execute_all(self.plan, store=store))
            self.peers = RunTable(execute_all(self._peer_plan, store=store))
            self.sample = RunTable(execute_all(self._sample_plan, store=store))
        return self.runs

    def ledger(self) -> Table:
        """Return how many runs were planned and what became of them, by optimizer."""
        return tables.ledger_table(self._planned_specs(), self._every_run())

    @property
    def outcome_name(self) -> str:
        """Name of the notebook, by which the outcome is stored."""
        return spec_name(self.name)

    def _plan_of_peers(self) -> list[PlannedRun]:
        """Return the comparison with the reference: what the slower of the two can afford, on shifted problems."""
        if self.reference is None:
            return []
        shared = givens(self.params, library_of(self.reference) or library_of(self.optimizer))
        return spec_plan(shared, [self.optimizer, self.reference], twins_only=True)

    def _compared_with(self) -> OptimizerChoice | None:
        return self.control

    def _planned_specs(self) -> list[RunSpec]:
        """Return all runs, each once: those of the comparison may be among the others."""
        planned: list[RunSpec] = []
        for item in (*self.plan, *self._peer_plan, *self._sample_plan):
            if item.spec not in planned:
                planned.append(item.spec)
        return planned

    def _every_run(self) -> RunTable:
        return RunTable({run.run_id: run for run in (*self.runs, *self.peers, *self.sample)}.values())

    def _done(self) -> RunTable:
        if not len(self.runs):
            raise UsageError("no runs yet: call when() first")
        return self.runs


def _reference(name: str | None) -> tuple[OptimizerChoice | None, str]:
    """Return the reference, and why there is none although one was named."""
    if name is None:
        return None, ""
    try:
        return optimizer(name), ""
    except MissingExtraError as error:
        return None, str(error)
