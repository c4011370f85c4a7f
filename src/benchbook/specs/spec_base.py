"""What all specs share: a plan of runs, a list of claims about them, and their judgement."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchbook.analysis import RunTable
from benchbook.errors import UsageError
from benchbook.files import spec_root
from benchbook.optimizers import OptimizerChoice
from benchbook.records import Claim
from benchbook.specs.claim_list import ClaimList, Test
from benchbook.specs.claims import smallest_noticed, verdict_of
from benchbook.specs.outcome import outcome_document, write_outcome
from benchbook.specs.spec_runs import SpecRuns
from benchbook.specs.views import tables
from benchbook.specs.views.display import Table
from benchbook.studies.runs.planned_run import PlannedRun
from benchbook.typing import JsonObject


class SpecBase:
    """A spec: planned runs, and claims about them.

    Attributes:
        name: Name of the spec.
        title: Heading of the notebook.
        params: The parameters recorded in the outcome.
        optimizer: The optimizer.
        control: The optimizer it is compared with; None if it is the control itself.
        plan: The runs of optimizer and control.
        runs: These runs, after `when`.
        folder: Where runs and outcome are stored.
    """

    caption = ""

    def __init__(
        self,
        name: str,
        notebook: str,
        *,
        title: str,
        params: JsonObject,
        optimizer: OptimizerChoice,
        control: OptimizerChoice | None,
        plan: Sequence[PlannedRun],
        others: Sequence[PlannedRun] = (),
    ) -> None:
        """Plan the runs; nothing is computed or claimed yet.

        Args:
            name: Name of the spec.
            notebook: Path of the notebook below `notebooks/`, without its suffix.
            title: Heading of the notebook.
            params: The parameters recorded in the outcome.
            optimizer: The optimizer.
            control: The optimizer it is compared with.
            plan: The runs of both.
            others: Additional runs; those that are also in the plan are done once.
        """
        self.name = name
        self.title = title
        self.params = params
        self.optimizer = optimizer
        self.control = control
        self.plan = list(plan)
        self.runs = RunTable([])
        self.folder = spec_root() / notebook.rpartition("/")[2]
        self._notebook = f"notebooks/{notebook}.ipynb"
        self._runs = SpecRuns([*plan, *others], self.folder / "runs")
        self._claims = ClaimList()

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
            id: Name of the claim in the outcome.
            text: The claim as a sentence.
            measured: The measured value; None or a number that is not finite if it could not be measured.
            relation: How it must compare with the threshold: `<=`, `>=`, `==`, `<` or `>`.
            threshold: The value it is compared with.
            unit: Unit of both.
            detail: What a reader should know about the measurement.
            sort: "quality"; "contract" if any sound optimizer passes.
            upper: A second threshold, which the measured value must not exceed.

        Raises:
            UsageError: Another claim has this id, a text is empty, or the relation is unknown.

        Examples:
            >>> import benchbook as bb
            >>> problems = {"functions": ["sphere"], "dims": [2], "instances": [1], "bbob_functions": []}
            >>> length = {"seeds": 1, "bbob_instances": [1], "budget_per_dim": 10, "target": None}
            >>> spec = bb.spec("cma_es", preset="mine", **problems, **length)
            >>> spec.claim("near", "The plane is found.", 2.5, "<=", 5.0, unit="mm").verdict.value
            'held'
        """
        verdict = verdict_of(measured, relation, threshold, upper)
        known = None if measured is None or not math.isfinite(measured) else measured
        return self.add(
            Claim(
                id=id,
                text=text,
                measured=known,
                relation=relation,
                threshold=threshold,
                unit=unit,
                verdict=verdict,
                detail=detail,
                sort=sort,
                upper=upper,
                detectable=smallest_noticed(known, relation, threshold, upper) if sort == "quality" else None,
            )
        )

    def add(self, claim: Claim, *, may_stay_open: bool = False) -> Claim:
        """Add a claim that has been judged.

        Args:
            claim: The claim.
            may_stay_open: Whether the spec can hold although the claim could not be judged here.

        Raises:
            UsageError: Another claim has this id, or a text is empty.
        """
        if may_stay_open:
            self._claims.not_judged.add(claim.id)
        return self._claims.add(claim)

    def test(self, id: str, judged_at: Test) -> Claim:
        """Add a statistical claim, which is judged at its share of the level of all tests in the spec.

        Raises:
            UsageError: Another claim has this id.
        """
        return self._claims.test(id, judged_at)

    def trial(self) -> tuple[list[Claim], RunTable]:
        """Return the claims that could be judged here, and the optimizer's runs, for trials with faults."""
        judged = [claim for claim in self._claims if claim.id not in self._claims.not_judged]
        return judged, self._runs.done().select(optimizer=self.optimizer.name)

    def published_digest(self) -> str:
        """Return the digest (hex) of the baseline that claims compare with; empty if there is none."""
        return ""

    @property
    def tests(self) -> list[str]:
        """Ids of the statistical claims: their requirement follows from their level, not from a threshold."""
        return self._claims.tests

    def done(self) -> RunTable:
        """Return the runs of optimizer and control that are done.

        Raises:
            UsageError: There are none yet.
        """
        if not len(self.runs):
            raise UsageError("no runs yet: call when() first")
        return self.runs

    @property
    def judged(self) -> list[Claim]:
        """The claims so far, with their verdicts."""
        return list(self._claims)

    def claims(self) -> Table:
        """Return the claims as a table: verdict, sentence, measured value, requirement."""
        return self._claims.table(caption=self.caption)

    def ledger(self) -> Table:
        """Return how many runs were planned, and their outcomes, by optimizer.

        Raises:
            UsageError: No run has been done yet.
        """
        return tables.ledger_table(self._runs.specs, self._runs.done())

    def then(self) -> None:
        """Judge: write the outcome, print one line per claim, and fail if one does not hold.

        Raises:
            UsageError: No run has been done yet.
            ClaimsFailedError: A claim failed, or could not be decided for a reason other than a missing library; all
                claims have been evaluated and written before that.
        """
        document = outcome_document(
            name=self.folder.name,
            title=self.title,
            params=self.params,
            optimizer=self.optimizer,
            control=self.control,
            claims=self.judged,
            planned=len(self._runs.plan),
            runs=self._runs.done(),
            not_judged=self._claims.not_judged,
        )
        write_outcome(self.folder, document)
        print(self._claims.lines())  # noqa: T201  # the contract cell's output, compared by nbval
        self._claims.demand()

    def reproduce(self) -> Table:
        """Return the commands that repeat this spec and one of its runs."""
        return tables.reproduce_table(self._notebook, str(self.params["preset"]), self.plan[0].spec)
