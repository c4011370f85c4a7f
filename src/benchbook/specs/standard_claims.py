"""Then: claims about the runs, and their judgement."""

from __future__ import annotations

from collections.abc import Sequence

from benchbook.analysis import centre_bias, decades_behind, improvements_ratio, paired_wins
from benchbook.analysis.control import FLOOR, first_hit
from benchbook.errors import UsageError
from benchbook.records import Claim, RunRecord
from benchbook.specs.claims import number
from benchbook.specs.spec_runs import Given
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun, planned_run

# Textbook functions with their optimum in the centre of the box, so that centre bias shows on them.
CENTRED = ("sphere", "rastrigin", "ackley", "griewank")
_PROOF_RUNS = 8
_CLAIMS = (
    "Each claim has a measured value, a requirement and a verdict. What another library would be needed for is "
    "undecided where that is not installed."
)


class Then(Given):
    """A spec with its claims."""

    caption = _CLAIMS

    def claim_sound(self, *, deterministic: bool = False) -> None:
        """Claim what every optimizer must meet: runs complete, budgets hold, and seeds alone determine runs.

        Args:
            deterministic: The optimizer uses no random numbers, so another seed gives the same trajectory.
        """
        sample = _sample(self.plan, self.name)
        runs = self._done()
        self._claim_contract(runs.select(optimizer=self.name), [(self.plan[k], runs[k]) for k in sample])
        # Shifted problems: where the optimum lies in the centre, one lucky first point can end every run alike.
        shifted = _sample(self.plan, self.name, twins_only=True)
        same = sum(_other_seed(self.plan[k]).history == runs[k].history for k in shifted)
        text = f"Another seed gives {'the same' if deterministic else 'another'} trajectory."
        expected, detail = len(shifted) if deterministic else 0, f"{len(shifted)} runs repeated"
        self.claim("other-seed", text, same, "==", expected, unit="equal trajectories", detail=detail)

    def claim_beats_control(self, *, at_least: float, functions: Sequence[str] | None = None) -> Claim:
        """Claim to end below the control on a share of shifted problems and seeds, pair by pair."""
        if self.control is None:
            raise UsageError(f"{self.name} is the control itself")
        functions = list(functions or self.runs.functions)
        wins, pairs = paired_wins(self._done().twins().select(function=functions), self.name, self.control.name)
        text = f"It ends below {_words(self.control.name)} on shifted problems: {', '.join(functions)}."
        share = wins / pairs if pairs else None
        return self.claim("beats-control", text, share, ">=", at_least, unit="of pairs", detail=f"{wins} of {pairs}")

    def claim_keeps_up(self, *, at_most: float) -> Claim:
        """Claim to end at most this many orders of magnitude above the reference on shifted problems; below is fine.

        If the library of the reference is not installed, the claim is undecided, and the spec can still hold.

        Raises:
            UsageError: The spec was begun without a reference.
        """
        name = self._reference_name
        if name is None:
            raise UsageError(f"{self.name} has no reference: bb.spec(..., reference=...)")
        behind, detail = None, self._without_reference
        if self.reference is not None:
            least = self._given.target or FLOOR
            self._done()
            behind, gaps = decades_behind(self.peers, self.name, name, least=least)
            detail = ", ".join(f"{function} {dim}-D {gap:+.2g}" for function, dim, gap in gaps[:4])
        else:
            self._not_judged.add("keeps-up")
        text = f"On shifted problems it ends as low as {name}, or only slightly higher."
        return self.claim("keeps-up", text, behind, "<=", at_most, unit="orders of magnitude above", detail=detail)

    def claim_centre_bias(self, *, at_least: float, functions: Sequence[str] | None = None) -> Claim:
        """Claim centre bias: a weakness that the page states."""
        functions = self._centred(functions)
        text = f"It has centre bias: {_and(functions)} solved much better with the optimum at the centre than shifted."
        return self.claim("centre-bias", text, self.centre_bias(functions), ">=", at_least, unit="orders of magnitude")

    def claim_no_centre_bias(self, *, at_most: float = 1.0, functions: Sequence[str] | None = None) -> Claim:
        """Claim about equal results on shifted functions and on those with the optimum in the centre."""
        functions = self._centred(functions)
        solved = "solved about equally well with the optimum at the centre and shifted"
        text = f"It has no centre bias: {_and(functions)} {solved}."
        bias = self.centre_bias(functions)
        return self.claim(
            "no-centre-bias", text, None if bias is None else abs(bias), "<=", at_most, unit="orders of magnitude"
        )

    def claim_fails_on(
        self, functions: Sequence[str], *, precision: float = 1e-8, per_dim: int = 500, at_most: float = 0.2
    ) -> Claim:
        """Claim a weakness: that few runs on these shifted functions come within a precision of the optimum.

        Args:
            functions: Names of functions.
            precision: Distance from the optimum's value.
            per_dim: Evaluations per variable that count, so that the claim means the same with longer budgets.
            at_most: Largest share of runs that may reach it.
        """
        where = f"within {number(precision)} of the optimum of these shifted functions: {', '.join(functions)}"
        share = self.share_reaching(precision, functions, per_dim=per_dim)
        text = f"With {per_dim:,} evaluations per variable it rarely comes {where}."
        return self.claim("weakness", text, share, "<=", at_most, unit="of runs")

    def centre_bias(self, functions: Sequence[str] | None = None) -> float | None:
        """Return by how many orders of magnitude the textbook functions are solved more precisely than shifted ones.

        Median over the functions, in the largest dimension; about 0 for an optimizer without centre bias.
        """
        return centre_bias(self._done(), self.name, self._centred(functions), max(self.runs.dims))

    def share_reaching(self, precision: float, functions: Sequence[str], *, per_dim: int | None = None) -> float | None:
        """Return the share of the optimizer's runs on shifted problems that came within `precision` of the optimum.

        Args:
            precision: Distance from the optimum's value.
            functions: Names of functions.
            per_dim: Evaluations per variable that count; None: all.

        Returns:
            The share; None where there are no such runs.
        """
        runs = self._done().twins().select(optimizer=self.name, function=functions)
        hits = [(first_hit(run, precision), run.problem.dim) for run in runs]
        reached = sum(hit is not None and (per_dim is None or hit <= per_dim * dim) for hit, dim in hits)
        return reached / len(runs) if len(runs) else None

    def improvements_ratio(self) -> float:
        """Return improvements found over those expected of independent draws, summed over the optimizer's runs."""
        return improvements_ratio(self._done().select(optimizer=self.name))

    def _centred(self, functions: Sequence[str] | None) -> list[str]:
        """Return the functions on which centre bias is measured: those given, else what there is of `CENTRED`."""
        return list(functions) if functions else [name for name in CENTRED if name in self._given.functions]


def _sample(planned: Sequence[PlannedRun], name: str, *, twins_only: bool = False) -> list[int]:
    """Return positions of the optimizer's runs, spread over the plan, at most `_PROOF_RUNS`."""
    every = [k for k, item in enumerate(planned) if item.optimizer.name == name]
    own = [k for k in every if planned[k].problem.instance] if twins_only else every
    own = own or every  # a plan may have textbook instances only
    step = max(1, len(own) // _PROOF_RUNS)
    return own[::step][:_PROOF_RUNS]


def _other_seed(item: PlannedRun) -> RunRecord:
    s = item.spec
    other = planned_run(item.optimizer, item.problem, seed=s.seed + 1_000_000, budget=s.budget, target=s.target)
    return execute(other)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _and(names: Sequence[str]) -> str:
    """Return names in a row, with their verb: "a, b and c are"."""
    listed = " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
    return f"{listed} {'is' if len(names) == 1 else 'are'}"
