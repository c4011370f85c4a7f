"""`bb.spec`: what a spec notebook holds in its hand: Given, When, Then, and the figures that all specs share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchbook.analysis import RunTable, centre_bias, evaluations_to_targets, improvements_ratio, paired_wins
from benchbook.analysis.measures import first_hit
from benchbook.analysis.plots import Picture
from benchbook.artifacts.store import Store
from benchbook.errors import ClaimsFailedError, UsageError
from benchbook.files import artifact_root
from benchbook.optimizers import CONTROL, OptimizerChoice, optimizer, settings_of
from benchbook.params.load import check
from benchbook.problems import problem
from benchbook.records import Claim, RunRecord, Status, Verdict
from benchbook.specs import figures
from benchbook.specs.claims import judge, number, requirement, verdict_lines
from benchbook.specs.display import Cell, Table
from benchbook.specs.outcome import outcome_document, write_outcome
from benchbook.specs.proof import digests_in_another_process
from benchbook.studies.cells import execute_all
from benchbook.studies.execute import execute
from benchbook.studies.plan import PlannedRun, params_plan, planned_run
from benchbook.tracking import PointTrace
from benchbook.typing import JsonObject

TARGETS = (1e1, 1e0, 1e-1, 1e-2, 1e-4, 1e-8)
_PROOF_RUNS = 8


def spec(
    name: str,
    *,
    title: str = "",
    control: str = CONTROL,
    settings: Mapping[str, Any] | None = None,
    **params: Any,
) -> Spec:
    """Begin the spec of an optimizer.

    Args:
        name: The optimizer, by its name in the catalog.
        title: Heading of the notebook; the name unless given.
        control: The optimizer it is compared with.
        settings: Settings that differ from the optimizer's defaults.
        **params: The parameters, as `params/quick.yaml` documents them.

    Raises:
        UnknownNameError: A name is not known.
        ParamsError: A parameter is unknown, missing or of a wrong type.

    Examples:
        >>> import benchbook as bb
        >>> problems = {"functions": ["sphere"], "dims": [2], "instances": [0, 1], "bbob_functions": [8]}
        >>> length = {"seeds": 5, "bbob_instances": [1, 2], "budget_per_dim": 100, "target": None}
        >>> len(bb.spec("random_search", preset="mine", **problems, **length).plan)
        12
    """
    return Spec(
        name, title=title or name, control=control, settings=settings or {}, params=check(dict(params), "parameters")
    )


class Spec:
    """A spec under way; made by `bb.spec`."""

    def __init__(self, name: str, *, title: str, control: str, settings: Mapping[str, Any], params: JsonObject) -> None:
        """Plan the runs; nothing is computed yet."""
        self.name = name
        self.title = title
        self.params = params
        self.optimizer = optimizer(name, **settings)
        self.control: OptimizerChoice | None = None if control == name else optimizer(control)
        self.plan = params_plan([self.optimizer, *([self.control] if self.control else [])], self.params)
        self.folder = artifact_root() / "specs" / name
        self.runs = RunTable([])
        self._claims: list[Claim] = []

    # Given

    def settings(self) -> Table:
        """Return the settings as a table: name, value, meaning."""
        rows = [[item.name, number_or_text(item.default), item.meaning] for item in settings_of(self.optimizer)]
        return Table(["setting", "value", "meaning"], rows)

    def given(self) -> Table:
        """Return problems, repetitions and budgets as a table."""
        p: dict[str, Any] = dict(self.params)
        per_dim = ", ".join(f"{dim * p['budget_per_dim']:,}" for dim in p["dims"])
        seeds = f"{p['seeds']} each" if isinstance(p["seeds"], int) else _listed(p["seeds"])
        rows = [
            ["parameter set", str(p["preset"])],
            ["textbook functions", ", ".join(p["functions"])],
            ["instances", _instances(p["instances"])],
            ["seeds", seeds],
            ["BBOB functions", ", ".join(f"f{i}" for i in p["bbob_functions"]) or "none"],
            ["BBOB instances", _listed(p["bbob_instances"]) + ", one seed each" if p["bbob_functions"] else "none"],
            ["dimensions", _listed(p["dims"])],
            ["budget", f"{p['budget_per_dim']:,} evaluations x dimension ({per_dim})"],
            ["stop", "budget" if p["target"] is None else f"budget, or within {p['target']:g} of the optimum"],
            ["optimizers", ", ".join(choice.name for choice in self._choices())],
            ["runs", f"{len(self.plan):,}"],
        ]
        return Table(["given", "value"], rows)

    # When

    def when(self) -> RunTable:
        """Do the runs and return them; finished ones are replayed from the store."""
        with Store(self.folder / "runs") as store:
            self.runs = RunTable(execute_all(self.plan, store=store))
        return self.runs

    def ledger(self) -> Table:
        """Return how many runs were planned and what became of them, by optimizer."""
        rows = []
        for choice in self._choices():
            planned = sum(item.optimizer is choice for item in self.plan)
            runs = self.runs.select(optimizer=choice.name)
            failed = sum(run.status is Status.FAILED for run in runs)
            stops = [sum(run.stop.value == stop for run in runs) for stop in ("budget", "target")]
            spent = sum(run.evaluations for run in runs)
            rows.append([choice.name, *(f"{n:,}" for n in (planned, len(runs) - failed, failed, *stops, spent))])
        headers = ["optimizer", "planned", "done", "failed", "stopped by budget", "stopped at target", "evaluations"]
        return Table(headers, rows)

    # Then

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
    ) -> Claim:
        """Add a claim; `then` judges all of them together.

        Raises:
            UsageError: Another claim has this id, or the relation is unknown.
        """
        if any(claim.id == id for claim in self._claims):
            raise UsageError(f"the claim id {id!r} stands twice")
        claim = judge(id, text, measured, relation, threshold, unit=unit, detail=detail)
        self._claims.append(claim)
        return claim

    def claim_sound(self) -> None:
        """Claim what holds for every optimizer: runs complete, budgets kept, seeds decide, and nothing else does."""
        runs = self._done().select(optimizer=self.name)
        failed = sum(run.status is Status.FAILED for run in runs)
        over = sum(run.evaluations > run.budget for run in runs)
        sample = _sample(self.plan, self.name)
        here = [self.runs[k] for k in sample]
        there = digests_in_another_process([self.plan[k].spec for k in sample])
        differing = sum(run.content_digest != digest for run, digest in zip(here, there, strict=True))
        same = sum(_other_seed(self.plan[k]).history == self.runs[k].history for k in sample)
        self.claim("complete", "Every run completes.", failed, "==", 0, unit="failed runs")
        self.claim("budget", "No run exceeds its evaluation budget.", over, "==", 0, unit="runs over budget")
        text = "The same seed gives the same bytes, computed anew in another process."
        self.claim("same-seed", text, differing, "==", 0, unit="differing runs", detail=f"{len(sample)} runs repeated")
        text = "Another seed gives another trajectory."
        self.claim("other-seed", text, same, "==", 0, unit="equal trajectories", detail=f"{len(sample)} runs repeated")

    def claim_beats_control(self, *, at_least: float, functions: Sequence[str] | None = None) -> Claim:
        """Claim to end below the control on a share of shifted problems and seeds, pair by pair."""
        if self.control is None:
            raise UsageError(f"{self.name} is the control itself")
        functions = list(functions or self.runs.functions)
        wins, pairs = paired_wins(self._done().twins().select(function=functions), self.name, self.control.name)
        text = f"It ends below {_words(self.control.name)} on shifted problems: {', '.join(functions)}."
        share = wins / pairs if pairs else None
        return self.claim("beats-control", text, share, ">=", at_least, unit="of pairs", detail=f"{wins} of {pairs}")

    def centre_bias(self, functions: Sequence[str]) -> float | None:
        """Return by how many decades the textbook functions are solved more precisely than their shifted twins.

        Median over the functions, in the largest dimension; about 0 for an optimizer without centre bias.
        """
        return centre_bias(self._done(), self.name, functions, max(self.runs.dims))

    def share_reaching(self, precision: float, functions: Sequence[str]) -> float:
        """Return the share of the optimizer's runs on shifted problems that came within `precision` of the optimum."""
        runs = self._done().twins().select(optimizer=self.name, function=functions)
        return sum(first_hit(run, precision) is not None for run in runs) / len(runs)

    def improvements_ratio(self) -> float:
        """Return improvements found over those expected of independent draws, summed over the optimizer's runs."""
        return improvements_ratio(self._done().select(optimizer=self.name))

    def claims(self) -> Table:
        """Return the claims as a table: sentence, measured value, requirement, verdict."""
        rows: list[list[str | Cell]] = [
            [
                Cell(claim.verdict.value, f"bb-verdict bb-{claim.verdict.value}"),
                claim.text,
                f"{number(claim.measured)} {claim.unit if claim.measured is not None else ''}".rstrip()
                + (f" ({claim.detail})" if claim.detail else ""),
                requirement(claim),
            ]
            for claim in self._claims
        ]
        return Table(["verdict", "claim", "measured", "required"], rows, css="bb-table bb-claims")

    def then(self) -> None:
        """Judge: write the outcome, print a line a claim, and fail if one does not hold.

        Raises:
            ClaimsFailedError: A claim failed or could not be decided; all were evaluated and written before.
        """
        document = outcome_document(
            name=self.name,
            title=self.title,
            params=self.params,
            optimizer=self.optimizer,
            control=self.control,
            claims=self._claims,
            planned=len(self.plan),
            runs=self._done(),
        )
        write_outcome(self.folder, document)
        print(verdict_lines(self._claims))  # noqa: T201  # the contract cell's output, compared by nbval
        unmet = [claim for claim in self._claims if claim.verdict is not Verdict.HELD]
        if unmet:
            listed = "; ".join(
                f"{claim.id}: measured {number(claim.measured)}, required {requirement(claim)}" for claim in unmet
            )
            raise ClaimsFailedError(f"{len(unmet)} of {len(self._claims)} claims do not hold: {listed}")

    # Figures and tables that all specs share

    def convergence(self) -> Picture:
        """Return best precision against evaluations on the shifted twins, with quartile bands, beside the control."""
        return figures.convergence_figure(self._done().twins(), self.name, self.control.name if self.control else None)

    def stages(self, function: str = "rastrigin", *, instance: int = 1, seed: int = 1, budget: int = 1000) -> Picture:
        """Return where the optimizer looks early, halfway and late in one run on a two-dimensional problem."""
        made = problem(function, dim=2, instance=instance)
        trace = PointTrace()
        execute(planned_run(self.optimizer, made, seed=seed, budget=budget), observers=(trace,))
        return figures.stages(self.name, made, trace.points)

    def twin_comparison(self) -> Picture:
        """Return convergence on the textbook functions and on their shifted twins: how centre bias shows."""
        return figures.twin_comparison(self._done(), self.name)

    def targets(self, targets: Sequence[float] = TARGETS) -> Table:
        """Return the expected evaluations to targets on shifted problems, in the largest dimension."""
        runs = self._done().twins()
        rows = evaluations_to_targets(runs.select(dim=max(runs.dims)), targets)
        texts: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            shown = "–" if row.ert is None else f"{row.ert:,.0f}"
            cell = shown if row.successes in (0, row.runs) else f"{shown} ({row.successes}/{row.runs})"
            texts.setdefault((row.function, row.optimizer), []).append(cell)
        headers = ["function", "optimizer", *(f"{target:g}" for target in targets)]
        return Table(headers, [[function, name, *cells] for (function, name), cells in texts.items()])

    def reproduce(self) -> Table:
        """Return the commands that repeat this spec, and one of its runs."""
        first = self.plan[0].spec
        one = (
            f"benchbook run --optimizer {first.optimizer} --function {first.function} --dim {first.dim} "
            f"--instance {first.instance} --seed {first.seed} --budget {first.budget}"
        )
        preset = self.params["preset"]
        rows = [
            ["this spec", f"benchbook spec run {self.name} --params {preset}"],
            ["with papermill", f"papermill notebooks/{self.name}.ipynb out.ipynb -f params/{preset}.yaml"],
            ["its contract", f"pytest --nbval --nbval-current-env notebooks/{self.name}.ipynb"],
            ["its first run", f"{one} --out r.json.zst"],
            ["proof of that run", "benchbook verify r.json.zst"],
        ]
        return Table(["to repeat", "command"], [[what, Cell(command, "bb-code")] for what, command in rows])

    def _choices(self) -> list[OptimizerChoice]:
        return [self.optimizer, *([self.control] if self.control else [])]

    def _done(self) -> RunTable:
        if not len(self.runs):
            raise UsageError("no runs yet: call when() first")
        return self.runs


def number_or_text(value: Any) -> str:
    """Return a setting's value as text."""
    return value if isinstance(value, str) else number(value) if isinstance(value, int | float) else repr(value)


def _sample(planned: Sequence[PlannedRun], name: str) -> list[int]:
    """Return positions of the optimizer's runs, spread over the plan, at most `_PROOF_RUNS`."""
    own = [k for k, item in enumerate(planned) if item.optimizer.name == name]
    step = max(1, len(own) // _PROOF_RUNS)
    return own[::step][:_PROOF_RUNS]


def _other_seed(item: PlannedRun) -> RunRecord:
    s = item.spec
    other = planned_run(item.optimizer, item.problem, seed=s.seed + 1_000_000, budget=s.budget, target=s.target)
    return execute(other)


def _listed(values: Sequence[int]) -> str:
    return ", ".join(str(value) for value in values)


def _instances(instances: Sequence[int]) -> str:
    names = ["0 (textbook)" if i == 0 else f"{i} (shifted and rotated)" for i in instances]
    return ", ".join(names)


def _words(name: str) -> str:
    return name.replace("_", " ")
