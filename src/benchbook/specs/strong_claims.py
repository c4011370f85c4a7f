"""Claims that notice changes: published results repeat, new ones are as good, a problem is solved often enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchbook.analysis import RunTable
from benchbook.analysis.control import FLOOR, first_hit
from benchbook.analysis.measures.anytime import precisions_at
from benchbook.analysis.statistics.binomial import at_least as chance_of_at_least
from benchbook.analysis.statistics.binomial import exact_interval
from benchbook.analysis.statistics.running_time import running_time_interval
from benchbook.errors import UsageError
from benchbook.records import Claim, Verdict
from benchbook.specs.claims import number, verdict_of
from benchbook.specs.spec_base import SpecBase
from benchbook.specs.trials.planting import as_planted
from benchbook.specs.trials.published import POWER, Change, Published
from benchbook.studies.runs.cells import execute_all

MARGIN = 0.005  # of the area over the convergence curve: a twentieth of an order of magnitude throughout the run


def claim_published(spec: SpecBase, published: Published) -> Claim:
    """Claim that a sample of the published runs, computed again, matches to the last published digit.

    It compares evaluations, first hits of the standard targets, and the area over the convergence curve. If a run
    differs and the arithmetic is different, the claim is undecided and need not hold. If the code was changed on
    purpose, publish the baseline again.
    """
    text = f"Runs of the published baseline {published.baseline.name} come out as they were published."
    if not published.cells:
        return _nothing_published(spec, "published", text, "==", 0, unit="differing runs", sort="proof")
    runs = execute_all(as_planted(published.sample()))
    differing = published.differing(runs)
    detail = f"{len(runs)} runs of {published.baseline.name}" + (f"; first: {differing[0]}" if differing else "")
    claim = _judged("published", text, len(differing), "==", 0, unit="differing runs", detail=detail, sort="proof")
    elsewhere = published.environment_differs(runs)
    if differing and elsewhere:
        open_ = replace(claim, verdict=Verdict.UNDECIDED, detail=f"{detail}; {elsewhere}")
        return spec.add(open_, may_stay_open=True)
    return spec.add(claim)


def claim_as_good_as_published(
    spec: SpecBase, published: Published, sample: RunTable, *, margin: float = MARGIN
) -> Claim:
    """Claim that new runs are as good as the published ones in each cell, neither worse nor better.

    It holds if the whole interval of the change is within the margin in each cell, fails if it is outside in one cell,
    and is undecided otherwise. The measure is the area over the convergence curve (0 to 1); a tenth of it is one order
    of magnitude of precision throughout the run.

    Args:
        spec: The spec.
        published: The spec's part of the baseline.
        sample: The new runs.
        margin: Change of the area that does not matter. In cells whose runs vary too much for it, twice the half width
            of the interval of the change is used instead.

    Raises:
        UsageError: The margin is not above 0.
    """
    if not margin > 0:
        raise UsageError(f"margin is {margin!r}, expected a number above 0")
    spec.done()
    if not published.cells:
        return _nothing_published(spec, "as-good", _as_good_text(published), "<=", 1, unit="of the margin")
    changes = published.changes(sample)
    return spec.test("as-good", lambda level: _as_good(published, changes, margin, level / len(changes)))


def claim_solves(
    spec: SpecBase, sample: RunTable, function: str, dim: int, *, target: float, within: int, at_least: float
) -> Claim:
    """Claim that a share of runs on a shifted function comes within a target of the optimum.

    It holds if the exact interval of the probability is above the share, fails if it is below, and is undecided
    otherwise. The expected running time has an interval that holds for any distribution of running times.

    Args:
        spec: The spec.
        sample: Additional runs that count.
        function: Name of the function.
        dim: Dimension.
        target: Precision.
        within: Evaluations that count.
        at_least: Share of runs, 0 to 1.

    Raises:
        UsageError: The spec has no such runs with this many evaluations.
    """
    runs = [run for run in (*spec.done().shifted(), *sample) if run.optimizer.name == spec.optimizer.name]
    # A run with a smaller budget says nothing about this number of evaluations.
    cell = [run for run in runs if (run.problem.name, run.problem.dim) == (function, dim) and run.budget >= within]
    if not cell:
        raise UsageError(
            f"function, dim and within are {function!r}, {dim} and {within}, expected what the spec has runs of"
        )
    first_hits = [
        hit if hit is not None and hit <= within else None for hit in (first_hit(run, target) for run in cell)
    ]
    solved = [hit for hit in first_hits if hit is not None]
    spent = sum(solved) + within * (len(first_hits) - len(solved))
    text = (
        f"It comes within {number(target)} of the optimum of a shifted {function} in {dim}-D, "
        f"within {within:,} evaluations."
    )

    def judged_at(level: float) -> Claim:
        low, high = exact_interval(len(solved), len(cell), level=level)
        least, most = (number(end) for end in running_time_interval(first_hits, within, level=level))
        ert = f"expected running time {number(spent / max(len(solved), 1))} evaluations, {least} to {most}"
        detail = (
            f"{len(solved)} of {len(cell)}, chance {number(low, 2)} to {number(high, 2)}; "
            f"{ert if solved else 'no run came so near'}"
        )
        share = len(solved) / len(cell)
        claim = _judged(f"solves-{function}-{dim}", text, share, ">=", at_least, unit="of runs", detail=detail)
        verdict = Verdict.HELD if low >= at_least else Verdict.FAILED if high < at_least else Verdict.UNDECIDED
        fall = _fall_noticed(share, len(cell), level, at_least) if verdict is Verdict.HELD else None
        return replace(claim, verdict=verdict, detectable=fall)

    return spec.test(f"solves-{function}-{dim}", judged_at)


def claim_precision(
    spec: SpecBase,
    sample: RunTable,
    functions: Sequence[str],
    dim: int,
    *,
    within: int,
    between: tuple[float, float],
) -> Claim:
    """Claim how near new runs on published problems come to the optimum: not less near, and not nearer either.

    Args:
        spec: The spec.
        sample: The new runs.
        functions: Names of functions.
        dim: Dimension.
        within: Evaluations that count.
        between: Least and greatest mean of the decimal logarithm of the precision; `benchbook spec calibrate` proposes
            both.

    Raises:
        UsageError: There are no such runs of a function, of this many evaluations.
    """
    spec.done()
    runs = [run for run in sample if run.problem.dim == dim and run.problem.name in functions and run.budget >= within]
    missing = sorted(set(functions) - {run.problem.name for run in runs})
    if missing or not runs:
        raise UsageError(
            f"functions, dim and within are {', '.join(functions)}, {dim} and {within}, expected what there are new "
            f"runs of (published_on); there are none of {', '.join(missing) or 'them'}"
        )
    reached = precisions_at(RunTable(runs).columns(), np.array([within]))[:, 0]
    logs = np.log10(np.maximum(reached, FLOOR))
    low, high = between
    text = (
        f"With {within:,} evaluations it comes to within {number(10**low)} to {number(10**high)} of the optimum of "
        f"shifted {', '.join(functions)} in {dim}-D."
    )
    return spec.claim(
        "precision",
        text,
        float(logs.mean()),
        ">=",
        low,
        upper=high,
        unit="orders of magnitude",
        detail=f"mean of {len(runs)} runs, standard deviation {number(float(logs.std(ddof=1)), 2)}",
    )


def _fall_noticed(share: float, runs: int, level: float, at_least: float) -> float:
    """Return by how much the true chance of success must fall below the share for 4 of 5 such claims not to hold."""
    enough = next(k for k in range(runs + 1) if exact_interval(k, runs, level=level)[0] >= at_least)
    low, high = 0.0, share
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if chance_of_at_least(enough, runs, middle) <= 1 - POWER else (low, middle)
    return share - low


def _as_good(published: Published, changes: list[Change], margin: float, level: float) -> Claim:
    """Judge the changes of all cells, each at its level."""
    reach = [change.reach(level, margin) for change in changes]
    worst = changes[int(np.argmax(reach))]
    allowed = f"{worst.difference:+.2g} ± {worst.half_width(level):.2g}, margin {worst.margin(level, margin):.2g}"
    claim = _judged(
        "as-good",
        _as_good_text(published),
        max(reach),
        "<=",
        1,
        unit="of the margin",
        detail=f"{len(published.cells)} cells, nearest to it {worst.where}: {allowed}",
        detectable=max(change.smallest_noticed(level, margin) for change in changes),
    )
    beyond = any(change.surely_beyond(level, margin) for change in changes)
    verdict = Verdict.HELD if max(reach) <= 1 else Verdict.FAILED if beyond else Verdict.UNDECIDED
    return replace(claim, verdict=verdict)


def _as_good_text(published: Published) -> str:
    return f"It is as good as published in {published.baseline.name}, neither worse nor better."


def _nothing_published(spec: SpecBase, id: str, text: str, relation: str, threshold: float, **more: Any) -> Claim:
    """Add a claim that cannot be judged, because none of the spec's problems is in the baseline."""
    detail = "the baseline has none of these problems"
    claim = Claim(
        id=id,
        text=text,
        measured=None,
        relation=relation,
        threshold=threshold,
        verdict=Verdict.UNDECIDED,
        detail=detail,
        **more,
    )
    return spec.add(claim, may_stay_open=True)


def _judged(
    id: str, text: str, measured: float, relation: str, threshold: float, *, unit: str, detail: str, **more: Any
) -> Claim:
    verdict = verdict_of(measured, relation, threshold)
    return Claim(
        id=id,
        text=text,
        measured=measured,
        relation=relation,
        threshold=threshold,
        unit=unit,
        verdict=verdict,
        detail=detail,
        **more,
    )
