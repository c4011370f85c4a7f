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
        """Claim what holds for every optimizer: runs complete, budgets kept, seeds decide, and nothing else does.

        Args:
            deterministic: The optimizer draws nothing at random, so that another seed gives the same trajectory.
        """
        sample = _sample(self.plan, self.name)
        runs = self._done()
        self._claim_contract(runs.select(optimizer=self.name), [(self.plan[k], runs[k]) for k in sample])
        # Shifted problems: where the optimum lies in the centre, one lucky first point can end every run alike.
        shifted = _sample(self.plan, self.name, twins_only=True)
        same = sum(_other_seed(self.plan[k]).history == runs[k].history for k in shifted)
        text = f"Another seed gives {'the same' if deterministic else 'another'} trajectory."
        expected, detail = len(shifted) if deterministic else 0, f"{len(shifted)} runs repeated"
        self._contract("other-seed", text, same, expected=expected, unit="equal trajectories", detail=detail)

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
        """Claim to end at most so many decades above the reference on shifted problems; ending below is fine.

        Where the library of the reference is not installed, the claim is undecided, and the spec can hold all the same.

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
        text = f"On shifted problems it ends no higher than {name}, or little."
        return self.claim("keeps-up", text, behind, "<=", at_most, unit="decades above", detail=detail)

    def claim_centre_bias(self, *, at_least: float, functions: Sequence[str] | None = None) -> Claim:
        """Claim to have centre bias: a weakness that the page must go on telling."""
        functions = self._centred(functions)
        text = f"It has centre bias: {_and(functions)} solved far better at the centre than shifted."
        return self.claim("centre-bias", text, self.centre_bias(functions), ">=", at_least, unit="decades")

    def claim_no_centre_bias(self, *, at_most: float = 1.0, functions: Sequence[str] | None = None) -> Claim:
        """Claim to do about as well on shifted functions as on those with their optimum in the centre."""
        functions = self._centred(functions)
        text = f"It has no centre bias: {_and(functions)} solved about as well shifted as at the centre."
        bias = self.centre_bias(functions)
        return self.claim("no-centre-bias", text, None if bias is None else abs(bias), "<=", at_most, unit="decades")

    def claim_fails_on(
        self,
        functions: Sequence[str],
        *,
        gains: tuple[float, float] | None = None,
        precision: float = 1e-8,
        per_dim: int = 500,
        at_most: float = 0.2,
    ) -> Claim:
        """Claim a weakness: on these shifted functions little is gained on the control, but not nothing either.

        A broken optimizer gains less, and one that has lost the weakness more; either makes the page untrue.

        Args:
            functions: Names of functions.
            gains: Least and most orders of magnitude that are gained on the control; the median over functions and
                dimensions counts. Without, the claim is about the share of runs that come within a precision, which
                a broken optimizer keeps all the more.
            precision: Distance from the optimum's value.
            per_dim: Evaluations for each variable that count, so that the claim means the same with longer budgets.
            at_most: Share of runs that may come so near.

        Raises:
            UsageError: Gains are claimed of the control itself.
        """
        if gains is not None:
            return self._claim_gains(functions, *gains)
        where = f"within {number(precision)} of the optimum of these, shifted: {', '.join(functions)}"
        share = self.share_reaching(precision, functions, per_dim=per_dim)
        text = f"With {per_dim:,} evaluations a variable it rarely comes {where}."
        return self.claim("weakness", text, share, "<=", at_most, unit="of runs")

    def _claim_gains(self, functions: Sequence[str], low: float, high: float) -> Claim:
        if self.control is None:
            raise UsageError(f"{self.name} is the control itself")
        twins = self._done().twins().select(function=list(functions))
        least = self._given.target or FLOOR
        behind, each = decades_behind(twins, self.name, self.control.name, least=least)
        text = f"On these, shifted, it gains little on {_words(self.control.name)}: {', '.join(functions)}."
        detail = ", ".join(f"{function} {dim}-D {-gap:.2g}" for function, dim, gap in each[:4])
        gained = None if behind is None else -behind
        return self.claim("weakness", text, gained, ">=", low, upper=high, unit="orders of magnitude", detail=detail)

    def centre_bias(self, functions: Sequence[str] | None = None) -> float | None:
        """Return by how many decades the textbook functions are solved more precisely than their shifted twins.

        Median over the functions, in the largest dimension; about 0 for an optimizer without centre bias.
        """
        return centre_bias(self._done(), self.name, self._centred(functions), max(self.runs.dims))

    def share_reaching(self, precision: float, functions: Sequence[str], *, per_dim: int | None = None) -> float | None:
        """Return the share of the optimizer's runs on shifted problems that came within `precision` of the optimum.

        Args:
            precision: Distance from the optimum's value.
            functions: Names of functions.
            per_dim: Evaluations for each variable that count; None: all.

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
