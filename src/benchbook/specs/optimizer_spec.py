"""`bb.spec`, the object that a spec notebook works with: Given, When, Then, and the figures that all specs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from benchbook.analysis import RunTable, orders_of_magnitude_behind
from benchbook.analysis.control import FLOOR
from benchbook.analysis.plots import Picture
from benchbook.errors import MissingExtraError, UsageError
from benchbook.observers import PointTrace
from benchbook.optimizers import CONTROL, OptimizerChoice, optimizer
from benchbook.params.load import check
from benchbook.problems import problem
from benchbook.protocols import objectives_of
from benchbook.records import Claim
from benchbook.specs import spec_ranking, standard_claims, strong_claims
from benchbook.specs.claims import number
from benchbook.specs.names import spec_name
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.spec_plan import givens, library_of, second_plan, shared_givens, spec_plan
from benchbook.specs.trials.planting import as_planted
from benchbook.specs.trials.published import Published
from benchbook.specs.uniform_claim import claim_uniform
from benchbook.specs.views import figures, tables
from benchbook.specs.views.display import Note, Table
from benchbook.specs.views.fronts import front_picture
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import planned_run
from benchbook.typing import JsonObject
from benchbook.whole_numbers import check_whole

T = TypeVar("T")
QUASI_NEWTON = "scipy:l_bfgs_b"
TARGETS = (1e1, 1e0, 1e-1, 1e-2, 1e-4, 1e-8)


def spec(
    name: str,
    *,
    title: str = "",
    control: str = CONTROL,
    quasi_newton: str | None = QUASI_NEWTON,
    reference: str | None = None,
    reference_on: Sequence[str] | None = None,
    reference_budget_per_dim: int | None = None,
    published: str | None = None,
    published_on: Mapping[str, Sequence[int]] | None = None,
    settings: Mapping[str, Any] | None = None,
    **params: Any,
) -> Spec:
    """Start the spec of an optimizer.

    Args:
        name: The optimizer, by its name in the catalog.
        title: Heading of the notebook; by default the name.
        control: The optimizer it is compared with.
        quasi_newton: A second control with gradients by finite differences, whose evaluations count; None: none. Its
            runs are as long as the parameters allow for its library.
        reference: Another implementation of the same method, by its name in the catalog. If its library is not
            installed, claims about it are not judged.
        reference_on: Textbook functions on which both are compared; by default those of the parameters.
        reference_budget_per_dim: Evaluations per variable of this comparison if the parameters would give fewer: enough
            to distinguish a method that works from one that does not.
        published: A baseline with runs of the optimizer, with which new runs are compared.
        published_on: Its problems to use, as dimensions by function: those on which a change of the optimizer would be
            most visible. By default the BBOB functions of the parameters, in the largest published dimension.
        settings: Settings that differ from the optimizer's defaults.
        **params: The parameters, documented in `params/quick.yaml`.

    Raises:
        UnknownNameError: A name is not known.
        UsageError: The baseline has no runs of the optimizer on one of these problems.
        ParamsError: A parameter is unknown, missing or has the wrong type.
        MissingExtraError: The optimizer's library is not installed.

    Examples:
        >>> import benchbook as bb
        >>> problems = {"functions": ["sphere"], "dims": [2], "instances": [0, 1], "bbob_functions": [8]}
        >>> length = {"seeds": 5, "bbob_instances": [1, 2], "budget_per_dim": 100, "target": None}
        >>> len(bb.spec("random_search", preset="mine", **problems, **length).plan)
        12
    """
    checked = check(dict(params), "parameters")
    return Spec(
        name,
        title=title or name,
        params=checked,
        control=control,
        quasi_newton=quasi_newton,
        reference=reference,
        reference_on=reference_on,
        reference_budget_per_dim=reference_budget_per_dim,
        published=published,
        published_on=published_on,
        settings=settings or {},
    )


class Spec(SpecBase):
    """A spec of an optimizer in progress; made by `bb.spec`.

    It adds the comparison with a reference, the standard claims, and figures and tables to what every spec has.

    Attributes:
        reference: Another implementation; None if there is none or its library is not installed.
        peers: The runs of the comparison with the reference, after `when`.
        sample: The runs that are compared with published ones, after `when`.
        second: The runs of the quasi-Newton control, after `when`.
    """

    caption = (
        "Each claim has a measured value, a requirement and a verdict. A claim that needs another library is "
        "undecided if that library is not installed."
    )

    def __init__(
        self,
        name: str,
        *,
        title: str,
        control: str,
        quasi_newton: str | None,
        reference: str | None,
        reference_on: Sequence[str] | None,
        reference_budget_per_dim: int | None,
        published: str | None,
        published_on: Mapping[str, Sequence[int]] | None,
        settings: Mapping[str, Any],
        params: JsonObject,
    ) -> None:
        """Plan the runs; nothing is computed yet."""
        chosen = optimizer(name, **settings)
        other = None if control == name else optimizer(control)
        self.reference, self._without_reference = _reference(reference)
        self._reference_name = reference
        self._given = givens(params, library_of(chosen))
        shared = shared_givens(params, chosen, self.reference, reference_on, reference_budget_per_dim)
        peers = [] if self.reference is None else spec_plan(shared, [chosen, self.reference], shifted_only=True)
        self._peer_plan = as_planted(peers)
        self.peers = RunTable([])
        compared = None if published is None else Published(published, chosen, self._given, published_on)
        self._published = compared
        self._sample_plan = [] if compared is None else as_planted(compared.plan())
        self.sample = RunTable([])
        plan = as_planted(spec_plan(self._given, [chosen, *([other] if other else [])]))
        self._second_plan = [] if quasi_newton in (None, name) else second_plan(params, optimizer(quasi_newton), plan)
        self.second = RunTable([])
        super().__init__(
            name,
            spec_name(name),
            title=title,
            params=params,
            optimizer=chosen,
            control=other,
            plan=plan,
            others=[*self._peer_plan, *self._sample_plan, *self._second_plan],
        )

    def settings(self) -> Table | Note:
        """Return the settings as a table: name, value, meaning."""
        return tables.settings_table(self.optimizer)

    def given(self) -> Table:
        """Return problems, repetitions and budgets as a table."""
        names = [choice.name for choice in (self.optimizer, self.control) if choice]
        if self._second_plan:
            first = self._second_plan[0].spec
            names.append(f"{first.optimizer} with {first.budget // first.dim:,} evaluations x dimension")
        reference = self._without_reference
        if self.reference is not None:
            budget = self._peer_plan[0].spec.budget // self._peer_plan[0].spec.dim
            reference = f"{self.reference.name}, both with {budget:,} evaluations x dimension on shifted problems"
        return tables.given_table(str(self.params["preset"]), self._given, names, reference, len(self._runs.plan))

    def when(self) -> RunTable:
        """Do the runs and return those of optimizer and control; finished ones are replayed from the store."""
        self.runs, self.peers = self._runs.do(self.plan), self._runs.do(self._peer_plan)
        self.sample, self.second = self._runs.do(self._sample_plan), self._runs.do(self._second_plan)
        return self.runs

    claim_sound = standard_claims.claim_sound
    claim_beats_control = standard_claims.claim_beats_control
    claim_centre_bias = standard_claims.claim_centre_bias
    claim_no_centre_bias = standard_claims.claim_no_centre_bias
    claim_fails_on = standard_claims.claim_fails_on
    centre_bias = standard_claims.centre_bias
    rank = spec_ranking.rank
    share_reaching = standard_claims.share_reaching
    improvements_ratio = standard_claims.improvements_ratio

    def published_digest(self) -> str:
        """Return the digest (hex) of the baseline that claims compare with; empty if there is none."""
        return "" if self._published is None else self._published.digest()

    def claim_published(self) -> Claim:
        """Claim that a sample of the published runs, computed again, matches to the last published digit.

        It compares evaluations, first hits of the standard targets, and the area over the convergence curve. If a run
        differs and the arithmetic is different, the claim is undecided and need not hold. If the code was changed on
        purpose, publish the baseline again.

        Raises:
            UsageError: The spec was started without a baseline.
        """
        return strong_claims.claim_published(self, self._with_baseline())

    def claim_as_good_as_published(self, *, margin: float = strong_claims.MARGIN) -> Claim:
        """Claim that new runs are as good as the published ones in each cell, neither worse nor better.

        Args:
            margin: Change of the area over the convergence curve (0 to 1) that does not matter. In cells whose runs
                vary too much for it, twice the half width of the interval of the change is used instead.

        Raises:
            UsageError: The spec was started without a baseline, or the margin is not above 0.
        """
        return strong_claims.claim_as_good_as_published(self, self._with_baseline(), self.sample, margin=margin)

    def claim_solves(self, function: str, dim: int, *, target: float, within: int, at_least: float) -> Claim:
        """Claim that a share of runs on a shifted function comes within a target of the optimum.

        It holds if the exact interval of the probability is above the share, fails if it is below, and is undecided
        otherwise. The expected running time has an interval that holds for any distribution of running times.

        Args:
            function: Name of the function.
            dim: Dimension.
            target: Precision.
            within: Evaluations that count.
            at_least: Share of runs, 0 to 1.

        Raises:
            UsageError: The spec has no such runs with this many evaluations.
        """
        return strong_claims.claim_solves(
            self, self.sample, function, dim, target=target, within=within, at_least=at_least
        )

    def claim_precision(
        self, functions: Sequence[str], dim: int, *, within: int, between: tuple[float, float]
    ) -> Claim:
        """Claim how near new runs on the published problems come to the optimum: not less near, and not nearer either.

        Args:
            functions: Names of functions, of those that were published.
            dim: Dimension.
            within: Evaluations that count.
            between: Least and greatest mean of the decimal logarithm of the precision; `benchbook spec calibrate`
                proposes both.

        Raises:
            UsageError: There are no such new runs of a function, of this many evaluations.
        """
        return strong_claims.claim_precision(self, self.sample, functions, dim, within=within, between=between)

    def claim_uniform(self, *, runs: int = 500, evaluations: int = 100) -> Claim:
        """Claim that the best values are those of as many independent uniform points, neither worse nor better.

        Args:
            runs: New runs on each of four instances of a linear function, on which the distribution of the best value
                is known exactly.
            evaluations: Evaluations of each.

        Raises:
            UsageError: A number is below 1.
        """
        return claim_uniform(self, runs=runs, evaluations=evaluations)

    def _with_baseline(self) -> Published:
        if self._published is None:
            raise UsageError(f"{self.name} is compared with no baseline: bb.spec(..., published=...)")
        return self._published

    def claim_keeps_up(self, *, at_most: float) -> Claim:
        """Claim to end at most this many orders of magnitude above the reference on shifted problems; below is fine.

        If the library of the reference is not installed, the claim is undecided, and the spec can still hold.

        Raises:
            UsageError: The spec was started without a reference.
        """
        name = self._reference_name
        if name is None:
            raise UsageError(f"{self.name} has no reference: bb.spec(..., reference=...)")
        behind, detail = None, self._without_reference
        if self.reference is not None:
            self.done()
            behind, gaps = orders_of_magnitude_behind(self.peers, self.name, name, least=self._given.target or FLOOR)
            detail = ", ".join(f"{function} {dim}-D {gap:+.2g}" for function, dim, gap in gaps[:4])
        else:
            self._claims.not_judged.add("keeps-up")
        text = f"On shifted problems it ends below {name}, or at most {number(at_most)} orders of magnitude above."
        return self.claim("keeps-up", text, behind, "<=", at_most, unit="orders of magnitude above", detail=detail)

    def stages(self, function: str = "rastrigin", *, instance: int = 1, seed: int = 1, budget: int = 1000) -> Picture:
        """Return where the optimizer looks early, halfway and late in one run on a two-dimensional problem."""
        made = problem(function, dim=2, instance=instance)
        trace = PointTrace()
        execute(planned_run(self.optimizer, made, seed=seed, budget=budget), observers=(trace,))
        return figures.stages(self.name, made, trace.points)

    def fronts(
        self, function: str, *, instance: int = 1, seed: int = 1, budget: int = 1000, dim: int = 2, runs: int = 7
    ) -> Picture:
        """Return points and front of one run on a problem with two objectives, and what several runs attain.

        Args:
            function: Name of the function.
            instance: Its instance.
            seed: Seed of the run that is shown; the others have the following ones.
            budget: Evaluations of each run.
            dim: Number of variables.
            runs: How many runs there are, >= 1.

        Raises:
            UsageError: The problem has one objective, or a number is out of range.
        """
        check_whole("runs", runs, 1)
        made = problem(function, dim=dim, instance=instance)
        if objectives_of(made) == 1:
            raise UsageError(f"{function} has one objective, expected two: a front is what compromises make")
        choices = [self.optimizer, *([self.control] if self.control else [])]
        return front_picture(made, choices, seed=seed, budget=budget, runs=runs)

    def convergence(self) -> Picture | Note:
        """Return best precision against evaluations on shifted instances, with quartile bands and the control."""
        control = self.control.name if self.control else None
        return self._of_shifted(lambda runs: figures.convergence_figure(runs, self.name, control))

    def profile(self) -> Picture | Note:
        """Return the runtime profile on shifted instances, one panel per dimension, and the control."""
        return self._of_shifted(figures.profile)

    def targets(self, targets: Sequence[float] = TARGETS) -> Table | Note:
        """Return the expected evaluations to targets on shifted problems, in the largest dimension."""
        return self._of_shifted(lambda runs: tables.targets_table(runs, targets))

    def beside_control(self) -> Table | Note:
        """Return medians on each shifted problem for optimizer and control, and pairs won.

        If the quasi-Newton control was run, the same follows within its evaluations.
        """
        control = self.control.name if self.control else None

        def both(runs: RunTable) -> Table:
            made = tables.control_table(runs, self.name, control)
            made.below = tables.second_control_table(self.runs, self.second, self.name, control)
            return made

        return self._of_shifted(both)

    def beside_reference(self) -> Picture | Note:
        """Return convergence compared with the reference, on the same problems with the same budget.

        A sentence if there is no reference, or its library is not installed.
        """
        self.done()
        if self.reference is None:
            return Note(self._without_reference or f"There is no other implementation to compare {self.name} with.")
        return figures.beside_reference(self.peers, self.name, self.reference.name)

    def twin_comparison(self) -> Picture | Note:
        """Return convergence on the textbook functions and on shifted instances, which shows centre bias.

        A sentence if no function is run both ways.
        """
        found = figures.twin_comparison(self.done(), self.name)
        return found or Note("No function is run both as in the textbook (instance 0) and shifted (instances from 1).")

    def weaknesses(self) -> Table | Note:
        """Return the shifted problems on which the optimizer gains least on the control, worst first."""
        control = self.control.name if self.control else None
        return self._of_shifted(lambda runs: tables.weaknesses_table(runs, self.name, control))

    def _of_shifted(self, make: Callable[[RunTable], T]) -> T | Note:
        """Return what is made of the runs on shifted problems, or a sentence if the parameters leave none."""
        runs = self.done().shifted()
        return make(runs) if len(runs) else Note("No function is run shifted (instances from 1).")


def _reference(name: str | None) -> tuple[OptimizerChoice | None, str]:
    """Return the reference, or the reason why there is none although one was named."""
    if name is None:
        return None, ""
    try:
        return optimizer(name), ""
    except MissingExtraError as error:
        return None, str(error)
