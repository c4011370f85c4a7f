"""The claims that specs share, as functions of a spec; its class has them as methods."""

from __future__ import annotations

from collections.abc import Sequence

from benchbook import analysis
from benchbook.analysis import RunTable
from benchbook.analysis.control import FLOOR, first_hit
from benchbook.errors import UsageError
from benchbook.records import Claim, RunRecord, Status
from benchbook.specs.claims import number
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.trials.planting import done_again
from benchbook.studies.runs.execute import execute
from benchbook.studies.runs.planned_run import PlannedRun, planned_run

# Textbook functions with their optimum in the centre of the box, which show centre bias.
CENTRED = ("sphere", "rastrigin", "ackley", "griewank")
_PROOF_RUNS = 8


def claim_contract(spec: SpecBase, runs: RunTable, sample: Sequence[tuple[PlannedRun, RunRecord]]) -> None:
    """Claim that runs complete, budgets are kept, and a sample of runs is identical in another process."""
    failed = sum(run.status is Status.FAILED for run in runs)
    over = sum(run.evaluations > run.budget for run in runs)
    again = done_again([item for item, _ in sample])
    differing = sum(run.content_digest != digest for (_, run), digest in zip(sample, again.digests, strict=True))
    detail = f"{len(sample)} runs repeated"
    proven: int | None = differing
    if differing and (unlike := again.unlike([run.environment for _, run in sample])):
        # Runs with a different arithmetic prove nothing about seeds.
        proven, detail = None, f"{detail} under other arithmetic: {'; '.join(unlike)}"
    _contract(spec, "complete", "Every run completes.", failed, unit="failed runs")
    _contract(spec, "budget", "No run exceeds its evaluation budget.", over, unit="runs over budget")
    text = "The same seed gives the same bytes, computed again in another process."
    _contract(spec, "same-seed", text, proven, unit="differing runs", detail=detail)


def claim_sound(spec: SpecBase, *, deterministic: bool = False) -> None:
    """Claim what every optimizer must satisfy: runs complete, budgets are kept, and seeds alone determine runs.

    Args:
        spec: The spec.
        deterministic: Whether the optimizer uses no random numbers, so that another seed gives the same trajectory.
    """
    name, runs = spec.optimizer.name, spec.done()
    claim_contract(spec, runs.select(optimizer=name), [(spec.plan[k], runs[k]) for k in _sample(spec.plan, name)])
    # Shifted problems: with the optimum in the centre, one lucky first point can make all runs end alike.
    shifted = _sample(spec.plan, name, shifted_only=True)
    same = sum(_other_seed(spec.plan[k]).history == runs[k].history for k in shifted)
    text = f"Another seed gives {'the same' if deterministic else 'another'} trajectory."
    expected, detail = len(shifted) if deterministic else 0, f"{len(shifted)} runs repeated"
    _contract(spec, "other-seed", text, same, expected=expected, unit="equal trajectories", detail=detail)


def claim_beats_control(spec: SpecBase, *, at_least: float, functions: Sequence[str] | None = None) -> Claim:
    """Claim to end below the control in a share of the pairs of runs on shifted problems."""
    if spec.control is None:
        raise UsageError(f"{spec.optimizer.name} is the control itself")
    functions = list(functions or spec.done().functions)
    shifted = spec.done().shifted().select(function=functions)
    wins, pairs = analysis.paired_wins(shifted, spec.optimizer.name, spec.control.name)
    text = f"It ends below {_words(spec.control.name)} on shifted problems: {', '.join(functions)}."
    share = wins / pairs if pairs else None
    return spec.claim("beats-control", text, share, ">=", at_least, unit="of pairs", detail=f"{wins} of {pairs}")


def claim_centre_bias(spec: SpecBase, *, at_least: float, functions: Sequence[str] | None = None) -> Claim:
    """Claim centre bias, a weakness that the page states."""
    functions = _centred(spec, functions)
    text = f"It has centre bias: {_and(functions)} solved much better with the optimum at the centre than shifted."
    return spec.claim("centre-bias", text, centre_bias(spec, functions), ">=", at_least, unit="orders of magnitude")


def claim_no_centre_bias(spec: SpecBase, *, at_most: float = 1.0, functions: Sequence[str] | None = None) -> Claim:
    """Claim that results on shifted functions and on those with the optimum in the centre are about equal."""
    functions = _centred(spec, functions)
    solved = "solved about equally well with the optimum at the centre and shifted"
    text = f"It has no centre bias: {_and(functions)} {solved}."
    bias = centre_bias(spec, functions)
    return spec.claim(
        "no-centre-bias", text, None if bias is None else abs(bias), "<=", at_most, unit="orders of magnitude"
    )


def claim_fails_on(
    spec: SpecBase,
    functions: Sequence[str],
    *,
    gains: tuple[float, float] | None = None,
    precision: float = 1e-8,
    per_dim: int = 500,
    at_most: float = 0.2,
) -> Claim:
    """Claim a weakness: on these shifted functions the gain on the control is small, but not zero.

    A broken optimizer gains less, and one without the weakness gains more; both would make the page wrong.

    Args:
        spec: The spec.
        functions: Names of functions.
        gains: Smallest and largest gain on the control in orders of magnitude, as a median over functions and
            dimensions. Without it, the claim is about the share of runs that come within a precision, which a broken
            optimizer passes more easily.
        precision: Distance from the optimum's value.
        per_dim: Evaluations per variable that count, so that the claim means the same with longer budgets.
        at_most: Largest share of runs that may reach it.

    Raises:
        UsageError: Gains are claimed for the control itself.
    """
    if gains is not None:
        return _claim_gains(spec, functions, *gains)
    where = f"within {number(precision)} of the optimum of these shifted functions: {', '.join(functions)}"
    share = share_reaching(spec, precision, functions, per_dim=per_dim)
    text = f"With {per_dim:,} evaluations per variable it rarely comes {where}."
    return spec.claim("weakness", text, share, "<=", at_most, unit="of runs")


def centre_bias(spec: SpecBase, functions: Sequence[str] | None = None) -> float | None:
    """Return how many orders of magnitude more precisely textbook functions are solved than shifted ones.

    It is the median over the functions in the largest dimension, about 0 for an optimizer without centre bias.
    """
    return analysis.centre_bias(spec.done(), spec.optimizer.name, _centred(spec, functions), max(spec.runs.dims))


def share_reaching(
    spec: SpecBase, precision: float, functions: Sequence[str], *, per_dim: int | None = None
) -> float | None:
    """Return the share of the optimizer's runs on shifted problems that came within `precision` of the optimum.

    Args:
        spec: The spec.
        precision: Distance from the optimum's value.
        functions: Names of functions.
        per_dim: Evaluations per variable that count; None: all.

    Returns:
        The share; None if there are no such runs.
    """
    runs = spec.done().shifted().select(optimizer=spec.optimizer.name, function=functions)
    first_hits = [(first_hit(run, precision), run.problem.dim) for run in runs]
    reached = sum(hit is not None and (per_dim is None or hit <= per_dim * dim) for hit, dim in first_hits)
    return reached / len(runs) if len(runs) else None


def improvements_ratio(spec: SpecBase) -> float:
    """Return the improvements divided by those expected from independent draws, summed over the optimizer's runs."""
    return analysis.improvements_ratio(spec.done().select(optimizer=spec.optimizer.name))


def _contract(
    spec: SpecBase, id: str, text: str, measured: int | None, *, expected: int = 0, unit: str, detail: str = ""
) -> None:
    """Add a claim that any sound optimizer passes."""
    spec.claim(id, text, measured, "==", expected, unit=unit, detail=detail, sort="contract")


def _claim_gains(spec: SpecBase, functions: Sequence[str], low: float, high: float) -> Claim:
    if spec.control is None:
        raise UsageError(f"{spec.optimizer.name} is the control itself")
    shifted = spec.done().shifted().select(function=list(functions))
    least = spec.plan[0].spec.target or FLOOR
    behind, each = analysis.orders_of_magnitude_behind(shifted, spec.optimizer.name, spec.control.name, least=least)
    text = f"On these shifted functions it gains little on {_words(spec.control.name)}: {', '.join(functions)}."
    detail = ", ".join(f"{function} {dim}-D {-gap:.2g}" for function, dim, gap in each[:4])
    gained = None if behind is None else -behind
    return spec.claim("weakness", text, gained, ">=", low, upper=high, unit="orders of magnitude", detail=detail)


def _centred(spec: SpecBase, functions: Sequence[str] | None) -> list[str]:
    """Return the functions for measuring centre bias: those given, or else those of `CENTRED` in the spec."""
    return list(functions) if functions else [name for name in CENTRED if name in spec.runs.functions]


def _sample(planned: Sequence[PlannedRun], name: str, *, shifted_only: bool = False) -> list[int]:
    """Return positions of at most `_PROOF_RUNS` runs of the optimizer, spread over the plan."""
    every = [k for k, item in enumerate(planned) if item.optimizer.name == name]
    own = [k for k in every if planned[k].problem.instance] if shifted_only else every
    own = own or every  # a plan may have only textbook instances
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
