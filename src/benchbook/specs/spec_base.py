"""What every spec has: a plan of runs, a list of claims about them, and their judgement."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from benchbook.analysis import RunTable
from benchbook.errors import UsageError
from benchbook.optimizers import OptimizerChoice
from benchbook.records import Claim, RunRecord, RunSpec, Status
from benchbook.specs.claim_list import ClaimList
from benchbook.specs.display import Table
from benchbook.specs.outcome import outcome_document, write_outcome
from benchbook.specs.trials.planting import digests_again
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.typing import JsonObject


class SpecBase(ABC):
    """A spec: runs that are planned, and claims about them.

    Attributes:
        title: Heading of the notebook.
        params: The parameters, as the outcome records them.
        optimizer: What the spec is about.
        plan: The runs of optimizer and control.
        folder: Where runs and outcome are stored.
    """

    title: str
    params: JsonObject
    optimizer: OptimizerChoice
    plan: Sequence[PlannedRun]
    folder: Path
    caption = ""

    def __init__(self) -> None:
        """Begin without a claim."""
        self._claims = ClaimList()
        self._not_judged: set[str] = set()  # ids of claims that need a library which is not installed

    @property
    @abstractmethod
    def outcome_name(self) -> str:
        """Name of the notebook, by which the outcome is stored."""

    @abstractmethod
    def _compared_with(self) -> OptimizerChoice | None:
        """Return the control; None where the spec is about the control itself."""

    @abstractmethod
    def _planned_specs(self) -> Sequence[RunSpec]:
        """Return every planned run once."""

    @abstractmethod
    def _every_run(self) -> RunTable:
        """Return every run that was done, once."""

    def claim(
        self,
        id: str,  # the field's name in the artifact
        text: str,
        measured: float | int | bool | None,
        relation: str,
        threshold: float | int | bool,
        *,
        unit: str = "",
        detail: str = "",
        sort: str = "quality",
        upper: float | int | None = None,
    ) -> Claim:
        """Add a claim; `then` judges all of them together.

        Args:
            id: Short name, unique in the spec.
            text: The sentence.
            measured: The measured value; None where it could not be measured, and the claim stays undecided.
            relation: `<=`, `>=`, `==`, `<` or `>`.
            threshold: What the measured value is compared with.
            unit: Unit of both.
            detail: What else a reader should know.
            sort: "quality", unless any sound optimizer passes: then "contract".
            upper: A second threshold, above which the value may not be.

        Raises:
            UsageError: Another claim has this id, or the relation is unknown.
        """
        return self._claims.claim(
            id, text, measured, relation, threshold, unit=unit, detail=detail, sort=sort, upper=upper
        )

    @property
    def judged(self) -> list[Claim]:
        """The claims so far, with their verdicts."""
        return list(self._claims)

    def claims(self) -> Table:
        """Return the claims as a table: verdict, sentence, measured value, requirement."""
        return self._claims.table(caption=self.caption)

    def then(self) -> None:
        """Judge: write the outcome, print one line per claim, and fail if one does not hold.

        Raises:
            ClaimsFailedError: A claim failed, or could not be decided for another reason than a library that is not
                installed; all were evaluated and written before.
        """
        document = outcome_document(
            name=self.outcome_name,
            title=self.title,
            params=self.params,
            optimizer=self.optimizer,
            control=self._compared_with(),
            claims=self.judged,
            planned=len(self._planned_specs()),
            runs=self._checked_runs(),
            not_judged=self._not_judged,
        )
        write_outcome(self.folder, document)
        print(self._claims.lines())  # noqa: T201  # the contract cell's output, compared by nbval
        self._claims.demand(not_judged=self._not_judged)

    def _claim_contract(self, runs: RunTable, sample: Sequence[tuple[PlannedRun, RunRecord]]) -> None:
        """Claim that runs complete, budgets are kept, and the sampled runs repeat to the byte in another process."""
        failed = sum(run.status is Status.FAILED for run in runs)
        over = sum(run.evaluations > run.budget for run in runs)
        there = digests_again([item for item, _ in sample])
        differing = sum(run.content_digest != digest for (_, run), digest in zip(sample, there, strict=True))
        self._contract("complete", "Every run completes.", failed, unit="failed runs")
        self._contract("budget", "No run exceeds its evaluation budget.", over, unit="runs over budget")
        text = "The same seed gives the same bytes, computed again in another process."
        self._contract("same-seed", text, differing, unit="differing runs", detail=f"{len(sample)} runs repeated")

    def _contract(self, id: str, text: str, measured: int, *, expected: int = 0, unit: str, detail: str = "") -> None:
        """Claim what any sound optimizer passes."""
        self.claim(id, text, measured, "==", expected, unit=unit, detail=detail, sort="contract")

    def _checked_runs(self) -> RunTable:
        runs = self._every_run()
        if not len(runs):
            raise UsageError("no runs yet: call when() first")
        return runs
